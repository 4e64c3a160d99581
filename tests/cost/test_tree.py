"""The bill as a tree: sums of what is inside, and how deep it goes."""

from __future__ import annotations

import json

import pytest

import archdsl
from archdsl.cli.main import run
from archdsl.cost.tables.tree import Branch
from archdsl.spec.locate import zoo_names


@pytest.mark.parametrize("name", zoo_names())
def test_every_level_has_the_same_sum(name: str) -> None:
    bill = archdsl.load(name).cost()
    whole = (bill.params, bill.macs, len(bill.layers))

    def sums(branches: list[Branch] | tuple[Branch, ...]) -> tuple[int, int, int]:
        return sum(b.params for b in branches), sum(b.macs for b in branches), sum(b.layers for b in branches)

    def check(branch: Branch) -> None:
        assert not branch.inside or sums(branch.inside) == sums([branch])
        for inner in branch.inside:
            check(inner)

    for depth in (1, 2, 99):
        found = bill.tree(depth)
        assert sums(found.branches) == whole
        for branch in found.branches:
            check(branch)
    leaves = [row for row in bill.tree(99)._records() if row["layers"] == 1]
    assert sum(row["macs"] for row in leaves if row["kind"] in archdsl_operators()) == bill.macs


def archdsl_operators() -> set[str]:
    from archdsl.ops import OPERATORS

    return set(OPERATORS)


def test_as_it_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cost", "dpnet", "--depth", "2"]) == 0
    out = capsys.readouterr().out
    assert "  └─ dp_b_1" in out
    assert "path" not in out
    assert run(["cost", "dpnet", "--depth", "3"]) == 0
    assert "     ├─ split_k3" in capsys.readouterr().out
    assert run(["cost", "dpnet", "--depth", "1", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert sum(branch["params"] for branch in data["tree"]) == 3_458_986
    assert run(["cost", "dpnet", "--depth", "1", "--by", "stage"]) == 2
