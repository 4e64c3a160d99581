"""A hundred million variants of dpnet over seven knobs, against building and counting each with thop; memory on a thousand million.

`--check N` draws N variants of the grid, elaborates each by itself and compares; every hundredth is built in torch and counted by thop.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import time

import thop
import torch

import archdsl
from archdsl.explore.grid.axis import parse_axes
from archdsl.explore.keep.keepers import Pareto, Sample
from archdsl.explore.sweep import Sweep
from archdsl.explore.variants import Row
from archdsl.measure.timing import interleave, ratio

SEVEN = ["width=0.5:1.5:0.025", "resolution=96:256:8", "expansion=0.5:1.5:0.1", "kernels.1=1:7:2", "kernels.2=1:7:2"]
SEVEN += ["se_reduction=2:8", "classes=10:1000:10"]
LARGE = ["width=0.5:1.5:0.0125", "resolution=96:256:4", "expansion=0.5:1.5:0.05", *SEVEN[3:-1]]
LARGE += ["classes=10:1000:7"]
FRONTS = (("params", "macs"), ("macs", "max:width"), ("macs", "max:width", "max:resolution"))


def sweep(axes: list[str], *shown: str) -> Sweep:
    net = archdsl.load("dpnet")
    return Sweep(net, parse_axes(axes, net.base), shown=shown)


def front(objectives: tuple[str, ...], axes: list[str] = SEVEN) -> float:
    """Seconds for one variant, the elaboration of all structures and the front included."""
    asked = sweep(axes)
    begin = time.perf_counter()
    found = asked.run([Pareto(asked.shown, [asked.objective(text) for text in objectives])])
    assert found.variants == len(asked) == found.passed
    return (time.perf_counter() - begin) / len(asked)


def one(row: Row) -> float:
    """Build one variant in torch and count it with thop, as a sweep is done without arrays."""
    resolution = row["resolution"]
    module = archdsl.load("dpnet", **row).module().eval()
    flops, _ = thop.profile(module, (torch.zeros(1, 3, resolution, resolution),), verbose=False)
    return float(flops)


def draw(count: int, seed: int = 0) -> list[Row]:
    """Variants of the grid at random."""
    axes, choose = sweep(SEVEN).axes, random.Random(seed)
    return [{axis.name: choose.choice(axis.points)[0] for axis in axes} for _ in range(count)]


def check(count: int) -> None:
    """Compare variants drawn from the streaming grid with networks elaborated one by one, and some with thop."""
    asked = sweep(SEVEN, "flops.thop")
    kept = Sample(asked.shown, count)
    asked.run([kept])
    rows = random.Random(0).sample(kept.rows, count)
    built = 0
    for number, row in enumerate(rows):
        settings = {name: row[name] for name in asked.settings}
        single = asked.net.set(**settings).cost()
        assert (row["params"], row["macs"], row["flops.thop"]) == (single.params, single.macs, single.flops("thop")), row
        if number % 100 == 0:
            assert one(settings) == row["flops.thop"], row
            built += 1
    print(f"{count:,} variants drawn from {len(asked):,} agree with networks elaborated one by one, {built:,} of them with thop")


def memory() -> None:
    """Run the large grid; the peak of this process in MiB."""
    asked = sweep(LARGE)
    front(("macs", "max:width"), LARGE)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(asked):,} variants: peak of the process {peak:,.0f} MiB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", type=int, metavar="N")
    parser.add_argument("--memory", action="store_true")
    asked = parser.parse_args()
    if asked.check:
        check(asked.check)
        return
    if asked.memory:
        memory()
        return
    rows = iter(draw(100))
    for objectives in FRONTS:
        sides = {f"front of {', '.join(objectives)}": lambda o=objectives: front(o), "build and thop": lambda: one(next(rows))}
        ours, theirs = interleave(sides, 5)
        per = ours.median / len(sweep(SEVEN))
        print(f"{ours.name}: {len(sweep(SEVEN)):,} variants, {1 / per / 1e6:.1f} million a second, {per * 1e9:.1f} ns each")
        print(f"{theirs}; for one variant this takes {ratio(theirs, ours).median * len(sweep(SEVEN)):,.0f} times as long")
    subprocess.run([sys.executable, __file__, "--memory"], check=True)


if __name__ == "__main__":
    main()
