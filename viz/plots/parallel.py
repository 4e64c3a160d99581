"""Parallel coordinates: an axis for each setting and cost, a line for each variant."""

from __future__ import annotations

from typing import Any

from archdsl.viz.plots.column import Column, columns
from archdsl.viz.plots.data import Points
from archdsl.viz.plots.figure import Figure, layout, text

FRONT = "on the front"

HALO = ", ".join(["0 0 3px var(--paper)"] * 3)
"""Around numbers, because lines pass behind them."""

MANY = 5_000

LONG = 14
"""Characters of a name that fit over an axis; longer ones make all names slanted."""

WIDTH = 100
"""Pixels that an axis needs; a narrower page scrolls."""


def axes(points: Points, known: dict[str, Column] | None = None) -> list[Column]:
    """The axes from left to right: settings, then costs, and whether the variant is on the front. What never varies has none."""
    known = known or columns(points)
    shown = [column for column in known.values() if column.varies or column.cost]
    if not points.front or len(set(points.front)) == len(points.rows):
        return shown
    on = set(points.front)
    word = tuple(int(row in on) for row in range(len(points.rows)))
    return [*shown, Column(FRONT, False, True, word, ("no", "yes"), word, (0, 1))]


def figure(drawn: list[Column]) -> Figure:
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
