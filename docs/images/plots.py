"""The plots of docs/plots.md, computed and drawn anew: python docs/images/plots.py [FOLDER]

Some thousand variants of DP-Net, counted in passes over arrays, and steps of single settings around the network as it stands. Of the
variants, those with at least 105 million multiply-accumulates are drawn: among them fewer parameters cost memory for activations.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

import archdsl
from archdsl.cost.memory.peak import memory
from archdsl.explore.along import along
from archdsl.explore.grid.axis import parse_axes
from archdsl.explore.plot_along import contour, curves
from archdsl.viz.plots import Bar, Parallel, Points, Scatter, Tornado, write_plot

WIDTHS = [round(0.5 + 0.05 * step, 2) for step in range(26)]
SIZES = list(range(128, 337, 16))
KERNELS = [[3, 3], [3, 5], [3, 7], [5, 7]]
TRANSITIONS = ["block", "stage", "none"]
COSTS = ("params", "macs", "peak")
AS_IT_STANDS = {"width": 1, "resolution": 224, "kernels": [3, 5], "transition": "block"}
STEPS = {
    "width": (0.95, 1.05),
    "resolution": (208, 240),
    "kernels": ([3, 3], [3, 7]),
    "transition": (None, "stage"),
    "classes": (500, 2000),
}


def costs(net: archdsl.Net) -> tuple[Any, Any, Any]:
    """Parameters, multiply-accumulates, and bytes of activations at their peak: ints, or arrays of a grid."""
    return net.cost().params, net.cost().macs, memory(net.graph()).peak_activation_bytes


def points(least: int = 105_000_000) -> Points:
    """Variants with at least so many multiply-accumulates; the front has the fewest parameters and the least memory."""
    rows: list[dict[str, Any]] = []
    shape = (len(WIDTHS), len(SIZES), len(KERNELS))
    width, size, place = np.ix_(WIDTHS, SIZES, range(len(KERNELS)))
    kernels = [np.array(KERNELS)[:, path][place] for path in range(2)]
    for transition in TRANSITIONS:
        net = archdsl.load("dpnet", width=width, resolution=size, kernels=kernels, transition=transition)
        grids = [np.broadcast_to(cost, shape) for cost in costs(net)]
        for i, j, k in np.ndindex(shape):
            counted = {name: int(grid[i, j, k]) for name, grid in zip(COSTS, grids, strict=True)}
            row = {"width": WIDTHS[i], "resolution": SIZES[j], "kernels": KERNELS[k], "transition": transition}
            if counted["macs"] >= least:
                rows.append(row | counted)
    start = next(place for place, row in enumerate(rows) if AS_IT_STANDS.items() <= row.items())
    note = f"{len(rows):,} of {len(TRANSITIONS) * np.prod(shape):,} variants, those with at least 105 M multiply-accumulates"
    return Points(
        "DP-Net", tuple(AS_IT_STANDS), COSTS, tuple(rows), front(rows, "params", "peak"), start, note, {"peak": "bytes"}
    )


def front(rows: list[dict[str, Any]], x: str, y: str) -> tuple[int, ...]:
    """Places of the rows that no other row beats in both costs."""
    found: list[int] = []
    for place in sorted(range(len(rows)), key=lambda place: (rows[place][x], rows[place][y])):
        if not found or rows[place][y] < rows[found[-1]][y]:
            found.append(place)
    return tuple(found)


def tornado(cost: str) -> Tornado:
    """What one step of each setting does to a cost."""
    place = COSTS.index(cost)
    start = costs(archdsl.load("dpnet"))[place]
    bars = []
    for name, (down, up) in STEPS.items():
        now = AS_IT_STANDS.get(name, 1000)
        words = [f"{now} → {value}" if value is not None else "" for value in (down, up)]
        changes = [
            costs(archdsl.load("dpnet", **{name: value}))[place] - start if value is not None else None for value in (down, up)
        ]
        bars.append(Bar(name, words[0], words[1], changes[0], changes[1]))
    return Tornado("DP-Net", cost, start, "bytes" if cost == "peak" else "", tuple(bars))


def main(folder: Path) -> None:
    made = points()
    write_plot(folder / "scatter.svg", Scatter(made, "params", "peak", "kernels"))
    write_plot(folder / "tornado.svg", tornado("macs"))
    net = archdsl.load("dpnet")
    write_plot(folder / "curve.svg", curves(along(net, parse_axes(["width=0.5:1.5:0.05"], net.base), COSTS)))
    axes = parse_axes(["width=0.5:1.5:0.05", "resolution=128:320:32"], net.base)
    write_plot(folder / "contour.svg", contour(along(net, axes, ["macs"])))
    if len(sys.argv) > 1:  # beside a page, which is too large for the repository
        tornados = [tornado(cost) for cost in COSTS]
        write_plot(folder / "plots.html", [Scatter(made, "params", "peak", "width"), Parallel(made, "macs"), *tornados])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
