"""The Pareto scatter: two costs of every variant against one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from archdsl.viz.plots.column import Column, columns
from archdsl.viz.plots.data import Scatter
from archdsl.viz.plots.figure import Figure, axis, layout, text

FEW = 2_000
"""Points up to which a page draws them as SVG, which needs no WebGL; more go to the graphics card, the front with them, because
plotly lays what the card draws over the SVG."""

MARKED = 150
"""Points of a front up to which each has a large mark."""

WIDE = 50
"""Ratio of the ends from which an axis is logarithmic at first."""

START = "as it stands"


@dataclass(frozen=True, eq=False)
class Layers:
    """The variants of a scatter, apart from drawing it.

    Attributes:
        x: the cost on the horizontal axis.
        y: the cost on the vertical axis.
        rest: rows that are not on the front, in their order.
        front: rows on the front, from left to right.
        chain: whether the front falls (or rises) all along, so that a line through it means something. The front of three
            costs seen in two of them does not.
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


def layers(scatter: Scatter, known: dict[str, Column] | None = None) -> Layers:
    """What a scatter shows. `known` are the columns of its points, if they were made already."""
    known = known or columns(scatter.points)
    x, y = known[scatter.x], known[scatter.y]
    front = tuple(sorted(dict.fromkeys(scatter.points.front), key=lambda row: (x.places[row], -y.places[row])))
    on = set(front)
    rest = tuple(row for row in range(len(x.places)) if row not in on)
    return Layers(x, y, rest, front, _monotone([y.places[row] for row in front]), scatter.points.start)


def positive(column: Column) -> bool:
    """Whether a logarithm of every value exists."""
    return column.values[0] > 0


def figure(drawn: Layers) -> Figure:
    """Traces and layout for plotly. The page colours what has a `coloraxis`, by the rows in `customdata`."""
    traces = [_rest(drawn)] if drawn.rest else []
    traces += [_front(drawn)] if drawn.front else []
    traces += [_start(drawn, drawn.start)] if drawn.start is not None else []
    traces += [_key(trace) for trace in traces if "coloraxis" in trace["marker"]]
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


def _rest(drawn: Layers) -> dict[str, Any]:
    name = "dominated" if drawn.front else "variants"
    size = 6 if len(drawn.rest) <= FEW else 4
    marker = {"size": size, "opacity": 0.45, "line": {"width": 0}, "color": "var(--pale)", "coloraxis": "coloraxis"}
    return _trace(drawn, drawn.rest, name, "markers") | {"marker": marker}


def _front(drawn: Layers) -> dict[str, Any]:
    size = 10 if len(drawn.front) <= MARKED else 6
    marker = {"size": size, "line": {"width": 1.2, "color": "var(--ink)"}, "color": "var(--accent)", "coloraxis": "coloraxis"}
    mode = "lines+markers" if drawn.chain and len(drawn.front) > 1 else "markers"
    line = {"line": {"width": 1.5, "color": "var(--ink)"}} if mode != "markers" else {}
    return _trace(drawn, drawn.front, "Pareto front", mode) | {"marker": marker} | line


def _start(drawn: Layers, row: int) -> dict[str, Any]:
    marker = {"size": 15, "symbol": "star-diamond", "color": "var(--start)", "line": {"width": 1.5, "color": "var(--paper)"}}
    return _trace(drawn, (row,), START, "markers") | {"marker": marker, "legendrank": 3}


def _key(trace: dict[str, Any]) -> dict[str, Any]:
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
