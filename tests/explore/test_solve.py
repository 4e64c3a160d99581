"""Solving: the best variants are those of an exhaustive look, and what stands in the way is told."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction
from typing import Any

import pytest

import archdsl
from archdsl.cost.comparing.totals import cost_names
from archdsl.errors import InputError
from archdsl.explore.criteria.budget import parse_budgets
from archdsl.explore.grid.axis import parse_axes
from archdsl.explore.solve import branch
from archdsl.explore.solve import solver as solving
from archdsl.explore.solve.solution import Solution
from archdsl.explore.solve.solver import Solver
from archdsl.explore.sweep import Sweep

GRID = ["width=0.5:1.5:0.05", "resolution=96:256:32", "kernels=[3,5],[3,7],[5,7]", "transition"]


def solver(
    objectives: list[str],
    most: list[str] = (),
    least: list[str] = (),
    axes: list[str] = GRID,
    count: int = 5,
    differ: int | None = None,
) -> Solver:  # type: ignore[assignment]
    net = archdsl.load("dpnet")
    found = parse_axes(axes, net.base)
    names = [*cost_names(), *(name for axis in found for name in axis.names)]
    budgets = parse_budgets(most, least, names)
    sweep = Sweep(net, found, shown=[*(b.cost for b in budgets), *(text.rpartition(":")[2] for text in objectives)])
    return Solver(sweep, budgets, [sweep.objective(text) for text in objectives], count, differ)


@pytest.fixture(autouse=True, params=["branches", "tables"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every question is answered by branch and bound, and by sums of tables."""
    monkeypatch.setattr(branch, "LEAF", 16)
    monkeypatch.setattr(solving, "MANY", 0 if request.param == "tables" else 1 << 62)
    monkeypatch.setattr(solving, "PATIENCE", 0)
    return str(request.param)


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


def test_boxes_that_cannot_be_better_are_not_counted(way: str) -> None:
    found = solver(["max:width"], ["params=3.4M"], count=1)
    solution = found.solve()
    if way == "tables":
        assert solution.counted is None
        return
    assert solution.counted is not None
    assert 0 < solution.counted < found.outcome.variants / 4


def test_the_budget_that_binds_is_named() -> None:
    solution = solver(["max:width"], ["params=3.4M", "macs=2G"]).solve()
    assert [(str(b.budget), b.without) for b in solution.binding] == [("params ≤ 3.4M", archdsl.exact.divide(3, 2))]
    assert solver(["max:width"], ["params=100M"]).solve().binding == []


def test_what_a_little_more_of_a_budget_gives() -> None:
    rows = solver(["max:params"]).sweep.rows()
    (bound,) = solver(["max:params"], ["macs=30M"]).solve().binding
    assert bound.more == max(row["params"] for row in rows if row["macs"] <= 30_300_000)
    assert bound.without == max(row["params"] for row in rows)


def test_those_that_are_listed_are_different_designs() -> None:
    axes = [f"rows.{row}.exp=64:256:32" for row in (4, 6, 8, 10)]
    for differ in (1, 2, 3):
        found = solver(["max:params"], ["macs=112M"], axes=axes, count=4, differ=differ)
        rows = [tuple(row[name] for name in found.sweep.settings) for row in found.solve().best]
        assert len(rows) == 4
        assert all(
            sum(a != b for a, b in zip(one, other, strict=True)) >= differ for one, other in itertools.combinations(rows, 2)
        )
        everything = [row for row in found.sweep.rows() if row["macs"] <= 112_000_000]
        taken: list[Any] = []
        while len(taken) < 4:  # the best, then the best of what is unlike it, and so on
            left = [row for row in everything if all(_unlike(row, other, found.sweep.settings) >= differ for other in taken)]
            taken.append(max(left, key=lambda row: row["params"]))
        assert [row["params"] for row in found.solve().best][:1] == [taken[0]["params"]]
        assert differ > 1 or [row["params"] for row in found.solve().best] == [row["params"] for row in taken]


def _unlike(row: dict[str, Any], other: dict[str, Any], names: tuple[str, ...]) -> int:
    return sum(row[name] != other[name] for name in names)


