"""Contours: one cost over two settings that hold numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from archdsl.errors import InputError
from archdsl.viz.plots.curves import START
from archdsl.viz.plots.figure import SCALE, OnPage, PlotlyFigure, axis, layout, text
from archdsl.viz.plots.paper_axes import INK, LIGHTEST, STAR, OnPaper, is_narrow, number_axis, scale_axis
from archdsl.viz.plots.paper_axes import SCALE as PAPER_SCALE
from archdsl.viz.plots.points import Column, OfVariants, check_known
from archdsl.viz.text import readable

LEVELS = 12
"""Steps of the cost that are told apart."""


@dataclass(frozen=True)
class Contour(OfVariants):
    """A cost over two settings.

    Attributes:
        points: the variants that can be built, one for each pair of values; pairs without one are gaps.
        x, y: settings that hold numbers, of at least two values each.
        cost: what is drawn.

    Raises:
        InputError: no such setting or cost, or a setting without two numbers.
    """

    x: str
    y: str
    cost: str

    def __post_init__(self) -> None:
        check_known("cost", self.cost, self.points.costs)
        for name in (self.x, self.y):
            check_known("setting", name, self.points.settings)
            column = self.points.columns[name]
            if column.categories or not column.varies:
                raise InputError(f"a contour goes over numbers, and {name} has no two of them")


def field(contour: Contour) -> list[list[int | None]]:
    """The row of each pair of values, a list for each value of y from below; None for a gap."""
    across, up = (contour.points.columns[name] for name in (contour.x, contour.y))
    there = {(across.places[row], up.places[row]): row for row in range(len(across.places))}
    return [[there.get((x, y)) for x in across.values] for y in up.values]


def on_page(contour: Contour) -> OnPage:
    """What a page shows."""
    title = f"{contour.title}: {contour.cost} over {contour.x} and {contour.y}"
    return OnPage(title, figure(contour), contour.note)


def figure(contour: Contour) -> PlotlyFigure:
    """Traces and layout for plotly. `customdata` of a place is its row."""
    columns, rows = contour.points.columns, field(contour)
    across, up, cost = columns[contour.x], columns[contour.y], columns[contour.cost]
    bar = {"title": {"text": text(cost.label), "side": "right"}, "tickformat": cost.format, "thickness": 14, "outlinewidth": 0}
    trace = {
        "type": "contour",
        "x": list(across.values),
        "y": list(up.values),
        "z": [[None if row is None else cost.places[row] for row in line] for line in rows],
        "customdata": rows,
        "connectgaps": False,
        "ncontours": LEVELS,
        "contours": {"coloring": "fill", "showlabels": True, "labelfont": {"size": 12, "color": "var(--ink)"}},
        "line": {"width": 1, "color": "var(--ink)"},
        "opacity": 0.85,
        "colorscale": [[place / (SCALE - 1), f"var(--scale-{place})"] for place in range(SCALE)],
        "colorbar": bar,
        "hoverinfo": "text",
        "hovertext": [[_told(contour, row) for row in line] for line in rows],
        "name": text(contour.cost),
    }
    traces = [trace, *([_start(contour, contour.points.start)] if contour.points.start is not None else [])]
    return {
        "data": traces,
        "layout": layout(
            xaxis=axis(across.label, tickformat=across.format, nticks=10, showgrid=False),
            yaxis=axis(up.label, tickformat=up.format, nticks=10, showgrid=False),
            hovermode="closest",
            hoverlabel={
                "bgcolor": "var(--card)",
                "bordercolor": "var(--rule)",
                "font": {"color": "var(--ink)"},
                "namelength": -1,
            },
            height=520,
            legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
            showlegend=contour.points.start is not None,
        ),
    }


def _told(contour: Contour, row: int | None) -> str:
    if row is None:
        return "cannot be built"
    columns = contour.points.columns
    cost, settings = columns[contour.cost], [columns[name] for name in (contour.x, contour.y)]
    value = cost.places[row]
    number = f"{value:,}" if isinstance(value, int) else readable(value)
    lines = [f"{text(column.name)} {text(column.text(row))}" for column in settings]
    return "<br>".join([*lines, f"{text(cost.name)} {number}{' ' + cost.unit if cost.unit else ''}"])


def _start(contour: Contour, row: int) -> dict[str, Any]:
    columns = contour.points.columns
    return {
        "type": "scatter",
        "mode": "markers",
        "name": START,
        "x": [columns[contour.x].places[row]],
        "y": [columns[contour.y].places[row]],
        "marker": {"size": 16, "symbol": "star-diamond", "color": "var(--start)", "line": {"width": 2, "color": "var(--paper)"}},
        "customdata": [row],
        "hoverinfo": "text",
        "hovertext": [f"{START}<br>{_told(contour, row)}"],
    }


def on_paper(contour: Contour, width: float) -> OnPaper:
    """The contour on paper."""
    return OnPaper(66 if is_narrow(width) else 95, lambda part: _draw(part, contour))


def _draw(part: Any, contour: Contour) -> None:
    """Draw on a (sub)figure of matplotlib: filled, with lines, so that a grey print tells the steps apart."""
    import matplotlib
    import numpy as np
    from matplotlib.colors import ListedColormap

    columns = contour.points.columns
    across, up, cost = columns[contour.x], columns[contour.y], columns[contour.cost]
    values = np.array([[np.nan if row is None else float(cost.places[row]) for row in line] for line in field(contour)])
    scale = matplotlib.colormaps[PAPER_SCALE]
    used = ListedColormap([scale(LIGHTEST * i / 255) for i in range(256)])
    axes = part.subplots()
    masked = np.ma.masked_invalid(values)
    drawn = axes.contourf(across.values, up.values, masked, levels=LEVELS, cmap=used)
    if cost.varies:
        axes.contour(across.values, up.values, masked, levels=LEVELS, colors=INK, linewidths=0.3)
    if (row := contour.points.start) is not None:
        place = across.places[row], up.places[row]
        axes.scatter([place[0]], [place[1]], s=48, marker="*", c=STAR, edgecolors="white", linewidths=0.5, zorder=5)
    _axes(part, axes, drawn, across, up, cost)


def _axes(part: Any, axes: Any, drawn: Any, across: Column, up: Column, cost: Column) -> None:
    scale_axis(axes.xaxis, across, False)
    scale_axis(axes.yaxis, up, False)
    axes.set_xlabel(across.label)
    axes.set_ylabel(up.label)
    bar = part.colorbar(drawn, ax=axes, pad=0.02, aspect=30)
    bar.outline.set_visible(False)
    bar.set_label(cost.label)
    number_axis(bar.ax.yaxis, 5)
