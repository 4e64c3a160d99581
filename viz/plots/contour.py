"""Contours: one cost over two settings that hold numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from archdsl.errors import InputError
from archdsl.viz.plots.curves import START
from archdsl.viz.plots.figure import SCALE, OnPage, PlotlyFigure, axis, layout, text
from archdsl.viz.plots.paper_axes import INK, LIGHTEST, STAR, OnPaper, is_narrow, number_axis, scale_axis
from archdsl.viz.plots.paper_axes import SCALE as PAPER_SCALE
from archdsl.viz.plots.points import Column, OfVariants, check_known
from archdsl.viz.text import readable, tick

LEVELS = 12
"""Steps of the cost that are told apart, about."""

WIDE = 16
"""Ratio of the ends from which steps are equal factors: steps of equal size would put all small costs into one."""

FACTORS = (1.25, 1.5, 2, 3, 5, 10)
"""Factors from one step to the next."""


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


def levels(contour: Contour) -> list[float] | None:
    """Costs at which lines stand, a factor apart, one of them that of the network as it stands; None where equal steps do."""
    cost = contour.points.columns[contour.cost]
    low, high = cost.values[0], cost.values[-1]
    if low <= 0 or high / low < WIDE:
        return None
    factor = next((factor for factor in FACTORS if math.log(high / low, factor) <= LEVELS), (high / low) ** (1 / LEVELS))
    middle = cost.places[contour.points.start] if contour.points.start is not None else low
    first, last = math.ceil(math.log(low / middle, factor) - SLACK), math.floor(math.log(high / middle, factor) + SLACK)
    return [middle * factor**step for step in range(first, last + 1)]


SLACK = 1e-9
"""What a logarithm may be off."""


def on_page(contour: Contour) -> OnPage:
    """What a page shows."""
    title = f"{contour.title}: {contour.cost} over {contour.x} and {contour.y}"
    return OnPage(title, figure(contour), contour.note)


def figure(contour: Contour) -> PlotlyFigure:
    """Traces and layout for plotly. `customdata` of a place is its row; heights are logarithms where steps are factors."""
    columns, rows = contour.points.columns, field(contour)
    across, up, cost = columns[contour.x], columns[contour.y], columns[contour.cost]
    steps = levels(contour)
    height = (lambda value: value) if steps is None else math.log10
    place: dict[str, Any] = {
        "type": "contour",
        "x": list(across.values),
        "y": list(up.values),
        "z": [[None if row is None else height(cost.places[row]) for row in line] for line in rows],
        "connectgaps": False,
    }
    trace = place | {
        "customdata": rows,
        **_steps(steps),
        "line": {"width": 1, "color": "var(--ink)"},
        "opacity": 0.85,
        "colorscale": [[place / (SCALE - 1), f"var(--scale-{place})"] for place in range(SCALE)],
        "colorbar": _bar(cost, steps),
        "hoverinfo": "text",
        "hovertext": [[_told(contour, row) for row in line] for line in rows],
        "name": text(contour.cost),
    }
    start = contour.points.start
    traces = [trace, *([_same(contour, place, height(cost.places[start])), _start(contour, start)] if start is not None else [])]
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
            showlegend=start is not None,
        ),
    }


def _steps(steps: list[float] | None) -> dict[str, Any]:
    """What plotly is told of the lines."""
    if steps is None:
        return {"ncontours": LEVELS, "contours": {"coloring": "fill"}}
    size = math.log10(steps[1] / steps[0])
    return {
        "autocontour": False,
        "contours": {"coloring": "fill", "start": math.log10(steps[0]), "end": math.log10(steps[-1]), "size": size},
    }


def _bar(cost: Column, steps: list[float] | None) -> dict[str, Any]:
    bar = {"title": {"text": text(cost.label), "side": "right"}, "tickformat": cost.format, "thickness": 14, "outlinewidth": 0}
    if steps is not None:
        bar |= {
            "tickvals": [math.log10(step) for step in steps],
            "ticktext": [text(tick(float(f"{step:.3g}"))) for step in steps],
        }
    return bar


def _same(contour: Contour, place: dict[str, Any], height: float) -> dict[str, Any]:
    """The line along which the cost is that of the network as it stands."""
    return place | {
        "autocontour": False,
        "contours": {"coloring": "none", "start": height, "end": height, "size": 1},
        "line": {"width": 2.5, "color": "var(--start)", "dash": "dash"},
        "showscale": False,
        "hoverinfo": "skip",
        "name": text(f"the same {contour.cost}"),
        "showlegend": True,
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
    from matplotlib.colors import ListedColormap, LogNorm

    columns = contour.points.columns
    across, up, cost = columns[contour.x], columns[contour.y], columns[contour.cost]
    values = np.array([[np.nan if row is None else float(cost.places[row]) for row in line] for line in field(contour)])
    scale = matplotlib.colormaps[PAPER_SCALE]
    used = ListedColormap([scale(LIGHTEST * i / 255) for i in range(256)])
    axes = part.subplots()
    masked = np.ma.masked_invalid(values)
    steps = levels(contour)
    shown: dict[str, Any] = {
        "levels": LEVELS if steps is None else steps,
        "norm": None if steps is None else LogNorm(steps[0], steps[-1]),
    }
    drawn = axes.contourf(across.values, up.values, masked, cmap=used, extend="neither" if steps is None else "both", **shown)
    if cost.varies:
        axes.contour(across.values, up.values, masked, levels=shown["levels"], colors=INK, linewidths=0.3)
    if (row := contour.points.start) is not None:
        place = across.places[row], up.places[row]
        axes.scatter([place[0]], [place[1]], s=48, marker="*", c=STAR, edgecolors="white", linewidths=0.5, zorder=5)
    _axes(part, axes, drawn, (across, up, cost), steps)


def _axes(part: Any, axes: Any, drawn: Any, columns: tuple[Column, Column, Column], steps: list[float] | None) -> None:
    across, up, cost = columns
    scale_axis(axes.xaxis, across, False)
    scale_axis(axes.yaxis, up, False)
    axes.set_xlabel(across.label)
    axes.set_ylabel(up.label)
    bar = part.colorbar(drawn, ax=axes, pad=0.02, aspect=30)
    bar.outline.set_visible(False)
    bar.set_label(cost.label)
    if steps is None:
        number_axis(bar.ax.yaxis, 5)
    else:
        bar.set_ticks(steps, labels=[tick(float(f"{step:.3g}")) for step in steps])