def test_a_front_is_walked_by_budgets() -> None:
    found = solver(["macs", "max:params"], least=["resolution=160"])
    rows = [row for row in found.sweep.rows() if row["resolution"] >= 160]
    front = found.front(6)
    points = [(row["macs"], row["params"]) for row in front.best]
    assert points == sorted(points)
    assert 4 <= len(points) <= 6
    for macs, params in points:
        assert not any(
            row["macs"] <= macs and row["params"] >= params and (row["macs"], row["params"]) != (macs, params) for row in rows
        )
    assert points[0][0] == min(row["macs"] for row in rows)
    assert points[-1][1] == max(row["params"] for row in rows)


def test_random_questions_are_answered_as_by_an_exhaustive_look() -> None:
    rng = random.Random("solve")
    costs = ["params", "macs", "moved", "flops.fvcore", "peak"]
    axes = ["width=0.25:1.25:0.25", "resolution=96:224:32", "transition", "kernels=[3,5],[5,7]", "split=1/4,1/2"]
    rows = list(solver(costs, axes=axes).sweep.rows())
    for _ in range(20):
        cost, bounded = rng.sample(costs, 2)
        bound = rng.choice(rows)[bounded] + rng.choice([-1, 0, 1])
        high = cost != "peak" and rng.random() < 0.5
        best = solver([f"max:{cost}" if high else cost], [f"{bounded}={bound}"], axes=axes, count=1).solve().best
        allowed = [row[cost] for row in rows if row[bounded] <= bound]
        assert [row[cost] for row in best] == ([max(allowed) if high else min(allowed)] if allowed else [])


def test_a_grid_that_branch_and_bound_is_quick_with_needs_no_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solving, "MANY", 0)
    monkeypatch.setattr(solving, "PATIENCE", 10_000)
    assert solver(["max:width"], ["params=3.4M"], count=1).solve().counted is not None


def test_settings_as_budgets_may_be_ratios_or_negative() -> None:
    net = archdsl.loads("input: [8, 16, 16]\nknobs: {z: 0, w: 8}\nnet: [{conv: $w + $z}]\n")
    free = {"z": range(-4, 5), "w": range(8, 17)}
    assert net.solve("max:z", free=free, most={"z": -2}).best[0]["z"] == -2
    assert archdsl.load("dpnet").solve("max:width", free="width", most={"width": "1/2"}).best[0]["width"] == Fraction(1, 2)
    lack = net.solve("max:z", free=free, most={"z": -6}).lack
    assert lack is not None
    assert lack.closest is not None
    assert lack.closest["z"] == -4
    assert lack.excess == pytest.approx(1 / 3)


def test_a_largest_that_is_to_be_high_and_cannot_be() -> None:
    for least, most in ((["peak=100G"], []), (["receptive_field=100k"], ["macs=60M"])):
        lack = lacking(solver(["max:params"], most, least).solve())
        assert lack.closest is not None
        assert lack.alone or [str(budget) for budget in lack.clash] == [f"{least[0].replace('=', ' ≥ ')}"]


def test_what_cannot_be_asked_is_refused() -> None:
    for wrong in ({"count": 0}, {"differ": 0}):
        with pytest.raises(InputError, match="at least 1"):
            solver(["max:width"], **wrong)
    with pytest.raises(InputError, match="two costs"):
        solver(["macs", "macs"]).front(5)
    with pytest.raises(InputError, match="two ends"):
        solver(["macs", "params"]).front(1)
    with pytest.raises(InputError, match=r"say of which device, as in latency\."):
        parse_budgets(["latency=6s"], [], cost_names())


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
    assert [str(budget) for budget in lack.clash] == ["params ≤ 1.5M", "macs ≥ 200M"]
    assert lack.closest["params"] > 1_500_000 or lack.closest["macs"] < 200_000_000


def test_nothing_can_be_built() -> None:
    solution = solver(["max:width"], axes=["split=1/1000", "width=0.5,1"]).solve()
    assert not solution.best
    assert solution.lack is not None
    assert solution.lack.closest is None
