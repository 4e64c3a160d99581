"""The Pareto scatter: two costs of every variant against one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from archdsl.viz.plots.figure import OnPage, PlotlyFigure, axis, layout, text
from archdsl.viz.plots.paper_axes import (
    ACCENT,
    INK,
    MARKERS,
    PALE,
    STAR,
    OnPaper,
    colour_bar,
    colours,
    discrete,
    is_narrow,
    scale_axis,
)
from archdsl.viz.plots.points import PALETTE, Column, OfVariants, check_known

FEW = 2_000
"""Points up to which a page draws them as SVG, which needs no WebGL; more go to the graphics card, the front with them, because
plotly lays what the card draws over the SVG."""

MARKED = 150
"""Points of a front up to which each has a large mark."""

WIDE = 50
"""Ratio of the ends from which an axis is logarithmic at first."""

START = "as it stands"

VECTOR = 2_000
"""Points up to which each is a shape of its own; a larger cloud is one picture inside of the SVG or PDF."""


@dataclass(frozen=True)
class Scatter(OfVariants):
    """Two costs of every variant against one another, the Pareto front marked.

    Attributes:
        points: the variants.
        x: cost on the horizontal axis.
        y: cost on the vertical axis.
        colour: setting or cost that colours the points; on a page, the one that is chosen at first. None for one colour.

    Raises:
        InputError: no such cost or setting.
    """

    x: str
    y: str
    colour: str | None = None

    def __post_init__(self) -> None:
        for name in (self.x, self.y):
            check_known("cost", name, self.points.costs)
        if self.colour is not None:
            check_known("setting or cost", self.colour, (*self.points.settings, *self.points.costs))


@dataclass(frozen=True, eq=False)
class Layers:
    """The variants of a scatter, apart from drawing it.

    Attributes:
        x: the cost on the horizontal axis.
        y: the cost on the vertical axis.
        rest: rows that are not on the front, in their order.
        front: rows on the front, from left to right.
        chain: whether the front is of several rows and falls (or rises) all along, so that a line through it means something. The
            front of three costs, seen in two of them, does not.
        start: the row of the network as it stands.
    """

    x: Column
    y: Column
    rest: tuple[int, ...]
    front: tuple[int, ...]
    chain: bool
    start: int | None

    @property
    def logs(self) -> tuple[str, ...]:
        """Axes that are logarithmic at first."""
        return tuple(name for name, column in (("x", self.x), ("y", self.y)) if positive(column) and _wide(column))


def layers(scatter: Scatter) -> Layers:
    """What a scatter shows."""
    x, y = (scatter.points.columns[name] for name in (scatter.x, scatter.y))
    front = tuple(sorted(dict.fromkeys(scatter.points.front), key=lambda row: (x.places[row], -y.places[row])))
    on = set(front)
    rest = tuple(row for row in range(len(x.places)) if row not in on)
    chain = len(front) > 1 and _monotone([y.places[row] for row in front])
    return Layers(x, y, rest, front, chain, scatter.points.start)


def positive(column: Column) -> bool:
    """Whether a logarithm of every value exists."""
    return column.values[0] > 0


def on_page(scatter: Scatter) -> OnPage:
    """What a page shows."""
    drawn = layers(scatter)
    axes = [(name, column.name) for name, column in (("x", drawn.x), ("y", drawn.y)) if positive(column)]
    controls = {"colour": scatter.colour, "axes": axes, "logs": drawn.logs, "front": drawn.front}
    title = f"{scatter.title}: {scatter.y} against {scatter.x}"
    return OnPage(title, figure(drawn), scatter.told(), points=scatter.points, controls=controls)


def figure(drawn: Layers) -> PlotlyFigure:
    """Traces and layout for plotly. The page colours what has a `coloraxis`, by the rows in `customdata`."""
    traces = [_rest_trace(drawn)] if drawn.rest else []
    traces += [_front_trace(drawn)] if drawn.front else []
    traces += [_start_trace(drawn, drawn.start)] if drawn.start is not None else []
    traces += [_key_trace(trace) for trace in traces if "coloraxis" in trace["marker"]]
    return {
        "data": traces,
        "layout": layout(
            xaxis=axis(drawn.x.label, tickformat=drawn.x.format, nticks=8),
            yaxis=axis(drawn.y.label, tickformat=drawn.y.format, nticks=8),
            hovermode="closest",
            height=560,
            legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "itemsizing": "constant"},
            coloraxis={"colorbar": {"thickness": 14, "outlinewidth": 0}},
        ),
    }


def _rest_trace(drawn: Layers) -> dict[str, Any]:
    name = "dominated" if drawn.front else "variants"
    size = 6 if len(drawn.rest) <= FEW else 4
    marker = {"size": size, "opacity": 0.45, "line": {"width": 0}, "color": "var(--pale)", "coloraxis": "coloraxis"}
    return _trace(drawn, drawn.rest, name, "markers") | {"marker": marker}


def _front_trace(drawn: Layers) -> dict[str, Any]:
    size = 10 if len(drawn.front) <= MARKED else 6
    marker = {"size": size, "line": {"width": 1.2, "color": "var(--ink)"}, "color": "var(--accent)", "coloraxis": "coloraxis"}
    mode = "lines+markers" if drawn.chain else "markers"
    line = {"line": {"width": 1.5, "color": "var(--ink)"}} if mode != "markers" else {}
    return _trace(drawn, drawn.front, "Pareto front", mode) | {"marker": marker} | line


def _start_trace(drawn: Layers, row: int) -> dict[str, Any]:
    marker = {"size": 15, "symbol": "star-diamond", "color": "var(--start)", "line": {"width": 1.5, "color": "var(--paper)"}}
    return _trace(drawn, (row,), START, "markers") | {"marker": marker, "legendrank": 3}


def _key_trace(trace: dict[str, Any]) -> dict[str, Any]:
    """What the legend shows of a trace whose points have colours of their own: an empty trace of one colour, switched together."""
    trace |= {"legendgroup": trace["name"], "showlegend": False}
    front = "size" in trace["marker"] and trace["marker"]["line"]["width"] > 0
    marker = {
        "color": "var(--paper)" if front else "var(--pale)",
        "line": {"width": 1.2, "color": "var(--ink)"} if front else {"width": 0},
    }
    kept = {key: trace[key] for key in ("mode", "name", "legendgroup", "line", "hoverinfo") if key in trace}
    return {"type": "scatter", "x": [None], "y": [None], "marker": marker, "legendrank": 2 if front else 1} | kept


def _trace(drawn: Layers, rows: Sequence[int], name: str, mode: str) -> dict[str, Any]:
    return {
        "type": "scatter" if len(drawn.x.places) <= FEW else "scattergl",
        "mode": mode,
        "name": text(name),
        "x": [drawn.x.places[row] for row in rows],
        "y": [drawn.y.places[row] for row in rows],
        "customdata": list(rows),
        "hoverinfo": "none",  # the page shows its own, with every setting and cost
    }


def _monotone(values: Sequence[float]) -> bool:
    pairs = list(pairwise(values))
    return all(a >= b for a, b in pairs) or all(a <= b for a, b in pairs)


def _wide(column: Column) -> bool:
    return column.values[-1] / column.values[0] >= WIDE


def on_paper(scatter: Scatter, width: float) -> OnPaper:
    """The plot on paper."""
    drawn = layers(scatter)
    colour = scatter.points.columns[scatter.colour] if scatter.colour else None
    return OnPaper(66 if is_narrow(width) else 95, lambda part: _draw(part, drawn, colour))


def _draw(part: Any, drawn: Layers, colour: Column | None) -> None:
    """Draw on a (sub)figure of matplotlib. The front is coloured, the rest stays pale."""
    axes = part.subplots()
    x, y = drawn.x, drawn.y
    if "x" in drawn.logs:
        axes.set_xscale("log")
    if "y" in drawn.logs:
        axes.set_yscale("log")
    if drawn.rest:
        many = len(drawn.rest) > VECTOR
        paint = colours(colour, drawn.rest) if colour and not drawn.front else PALE
        look = {"s": 2 if many else 5, "alpha": 0.5, "linewidths": 0, "rasterized": many, "zorder": 1}
        axes.scatter(*_at(drawn, drawn.rest), c=paint, **look)
    if drawn.front:
        _draw_front(axes, drawn, colour)
    if drawn.start is not None:
        place = _at(drawn, (drawn.start,))
        axes.scatter(*place, s=48, marker="*", c=STAR, edgecolors="white", linewidths=0.5, zorder=5)
    scale_axis(axes.xaxis, x, "x" in drawn.logs)
    scale_axis(axes.yaxis, y, "y" in drawn.logs)
    axes.set_xlabel(x.label)
    axes.set_ylabel(y.label)
    part.legend(
        handles=_handles(drawn, colour), loc="outside upper left", ncols=3, borderpad=0.2, handletextpad=0.4, columnspacing=1.2
    )
    if colour is not None and not discrete(colour) and colour.varies:
        colour_bar(part, axes, colour)


def _draw_front(axes: Any, drawn: Layers, colour: Column | None) -> None:
    if drawn.chain:
        axes.plot(*_at(drawn, drawn.front), color=INK, linewidth=0.8, zorder=2)
    size = 14 if len(drawn.front) <= 60 else 7
    look = {"s": size, "edgecolors": INK, "linewidths": 0.4, "zorder": 3}
    if colour is None:
        axes.scatter(*_at(drawn, drawn.front), c=ACCENT, **look)
    elif not discrete(colour):
        axes.scatter(*_at(drawn, drawn.front), c=colours(colour, drawn.front), **look)
    else:
        for place in range(len(colour.words)):
            if rows := tuple(row for row in drawn.front if colour.word[row] == place):
                axes.scatter(*_at(drawn, rows), c=colours(colour, rows), marker=MARKERS[place], **look)


def _handles(drawn: Layers, colour: Column | None) -> list[Any]:
    """Lines of the legend; of categories those that are on the front."""
    from matplotlib.lines import Line2D

    def mark(label: str, marker: str, size: float, **look: Any) -> Any:
        made: dict[str, Any] = {"linestyle": "none", "markeredgewidth": 0} | look
        return Line2D([], [], label=label, marker=marker, markersize=size, **made)

    categories = colour is not None and discrete(colour)
    shown = [mark("dominated" if drawn.front else "variants", "o", 2.5, color=PALE)] if drawn.rest else []
    edge: dict[str, Any] = {"markeredgecolor": INK, "markeredgewidth": 0.4}
    if drawn.front and (drawn.chain or not categories):
        look: dict[str, Any] = {"color": INK, "markerfacecolor": "white" if colour else ACCENT, **edge}
        line: dict[str, Any] = {"linestyle": "-", "linewidth": 0.8} if drawn.chain else {}
        shown.append(mark("Pareto front", "" if categories else "o", 4, **look, **line))
    if drawn.start is not None:
        shown.append(mark(START, "*", 7, color=STAR))
    if drawn.front and colour is not None and discrete(colour):
        for place in sorted({colour.word[row] for row in drawn.front}):
            words = f"{colour.name} {colour.words[place]}"
            shown.append(mark(words, MARKERS[place], 4, markerfacecolor=PALETTE[place], **edge))
    return shown


def _at(drawn: Layers, rows: tuple[int, ...]) -> tuple[list[float], list[float]]:
    return [drawn.x.places[row] for row in rows], [drawn.y.places[row] for row in rows]
