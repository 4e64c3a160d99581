"""Parallel coordinates on paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from archdsl.errors import clip
from archdsl.viz.plots.column import PALETTE, Column
from archdsl.viz.plots.paper_axes import ACCENT, INK, PALE, colour_bar, colours, discrete, tick
from archdsl.viz.plots.parallel import FRONT

VECTOR = 500
"""Lines up to which each is a line of its own; more are one picture inside of the SVG or PDF."""


CELLS = 160
"""Heights of an axis that the cloud tells apart."""

ROOM = 14
"""Characters of a name for which an inch has room."""


def draw_parallel(part: Any, drawn: list[Column], colour: Column | None, front: Sequence[int]) -> None:
    """Draw on a (sub)figure of matplotlib. With a front, its lines stand out of the others and whether a variant is on it needs no axis."""
    shown = [column for column in drawn if column.name != FRONT or column.cost]
    axes = part.subplots()
    on = set(front)
    every = range(len(shown[0].places))
    strong = [row for row in every if row in on] or list(every)
    rest = [row for row in every if row not in on] if on else []
    paint: Any = colours(colour, strong) if colour else ACCENT
    _cloud(axes, shown, rest)
    _lines(axes, shown, strong, paint)
    slanted = max(len(column.label) for column in shown) * len(shown) > ROOM * part.bbox.width / part.figure.dpi
    for place, column in enumerate(shown):
        axes.axvline(place, color=INK, linewidth=0.5, zorder=3)
        for value, word in _ticks(column):
            height = _height(column, value)
            axes.plot([place - 0.015, place], [height, height], color=INK, linewidth=0.5, zorder=3, clip_on=False)
            box = {"facecolor": "white", "alpha": 0.8, "pad": 0.6, "linewidth": 0}
            axes.text(place - 0.03, height, word, ha="right", va="center", zorder=4, bbox=box)
        slant = {"rotation": 20, "ha": "left", "rotation_mode": "anchor"} if slanted else {"ha": "center"}
        axes.text(place - (0.1 if slanted else 0), 1.06, clip(column.label, 36), va="bottom", **slant)
    axes.set_xlim(-0.4, len(shown) - 0.9)
    axes.set_ylim(-0.03, 1.03)
    axes.set_axis_off()
    if colour is not None and colour.varies and not discrete(colour):
        colour_bar(part, axes, colour)
    elif colour is not None and discrete(colour):
        from matplotlib.lines import Line2D

        seen = sorted({colour.word[row] for row in strong}, reverse=True)
        handles = [Line2D([], [], color=PALETTE[place], label=colour.words[place]) for place in seen]
        part.legend(handles=handles, title=colour.name, loc="outside right center")


def _lines(axes: Any, shown: list[Column], rows: list[int], paint: Any) -> None:
    """A line for each variant."""
    from matplotlib.collections import LineCollection

    heights = [[_height(column, column.places[row]) for row in rows] for column in shown]
    paths = [list(enumerate(path)) for path in zip(*heights, strict=True)]
    look = {"linewidths": 0.7, "alpha": 0.9 if len(rows) <= 100 else 0.4, "zorder": 2, "rasterized": len(rows) > VECTOR}
    axes.add_collection(LineCollection(paths, colors=paint, **look))


def _cloud(axes: Any, shown: list[Column], rows: list[int]) -> None:
    """The other variants: between two axes, every different piece of a line once, the darker the more run along it.

    Heights are rounded to a width of a line, so that tens of thousands of lines become some thousand pieces.
    """
    from matplotlib.collections import LineCollection
    from matplotlib.colors import to_rgba

    if not rows:
        return
    heights = [[round(_height(column, column.places[row]) * CELLS) for row in rows] for column in shown]
    red, green, blue, _ = to_rgba(PALE)
    for place, (left, right) in enumerate(pairwise(heights)):
        pieces = Counter(zip(left, right, strict=True))
        most = max(pieces.values())
        paths = [[(place, a / CELLS), (place + 1, b / CELLS)] for a, b in pieces]
        # Many pieces side by side cover the paper together, so each is the fainter the more there are.
        full = min(0.7, max(0.012, 90 / len(pieces)))
        colours = [(red, green, blue, full * (0.25 + 0.75 * number / most)) for number in pieces.values()]
        axes.add_collection(LineCollection(paths, colors=colours, linewidths=0.4, zorder=1, rasterized=len(pieces) > VECTOR))


def _height(column: Column, value: float) -> float:
    low, high = column.values[0], column.values[-1]
    return 0.5 if low == high else (value - low) / (high - low)


def _ticks(column: Column) -> list[tuple[float, str]]:
    """Few enough that they do not touch."""
    ticks = column.ticks()
    if not ticks:
        from matplotlib.ticker import MaxNLocator

        low, high = column.values[0], column.values[-1]
        inside = [value for value in MaxNLocator(6).tick_values(low, high) if low <= value <= high] if low < high else [low]
        ticks = [(float(value), tick(value)) for value in inside]
    every = -(-len(ticks) // 10)
    return ticks[::every]
