"""Parallel coordinates: an axis for each setting and cost, a line for each variant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from archdsl.errors import clip
from archdsl.viz.plots.figure import OnPage, PlotlyFigure, layout, text
from archdsl.viz.plots.paper_axes import ACCENT, INK, PALE, OnPaper, colour_bar, colours, discrete, is_narrow
from archdsl.viz.plots.points import PALETTE, Column, OfVariants, Points, check_known
from archdsl.viz.text import tick

FRONT = "on the front"

HALO = ", ".join(["0 0 3px var(--paper)"] * 3)
"""Around numbers, because lines pass behind them."""

MANY = 5_000

LONG = 14
"""Characters of a name that fit over an axis; longer ones make all names slanted."""

WIDTH = 100
"""Pixels that an axis needs; a narrower page scrolls."""


VECTOR = 500
"""Lines up to which each is a line of its own; more are one picture inside of the SVG or PDF."""

CELLS = 160
"""Heights of an axis that the cloud tells apart."""

ROOM = 14
"""Characters of a name for which an inch has room."""

BRUSH = "Drag along an axis to select variants, click the axis to clear it; drag a name to move its axis."


@dataclass(frozen=True)
class Parallel(OfVariants):
    """One line for each variant through an axis for each setting and cost.

    Attributes:
        points: the variants.
        colour: setting or cost that colours the lines; on a page, the one that is chosen at first. None for one colour.

    Raises:
        InputError: no such setting or cost.
    """

    colour: str | None = None

    def __post_init__(self) -> None:
        if self.colour is not None:
            check_known("setting or cost", self.colour, (*self.points.settings, *self.points.costs))


def axes(points: Points) -> list[Column]:
    """The axes from left to right: settings, then costs, and whether the variant is on the front. What never varies has none."""
    shown = [column for column in points.columns.values() if column.varies or column.cost]
    if not points.front or len(set(points.front)) == len(points.rows):
        return shown
    on = set(points.front)
    word = tuple(int(row in on) for row in range(len(points.rows)))
    return [*shown, Column(FRONT, False, True, word, ("no", "yes"), word, (0, 1))]


def on_page(plot: Parallel) -> OnPage:
    """What a page shows."""
    shown = axes(plot.points)
    hint = BRUSH + (" The front is selected at first." if shown[-1].name == FRONT else "")
    title = f"{plot.title}: settings and costs"
    return OnPage(title, figure(shown), plot.told(), hint, WIDTH * len(shown), plot.points, {"colour": plot.colour})


def figure(drawn: list[Column]) -> PlotlyFigure:
    """Trace and layout for plotly. The front is selected at first, and drawn last."""
    trace: dict[str, Any] = {
        "type": "parcoords",
        "dimensions": [_dimension(column) for column in drawn],
        "line": {"color": "var(--accent)", "coloraxis": "coloraxis"},
        "labelfont": {"size": 14, "color": "var(--ink)"},
        "tickfont": {"size": 12, "color": "var(--ink)", "shadow": HALO},
        "rangefont": {"size": 12, "color": "var(--quiet)"},
        "unselected": {"line": _unselected(len(drawn[0].places))},
    }
    margin = {"l": 72, "r": 72, "t": 64, "b": 40}
    if max(len(column.label) for column in drawn) > LONG:
        trace |= {"labelangle": -20}
        margin |= {"t": 120, "r": 110}
    return {
        "data": [trace],
        "layout": layout(height=480, margin=margin, coloraxis={"colorbar": {"thickness": 14, "outlinewidth": 0}}),
    }


def _dimension(column: Column) -> dict[str, Any]:
    low, high = column.values[0], column.values[-1]
    made: dict[str, Any] = {"label": text(column.label), "values": list(column.places)}
    if low == high:
        made["range"] = [low - 1, high + 1]
    if column.format:
        made["tickformat"] = ".3~s"
    if ticks := column.ticks():
        made |= {"tickvals": [place for place, _ in ticks], "ticktext": [text(word) for _, word in ticks]}
    if column.name == FRONT and not column.cost:
        made["constraintrange"] = [0.5, 1.5]
    return made


def _unselected(lines: int) -> dict[str, Any]:
    """Hundreds of lines can be seen one by one, thousands only together; tens of thousands are a ground, and lighter still."""
    return {"color": "var(--pale)" if lines <= MANY else "var(--ground)", "opacity": min(0.5, max(0.02, 60 / lines))}


def on_paper(plot: Parallel, width: float) -> OnPaper:
    """The plot on paper."""
    shown = axes(plot.points)
    colour = plot.points.columns[plot.colour] if plot.colour else None
    return OnPaper(60 if is_narrow(width) else 70, lambda part: _draw(part, shown, colour, plot.points.front))


def _draw(part: Any, drawn: list[Column], colour: Column | None, front: Sequence[int]) -> None:
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
