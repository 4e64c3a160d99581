"""Solving: the best variants are those of an exhaustive look, and what stands in the way is told."""

from __future__ import annotations

from typing import Any

import pytest

import archdsl
from archdsl.cost.comparing.totals import cost_names
from archdsl.explore.criteria.budget import parse_budgets
from archdsl.explore.grid.axis import parse_axes
from archdsl.explore.solve import branch
from archdsl.explore.solve.solution import Solution
from archdsl.explore.solve.solver import Solver
from archdsl.explore.sweep import Sweep

GRID = ["width=0.5:1.5:0.05", "resolution=96:256:32", "kernels=[3,5],[3,7],[5,7]", "transition"]


def solver(objectives: list[str], most: list[str] = (), least: list[str] = (), axes: list[str] = GRID, count: int = 5) -> Solver:  # type: ignore[assignment]
    net = archdsl.load("dpnet")
    found = parse_axes(axes, net.base)
    names = [*cost_names(), *(name for axis in found for name in axis.names)]
    budgets = parse_budgets(most, least, names)
    sweep = Sweep(net, found, shown=[*(b.cost for b in budgets), *(text.rpartition(":")[2] for text in objectives)])
    return Solver(sweep, budgets, [sweep.objective(text) for text in objectives], count)


@pytest.fixture(autouse=True)
def _small_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(branch, "LEAF", 16)


@pytest.mark.parametrize(
    ("objectives", "most", "least"),
    [
        (["max:width"], ["params=3.4M", "macs=118M"], []),
        (["max:width", "max:resolution", "macs"], ["params=3.4M", "macs=118M"], []),
        (["macs"], [], ["params=3M", "resolution=160"]),
        (["max:receptive_field", "params"], ["flops.ptflops-2021=100M", "peak=3M"], []),
        (["max:params"], ["macs=60M"], ["width=3/4"]),
        (["params"], [], []),
    ],
)
def test_the_best_are_those_of_an_exhaustive_look(objectives: list[str], most: list[str], least: list[str]) -> None:
    least = [text.replace("3/4", "0.75") for text in least]
    found = solver(objectives, most, least)
    solution = found.solve()

    def allowed(row: dict[str, Any]) -> bool:
        return all(row[b.cost] <= b.bound if b.sense == "max" else row[b.cost] >= b.bound for b in found.budgets)

    def key(row: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(row[o.name] * o.sign for o in found.objectives)

    wanted = sorted(key(row) for row in found.sweep.rows() if allowed(row))[:5]
    assert [key(row) for row in solution.best] == wanted
    assert all(map(allowed, solution.best))
    assert solution.lack is None


def test_boxes_that_cannot_be_better_are_not_counted() -> None:
    found = solver(["max:width"], ["params=3.4M"], count=1)
    solution = found.solve()
    assert 0 < solution.counted < found.outcome.variants / 4


def test_the_budget_that_binds_is_named() -> None:
    solution = solver(["max:width"], ["params=3.4M", "macs=2G"]).solve()
    assert [(str(b.budget), b.without) for b in solution.binding] == [("params ≤ 3.4M", archdsl.exact.divide(3, 2))]
    assert solver(["max:width"], ["params=100M"]).solve().binding == []


def lacking(solution: Solution) -> Any:
    assert len(solution.best) == 0
    assert solution.lack is not None
    return solution.lack


def test_a_budget_out_of_reach() -> None:
    found = solver(["max:width"], ["params=0.5M", "macs=118M"])
    lack = lacking(found.solve())
    rows = found.sweep.rows()
    assert [(str(budget), value) for budget, value, _ in lack.alone] == [("params ≤ 0.5M", min(row["params"] for row in rows))]
    closest = min(rows, key=lambda row: max(row["params"] / 5e5 - 1, row["macs"] / 118e6 - 1))
    assert lack.closest["params"] == closest["params"]
    assert lack.excess == pytest.approx(closest["params"] / 5e5 - 1)


def test_budgets_that_only_together_are_out_of_reach() -> None:
    lack = lacking(solver(["max:width"], ["params=1.5M"], ["macs=200M"]).solve())
    assert lack.alone == []
    assert lack.closest["params"] > 1_500_000 or lack.closest["macs"] < 200_000_000


def test_nothing_can_be_built() -> None:
    solution = solver(["max:width"], axes=["split=1/1000", "width=0.5,1"]).solve()
    assert not solution.best
    assert solution.lack is not None
    assert solution.lack.closest is None
