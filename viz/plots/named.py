"""Measured values against a cost: a point with a name for each, its spread as a line up and down."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from archdsl.errors import InputError, clip
from archdsl.viz.plots.dots import SYMBOLS
from archdsl.viz.plots.figure import OnPage, PlotlyFigure, axis, layout, text
from archdsl.viz.plots.paper_axes import INK, MARKERS, OnPaper, is_narrow, label_room, number_axis
from archdsl.viz.plots.points import PALETTE

WIDE = 8
"""Ratio of the ends from which the axis of the cost is logarithmic: of networks of several sizes the small ones would else be a heap."""

LINE = 4.0
"""Millimetres that a line of the legend of a figure for a paper needs."""


@dataclass(frozen=True)
class NamedPoint:
    """One value.

    Attributes:
        name: of what was measured, different for each.
        x: the cost, finite and not below 0.
        y: the value, finite.
        low, high: ends of its spread; both `y` for none.
        words: what a reader wants to know of it.
        mark: number of its colour and shape, from 0: what is in several plots looks the same in all.
    """

    name: str
    x: float
    y: float
    low: float
    high: float
    words: str
    mark: int


@dataclass(frozen=True)
class Named:
    """A few values against what each costs, every one with a mark of its own in the legend.

    Attributes:
        title: what was measured.
        x_axis: the cost, with its unit.
        y_axis: the value, with its unit.
        points: in the order of the legend.
        note: a line for the reader.

    Raises:
        InputError: there is no point, two have one name, or a number is not finite.
    """

    title: str
    x_axis: str
    y_axis: str
    points: tuple[NamedPoint, ...]
    note: str = ""

    def __post_init__(self) -> None:
        if not self.points:
            raise InputError(f"{self.title}: there is nothing to draw")
        names = [point.name for point in self.points]
        for point in self.points:
            if names.count(point.name) > 1:
                raise InputError(f"{self.title}: {point.name} is there twice")
            if not all(map(math.isfinite, (point.x, point.y, point.low, point.high))):
                raise InputError(f"{self.title}: {point.name} is no finite number")

    @property
    def log(self) -> bool:
        """Whether the axis of the cost is logarithmic."""
        places = [point.x for point in self.points]
        return min(places) > 0 and max(places) / min(places) >= WIDE


def look(number: int) -> tuple[str, int]:
    """Colour and number of the shape of a mark. No two of the first 49 have both in common."""
    return PALETTE[number % len(PALETTE)], (number + number // len(PALETTE)) % len(SYMBOLS)


def on_page(named: Named) -> OnPage:
    """What a page shows."""
    hint = "Point at a mark to read it; click a name to hide its mark."
    return OnPage(named.title, figure(named), named.note, hint)


def figure(named: Named) -> PlotlyFigure:
    """Traces and layout for plotly."""
    places = [point.x for point in named.points]
    grid: dict[str, Any] = {"type": "log", "dtick": "D2"} if named.log else {"nticks": 8}
    form = (
        "~s" if max(places) >= 1000 else "~g" if named.log else ""
    )  # a logarithmic axis without a form leaves out zeros: 5, 10, 2
    card = {"bgcolor": "var(--card)", "bordercolor": "var(--rule)", "font": {"color": "var(--ink)", "size": 14}, "align": "left"}
    return {
        "data": [_trace(point) for point in named.points],
        "layout": layout(
            xaxis=axis(named.x_axis, tickformat=form, **grid),
            yaxis=axis(named.y_axis, nticks=8),
            hovermode="closest",
            hoverlabel={**card, "namelength": -1},
            height=520,
            legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
            showlegend=True,
        ),
    }


def _trace(point: NamedPoint) -> dict[str, Any]:
    colour, mark = look(point.mark)
    spread = {"type": "data", "symmetric": False, "array": [point.high - point.y], "arrayminus": [point.y - point.low]}
    return {
        "type": "scatter",
        "mode": "markers",
        "name": text(clip(point.name, 40)),
        "x": [point.x],
        "y": [point.y],
        "error_y": spread | {"color": colour, "thickness": 2, "width": 5, "visible": point.high > point.low},
        "marker": {"size": 12, "color": colour, "symbol": SYMBOLS[mark]},
        "hoverinfo": "text",
        "hovertext": f"<b>{text(point.name)}</b><br>{text(point.words)}",
    }


def on_paper(named: Named, width: float) -> OnPaper:
    """The plot on paper."""
    columns = 2 if is_narrow(width) else 4
    room = label_room(width) if columns == 2 else 24
    lines = -(-len(named.points) // columns)
    return OnPaper((58 if is_narrow(width) else 78) + LINE * lines, lambda part: _draw(part, named, columns, room))


def _draw(part: Any, named: Named, columns: int, room: int) -> None:
    """Draw on a (sub)figure of matplotlib. Names are cut to so many characters."""
    from matplotlib.ticker import LogLocator, NullFormatter

    axes = part.subplots()
    if named.log:
        axes.set_xscale("log")
    for point in named.points:
        colour, mark = look(point.mark)
        spread = [[point.y - point.low], [point.high - point.y]] if point.high > point.low else None
        looks = {"color": colour, "marker": MARKERS[mark], "markersize": 4.5, "elinewidth": 1, "capsize": 2}
        edge = {"markeredgecolor": INK, "markeredgewidth": 0.4, "ecolor": colour}
        axes.errorbar([point.x], [point.y], yerr=spread, linestyle="", label=clip(point.name, room), **looks, **edge)
    number_axis(axes.xaxis, 5)
    number_axis(axes.yaxis, 5)
    if named.log:
        places = [point.x for point in named.points]
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0,) if max(places) / min(places) >= 100 else (1.0, 2.0, 5.0)))
        axes.xaxis.set_minor_locator(LogLocator(subs=tuple(range(2, 10))))
        axes.xaxis.set_minor_formatter(NullFormatter())
    axes.margins(x=0.08, y=0.1)
    axes.set_xlabel(named.x_axis)
    axes.set_ylabel(named.y_axis)
    part.legend(loc="outside upper left", ncols=columns, borderpad=0.2, handletextpad=0.4, columnspacing=1.2)
