"""Measured values: a dot for each with the quartiles as a line, a group below the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from archdsl.errors import clip
from archdsl.viz.plots.column import PALETTE
from archdsl.viz.plots.data import Dot, Dots
from archdsl.viz.plots.figure import Figure, axis, layout, text

SYMBOLS = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross", "x")
"""One for each name, in the order of the markers on paper."""

HEADING, GAP = 1.0, 0.5
"""Height of the heading of a group and of the room before the next, where a dot has 1."""

LETTER = 8
"""Pixels that a letter beside the dots needs."""


@dataclass(frozen=True)
class Placed:
    """A dot and where it stands.

    Attributes:
        place: from the top.
        look: number of its name among all names, for its colour and mark.
    """

    dot: Dot
    place: float
    look: int


def placed(dots: Dots) -> tuple[list[Placed], dict[str, float]]:
    """The dots from top to bottom, and the place of the heading of each group."""
    groups: dict[str, list[Dot]] = {}
    looks: dict[str, int] = {}
    for dot in dots.dots:
        groups.setdefault(dot.group, []).append(dot)
        looks.setdefault(dot.name, len(looks))
    made, headings, place = [], {}, 0.0
    for group, members in groups.items():
        headings[group] = place
        for number, dot in enumerate(members):
            made.append(Placed(dot, place + HEADING + number, looks[dot.name]))
        place += HEADING + len(members) + GAP
    return made, headings


def bottom(made: list[Placed]) -> float:
    """End of the axis from top to bottom."""
    return made[-1].place + 0.7


def reach(dots: Dots, room: float = 0.05) -> tuple[float, float]:
    """Ends of the axis of values, with a share of it as room. The mark is always on it."""
    low = min(dots.mark, *(dot.low for dot in dots.dots))
    high = max(dots.mark, *(dot.high for dot in dots.dots))
    margin = room * (high - low) or 0.05 * abs(high) or 1
    return low - margin, high + margin


def figure(dots: Dots) -> Figure:
    """Traces and layout for plotly."""
    made, headings = placed(dots)
    low, high = reach(dots)
    ticks = {"tickvals": [one.place for one in made], "ticktext": [text(clip(one.dot.name, 40)) for one in made]}
    mark = {"type": "line", "x0": dots.mark, "x1": dots.mark, "yref": "paper", "y0": 0, "y1": 1}
    return {
        "data": [_trace(one) for one in made],
        "layout": layout(
            xaxis=axis(dots.axis, range=[low, high], nticks=8),
            yaxis=axis("", **ticks, range=[bottom(made), -0.7], showgrid=False, ticklabelstandoff=6),
            height=int(130 + 26 * bottom(made)),
            margin={"l": 72, "r": 24 + LETTER * max(len(dot.words) for dot in dots.dots), "t": 12, "b": 64},
            shapes=[mark | {"layer": "below", "line": {"color": "var(--rule)", "width": 1.5, "dash": "dot"}}],
            annotations=[
                *(_beside(0, place, f"<b>{text(group)}</b>", "paper", "left") for group, place in headings.items()),
                *(_beside(1, one.place, text(one.dot.words), "paper", "left") for one in made),
            ],
            showlegend=False,
            hovermode=False,
        ),
    }


def _trace(one: Placed) -> dict[str, Any]:
    dot, colour = one.dot, PALETTE[one.look % len(PALETTE)]
    spread = {"type": "data", "symmetric": False, "array": [dot.high - dot.value], "arrayminus": [dot.value - dot.low]}
    return {
        "type": "scatter",
        "mode": "markers",
        "name": text(dot.name),
        "x": [dot.value],
        "y": [one.place],
        "error_x": spread | {"color": colour, "thickness": 2, "width": 5},
        "marker": {"size": 11, "color": colour, "symbol": SYMBOLS[one.look % len(SYMBOLS)]},
    }


def _beside(x: float, place: float, words: str, across: str, anchor: str) -> dict[str, Any]:
    return {"x": x, "xref": across, "y": place, "xanchor": anchor, "text": words, "showarrow": False, "font": {"size": 13}}
