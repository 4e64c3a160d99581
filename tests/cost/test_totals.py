"""Costs by name: one mechanism gives totals of one network, totals of a grid and columns by layer."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import archdsl
from archdsl.cli.main import run
from archdsl.cost.comparing.blame import blame
from archdsl.cost.comparing.totals import COSTS, amounts, cost_names, in_words, total
from archdsl.exact import maximum

HALVES = "convention: halves\nunit: halves\ncount: {norm: {in: 1/2}, conv: {macs: 1}, add: {joins: 1/2}}\n"
SPEC = """
name: Odd
input: [3, 5, 5]
net:
  - {conv: {out: 3, kernel: 3}}
  - norm
"""


@pytest.mark.parametrize("name", cost_names())
def test_a_total_is_what_its_layers_come_to(name: str) -> None:
    net = archdsl.load("dpnet")
    found = amounts(net, name)
    layers = [amount for amount in found.layers if amount is not None]
    together = found.together(layers)
    assert len(found.layers) == len(net.cost().layers)
    assert found.total == together == sum(value * times for value, times in found.parts())


@pytest.mark.parametrize("name", [*COSTS, "flops.thop", "flops.ptflops-2021", "latency.raspberry-pi-3b"])
def test_totals_of_a_grid_are_those_of_its_networks(name: str) -> None:
    widths = [0.5, 1, 1.25]
    found = amounts(archdsl.load("dpnet", width=np.array(widths)), name).total
    single = [amounts(archdsl.load("dpnet", width=width), name).total for width in widths]
    assert np.broadcast_to(found, (3,)).tolist() == single


def test_columns_by_layer_are_the_amounts() -> None:
    net = archdsl.load("mobilenet_v2")
    entries = blame(net.cost(), net.spec.source, "layer", "thop")
    assert [entry.flops for entry in entries] == list(amounts(net, "flops.thop").layers)
    assert max(entry.peak_bytes for entry in entries) == total(net, "peak") == maximum(*amounts(net, "peak").layers)


@pytest.fixture
def odd(tmp_path: Path) -> str:
    """A network with a convention beside it whose counts are no whole numbers."""
    (tmp_path / "conventions").mkdir()
    (tmp_path / "conventions" / "halves.yaml").write_text(HALVES)
    (tmp_path / "odd.yaml").write_text(SPEC)
    return str(tmp_path / "odd.yaml")


def test_a_total_with_a_fraction_stays_exact(odd: str) -> None:
    net = archdsl.load(odd)
    assert total(net, "flops.halves") == Fraction(3 * 25, 2) + net.cost().macs
    assert in_words("flops.halves", total(net, "flops.halves")) == "2062.5"


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (["cost", "--convention", "halves"], "2062.5"),
        (["cost", "--convention", "halves", "--by", "block", "--json"], "37.5"),
        (["cost", "--explain", "halves..thop"], "2062.5"),
        (["cost", "--explain", "halves..thop", "--json"], "2062.5"),
        (["compare", "--convention", "halves"], "2062.5"),
        (["compare", "--convention", "halves", "--json"], "2062.5"),
        (["whatif", "--show", "flops.halves"], "flops.halves"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_commands_show_a_fraction(args: list[str], text: str, odd: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([args[0], odd, *args[1:]]) == 0
    printed = capsys.readouterr().out
    assert text in printed
    if "--json" in args:
        json.loads(printed)
