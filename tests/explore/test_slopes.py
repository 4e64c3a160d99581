"""Slopes: exact derivatives where a cost is a polynomial of a knob, and steps where it is not."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import archdsl
from archdsl.explore.sensitivity import sensitivity
from archdsl.explore.slopes import derivative, slopes

PLAIN = """
archdsl: 1
name: Plain
input: [3, 16, 16]
knobs:
  c: {default: 10, range: [1, 64]}
  x: {default: 1, range: [0.25, 4], step: 0.25}
  classes: {default: 10, range: [1, 12]}
net:
  - {conv: {out: $c, kernel: 3}}
  - {conv: {out: $c, kernel: 3, bias: true}}
  - {conv: {out: round8(40*$x)}}
  - {conv: {out: 16*$x}}
  - adaptive_pool
  - flatten
  - linear: $classes
"""


def of(name: str, *costs: str, **settings: Any) -> dict[str, Any]:
    net = archdsl.loads(PLAIN, **settings)
    return next(i.slopes for i in sensitivity(net, costs) if i.name == name)


def test_a_quadratic_by_hand() -> None:
    """Parameters of c: 27 c + 9 c² + c + 40 c."""
    assert of("c", "params", "macs") == {"params": 27 + 18 * 10 + 1 + 40, "macs": 256 * (27 + 18 * 10 + 40)}
    assert of("c", "params", c=33)["params"] == 27 + 18 * 33 + 1 + 40


@pytest.mark.parametrize("c", [1, 2, 63, 64])
def test_at_the_end_of_a_range(c: int) -> None:
    assert of("c", "params", c=c)["params"] == 68 + 18 * c


def test_a_range_that_is_too_short_to_tell() -> None:
    """Twelve classes are enough values; with a step of 5 there are three, of which a line needs two and two have to be spare."""
    net = archdsl.loads(PLAIN)
    assert slopes(net, "classes", 10, 1, ["params"]) == {"params": 16 + 1}
    assert slopes(net, "classes", 10, 9, ["params"]) == {"params": None}


def test_what_is_rounded_goes_in_steps() -> None:
    assert of("x", "params") == {"params": None}
    whole = archdsl.loads(PLAIN.replace("round8(40*$x)", "40*$x"))
    found = next(i for i in sensitivity(whole, ["params"]) if i.name == "x")
    assert found.slopes == {"params": 10 * 40 + 2 * 40 * 16 + 16 * 10}


def test_figures_of_networks() -> None:
    net = archdsl.load("dpnet")
    found = {i.name: i.slopes for i in sensitivity(net, ["params", "macs", "peak"])}
    assert found["classes"] == {"params": 1281, "macs": 1280, "peak": 0}
    assert found["width"]["params"] is None
    assert found["resolution"]["params"] == 0
    assert found["transition"] == {}
    up, down = (net.set(resolution=224 + by).cost().macs for by in (32, -32))
    assert found["resolution"]["macs"] == Fraction(up - down, 64)  # of a quadratic the central difference is the derivative
    depths = {i.name: i.slopes for i in sensitivity(archdsl.load("resnet18"), ["params"])}
    assert depths["depths.4"] == {"params": 2 * 512 * 512 * 9 + 2 * 1024}


def test_divided_differences() -> None:
    cubic = [(x, 2 * x**3 - x + 5) for x in (-2, -1, 1, 2, 4, 5)]
    assert derivative(cubic, 1) == 5
    assert derivative(cubic[:5], 1) is None
    assert derivative([(Fraction(x, 3), Fraction(x, 7)) for x in range(5)], 0) == Fraction(3, 7)
    assert derivative([(0, 4), (1, 4), (2, 4)], 1) == 0
    assert derivative([(0, 4), (1, 4)], 1) is None


def test_the_table_says_which() -> None:
    text = str(archdsl.load("dpnet").whatif())
    assert "slopes" in text
    assert "steps: +288,638 at 1.05" in text
    assert "+1,281" in text
    data = archdsl.load("dpnet").whatif().as_dict()["sensitivity"]
    told = {each["knob"]: each["slopes"] for each in data}
    assert told["classes"] == {"params": 1281, "macs": 1280, "peak": 0}
    assert told["width"]["params"] is None
