"""What of a design can vary, as a page asks it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import archdsl
from archdsl.errors import InputError
from archdsl.explore.grid.sampled import sampled
from archdsl.explore.present import held
from archdsl.studio.axes import axes, axis_of

TEXT = """\
archdsl: 1
name: Small
import: [blocks/mobile]
input: [3, 64, 64]
knobs:
  width: {default: 1, range: [0.5, 2], step: 0.25, doc: "of all\\n  channels"}
  kernels: {default: [3, 5], range: [1, 7], step: 2}
  act: {default: relu, choices: [relu, hswish, silu]}
  squeeze: {default: true}
  classes: {default: 1000, range: [1, 5000]}
  any: {default: 12}
net:
  - table:
      columns: [op, kernel, exp, out, se, nl, s]
      scale: {out: round8($value*$width)}
      rows:
        - [conv3x3, ~, ~, 16, ~, hswish, 2]
        - [bottleneck, "$kernels[0]", 64, 24, $squeeze, $act, 2]
        - [bottleneck, "$kernels[1]", 96, 24, $squeeze, $act, 1]
  - pool
  - linear: $classes
"""


class Quiet:
    """Hears what a question tells."""

    def __init__(self) -> None:
        self.parts: dict[str, Any] = {}
        self.shares: list[float] = []

    def part(self, name: str, value: Any) -> None:
        self.parts[name] = value

    def progress(self, share: float, words: str = "") -> None:
        self.shares.append(share)


def given(settings: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    return {"draft": {"text": TEXT, "name": "small.yaml", "settings": settings or {}}, **more}


def test_every_knob_element_and_cell_is_listed() -> None:
    found = {entry["name"]: entry for entry in axes(given({"rows.2.exp": "72"}), Quiet())["settings"]}
    knobs = ["width", "kernels.1", "kernels.2", "act", "squeeze", "classes", "any"]
    listed = [name for name, entry in found.items() if entry["group"] == "knobs"]
    assert listed[:7] == knobs
    assert set(listed[7:]) <= set(archdsl.loads(TEXT).knobs)  # those of the imported blocks
    assert [name for name, entry in found.items() if entry["group"] == "cells"] == [
        *("rows.1.out", "rows.1.s"),
        *("rows.2.exp", "rows.2.out", "rows.2.s", "rows.3.exp", "rows.3.out", "rows.3.s"),
    ]
    assert found["width"] == {
        "name": "width",
        "group": "knobs",
        "kind": "numbers",
        "held": "1",
        "values": "0.5:2:0.25",
        "doc": "of all channels",
    }
    assert (found["act"]["kind"], found["act"]["values"]) == ("choices", "relu,hswish,silu")
    assert (found["squeeze"]["held"], found["squeeze"]["values"]) == ("true", "false,true")
    assert (found["rows.2.exp"]["held"], found["rows.2.exp"]["doc"]) == ("72", "bottleneck")


def test_what_is_listed_is_an_axis() -> None:
    net = archdsl.loads(TEXT)
    for entry in axes(given(), Quiet())["settings"]:
        axis = axis_of(net, f"{entry['name']}={entry['values']}", 200)
        assert (held(net, entry["name"]),) in axis.points


def test_costs_have_units() -> None:
    costs = {cost["name"]: cost["unit"] for cost in axes(given(), Quiet())["costs"]}
    assert (costs["macs"], costs["peak"], costs["latency.raspberry-pi-3b"]) == ("", "bytes", "s")


@pytest.mark.parametrize(
    ("name", "most", "first", "last", "count"),
    [
        ("width", 200, Fraction(1, 2), 2, 7),
        ("width", 4, Fraction(1, 2), 2, 4),
        ("kernels.2", 200, 1, 7, 4),
        ("classes", 101, 1, 5000, 102),
        ("any", 200, 6, 24, 19),
        ("rows.1.out", 200, 8, 32, 25),
        ("rows.1.s", 200, 1, 10, 10),
    ],
)
def test_numbers_are_sampled_over_what_they_may_be(name: str, most: int, first: Any, last: Any, count: int) -> None:
    net = archdsl.loads(TEXT)
    values = [point[0] for point in sampled(net.base, name, held(net, name), most).points]
    assert (values[0], values[-1], len(values)) == (first, last, count)
    assert values == sorted(set(values))
    assert held(net, name) in values


def test_the_value_that_a_knob_has_is_on_a_written_axis() -> None:
    net = archdsl.loads(TEXT, width=0.75)
    assert [point[0] for point in axis_of(net, "width=0.5,1,2", 9).points] == [Fraction(1, 2), Fraction(3, 4), 1, 2]
    assert [point[0] for point in axis_of(net, "act=silu,hswish", 9).points] == ["silu", "hswish", "relu"]


@pytest.mark.parametrize(("name", "message"), [("widht", "did you mean"), ("kernels", "give values"), ("rows.9.exp", "no row 9")])
def test_what_cannot_vary_is_refused(name: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        axis_of(archdsl.loads(TEXT), name, 9)
