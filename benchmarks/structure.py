"""Grids whose variants differ in structure, readings of the paper's networks, and designs inside budgets that are proven.

`--check N` draws N variants of each grid and elaborates each by itself; `--questions N` asks a million variants N random questions and
compares what `solve` proves by sums of tables with an exhaustive look.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from fractions import Fraction

import numpy as np

import archdsl
from archdsl.explore.criteria.budget import Budget
from archdsl.explore.grid.axis import parse_axes
from archdsl.explore.grid.chunk import chunks
from archdsl.explore.grid.region import Region
from archdsl.explore.keep.keepers import Pareto, Sample
from archdsl.explore.reconcile.readings import reconcile
from archdsl.explore.solve.found import Question
from archdsl.explore.solve.proof import Proof
from archdsl.explore.solve.solver import solver_on
from archdsl.explore.sweep import Sweep
from archdsl.measure.timing import interleave, ratio

KINDS = ["transition=block,stage,none", "kernels=[3,5],[3,7],[5,7],[3,3],[3,5,7]", "se_place=expanded,projected,joined"]
KINDS += ["se_norm=none,squeeze", "expand_always=true,false"]
GRIDS = {
    "small": ["width=0.5:2:0.05", *KINDS, "split=1/4,3/8,1/2,5/8,3/4", "transition_in=all,a,b"],
    "large": ["width=0.5:2:0.025", *KINDS, "expansion=0.5:2:0.05", "split=1/4:3/4:1/32"],
}
ROWS = (2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15)
LATENCY = "latency.raspberry-pi-3b"
MOST = {"macs": "118M", "params": "3.4M", LATENCY: "6s"}
MILLION = [f"rows.{row}.exp=64:384:64" for row in (4, 6, 8, 10, 12, 15)]
MILLION += ["rows.9.op=dp_a,dp_b", "rows.13.op=dp_a,dp_b", "transition=block,stage,none", "resolution=160:224:32"]
COSTS = ("params", "macs", "peak", LATENCY, "flops.fvcore")


def sweep(axes: list[str], *shown: str) -> Sweep:
    net = archdsl.load("dpnet")
    return Sweep(net, parse_axes(axes, net.base), shown=shown)


def front(axes: list[str]) -> float:
    """Seconds for the front of parameters and MACs, elaboration included."""
    asked = sweep(axes)
    begin = time.perf_counter()
    found = asked.run([Pareto(asked.shown, [asked.objective("params"), asked.objective("macs")])])
    assert found.variants == len(asked)
    return time.perf_counter() - begin


def single(axes: list[str]) -> None:
    """One variant by itself."""
    net = archdsl.load("dpnet")
    chosen = random.Random(0)
    cost = net.set(**{axis.name: chosen.choice(axis.points)[0] for axis in parse_axes(axes[:3], net.base)}).cost()
    assert cost.params
    assert cost.macs


def check(count: int) -> None:
    """Compare variants drawn from both grids with networks elaborated one by one."""
    for grid, axes in GRIDS.items():
        compared = COSTS if grid == "small" else COSTS[:2]  # millions of latencies, of which a few are looked at, take minutes
        asked = sweep(axes, *compared)
        kept = Sample(asked.shown, count)
        asked.run([kept])
        rows = random.Random(0).sample(kept.rows, min(count, len(kept.rows)))
        for row in rows:
            net = asked.net.set(**{name: list(v) if isinstance(v := row[name], tuple) else v for name in asked.settings})
            costs = archdsl.cost.comparing.totals.costs(net, ("fvcore",), ("raspberry-pi-3b",))
            assert {cost: costs[cost] for cost in compared} == {cost: row[cost] for cost in compared}, row
        print(
            f"{grid}: {len(rows):,} of {len(asked):,} variants agree with networks elaborated one by one in {', '.join(compared)}"
        )


def questions(count: int) -> None:
    """Random questions to a million variants: one or two budgets, an objective that is to be high or low."""
    asked, rng = sweep(MILLION, *COSTS), random.Random(0)
    solver = solver_on(asked.net, asked.axes, [*COSTS], [])
    regions = [region for batch in solver.batches() for region in batch]
    columns = {cost: np.concatenate([_column(region, cost) for region in regions]) for cost in COSTS}
    dens = {cost: regions[0].known(cost).den for cost in COSTS}
    proof = Proof.over([regions], [], [asked.objective(cost) for cost in COSTS], asked.shown)
    assert proof is not None
    variants, begin, answers = len(columns["macs"]), time.perf_counter(), 0
    for _ in range(count):
        cost, *bounded = rng.sample(COSTS, rng.choice([2, 3]))
        high = cost != "peak" and rng.random() < 0.5
        place = rng.randrange(variants)
        budgets, fits = [], np.ones(variants, dtype=bool)
        for name in bounded:
            bound = int(columns[name][place]) * rng.randint(95, 105) // 100
            budgets.append(Budget(name, Fraction(bound, dens[name]), "max", ""))
            fits &= columns[name] <= bound
        found = proof.best(Question(budgets, [asked.objective(f"max:{cost}" if high else cost)]))
        left = columns[cost][fits]
        wanted = None if not len(left) else int(left.max() if high else left.min())
        came = None if found is None else found.row[cost]
        assert came == (None if wanted is None else Fraction(wanted, dens[cost])), (cost, high, budgets, came, wanted)
        answers += found is not None
    seconds = (time.perf_counter() - begin) / count
    print(
        f"{count:,} questions to {variants:,} variants, {answers:,} with an answer: as by an exhaustive look; {seconds:.2f} s each"
    )


def _column(region: Region, cost: str) -> np.ndarray:
    return np.concatenate([chunk.column(cost)[chunk.every_line] for chunk in chunks(region)])


def solved(count: int) -> None:
    """The best designs inside three budgets with twelve rows free."""
    net = archdsl.load("dpnet")
    free = {f"rows.{row}.exp": range(64, 961, 64) for row in ROWS}
    found = net.solve("max:params", free=free, most=MOST, top=count)
    assert found.gap == 0
    variants, params = found.best.outcome.variants, found.best[0]["params"]
    print(f"  {variants:,} variants, {count} designs: {found.seconds:.1f} s, proven; {params:,} parameters")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", type=int, metavar="N")
    parser.add_argument("--questions", type=int, metavar="N")
    asked = parser.parse_args()
    if asked.check:
        check(asked.check)
        return
    if asked.questions:
        questions(asked.questions)
        return
    for name, axes in GRIDS.items():
        ours, theirs = interleave(
            {f"front of the {name} grid": lambda a=axes: front(a), "one variant": lambda a=axes: single(a)}, 3
        )
        size = len(sweep(axes))
        print(f"{ours.name}: {size:,} variants in {ours.median:.2f} s, {size / ours.median / 1e6:.2f} million a second")
        print(f"  one by one this takes {ratio(theirs, ours).median * size:,.0f} times as long")
    dpnet, dual, partial = (archdsl.load(name) for name in ("dpnet", "d_mobilenet_v3", "p_mobilenet_v3"))
    for name, ask in {
        "readings of dpnet with one typing error": lambda: reconcile([dpnet], one_typo=True, most_changes=2),
        "readings of dpnet and d_mobilenet_v3, at most five changes": lambda: reconcile([dpnet, dual], most_changes=5),
        "readings of d_mobilenet_v3 and p_mobilenet_v3, at most five changes": lambda: reconcile([dual, partial], most_changes=5),
    }.items():
        begin = time.perf_counter()
        found = ask()
        print(f"{name}: {found.searched:,} in {time.perf_counter() - begin:.1f} s")
    print("designs inside budgets:")
    for count in (1, 5):
        solved(count)
    print(f"peak of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


if __name__ == "__main__":
    main()
