"""docs/partial.md: its variants are networks that can be built, and its table is what they cost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from pages import examples, write_files
from small import compiled

import archdsl
from archdsl.cost.comparing.totals import total
from archdsl.cost.words import duration
from archdsl.exact.shown import shown

PAGE = Path(__file__).parents[2] / "docs" / "partial.md"
TEXT = PAGE.read_text(encoding="utf-8")
BASES = ("mobilenet_v2", "resnext50", "efficientnet_b0", "convnext_tiny", "xception")
COSTS = ("params", "macs", "peak", "latency.ryzen-7-pro-4750u")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("partial")
    write_files(examples(TEXT), made)
    return made


def _row(name: str, target: str | Path) -> str:
    net = archdsl.load(target)
    *counts, seconds = (total(net, cost) for cost in COSTS)
    return f"| {name} | {' | '.join(map(shown, counts))} | {duration(seconds)} |"


def test_the_table(folder: Path) -> None:
    rows = []
    for base in BASES:
        rows += [_row(f"`{base}`", base)]
        rows += [_row(kind, folder / f"{letter}_{base}.yaml") for letter, kind in (("p", "partial"), ("d", "dual paths"))]
    table = "\n".join(
        ["| network | parameters | MACs | peak activations, bytes | latency |", "| --- | --- | --- | --- | --- |", *rows]
    )
    assert table in TEXT, table


def test_variants_are_lighter(folder: Path) -> None:
    """What the paper promises of its networks: fewer parameters and multiply-accumulates than the base."""
    for base in BASES:
        costs = archdsl.load(base).cost()
        for letter in "pd":
            found = archdsl.load(folder / f"{letter}_{base}.yaml").cost()
            assert found.params < costs.params
            assert found.macs < costs.macs


@pytest.mark.parametrize("name", [f"{letter}_{base}" for base in BASES for letter in "pd"] + ["shuffle_transition"])
def test_variants_run(name: str, folder: Path) -> None:
    net = archdsl.load(folder / f"{name}.yaml", resolution=96)
    module = compiled(net.graph()).eval()
    assert sum(p.numel() for p in module.parameters()) == net.cost().params
    with torch.no_grad():
        assert module(torch.zeros(1, 3, 96, 96)).shape == (1, 1000)


def test_the_body_of_a_version_is_short(folder: Path) -> None:
    for name in folder.glob("[pd]_*.yaml"):
        lines = [line for line in name.read_text().splitlines() if not re.match(r"archdsl:|extends:|import:", line)]
        assert len(lines) <= 11, name
