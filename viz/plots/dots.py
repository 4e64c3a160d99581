"""Measured values: a dot for each, with its quartiles as a line, one group below the other."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from archdsl.errors import InputError, clip
from archdsl.viz.plots.figure import WIDTH, OnPage, PlotlyFigure, axis, layout, text
from archdsl.viz.plots.paper_axes import INK, MARKERS, PALE, OnPaper, label_room, number_axis
from archdsl.viz.plots.points import PALETTE

SYMBOLS = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross", "x")
"""One for each name, in the order of the markers on paper."""

HEADING, GAP = 1.0, 0.5
"""Height of the heading of a group and of the room before the next, where a dot has 1."""

LETTER = 8
"""Pixels that a letter beside the dots needs."""


@dataclass(frozen=True)
class Dot:
    """One measured value with its spread.

    Attributes:
        group: what it was measured in, as "onnxruntime, batch 1".
        name: of what was measured.
        value: a finite number between `low` and `high`.
        words: the same for the reader, with what belongs to it.
    """

    group: str
    name: str
    value: float
    low: float
    high: float
    words: str


@dataclass(frozen=True)
class Dots:
    """Measured values in groups, as ratios to one of them.

    Attributes:
        title: what was measured.
        axis: what the values are, as "time / DP-Net's time".
        dots: group by group, from top to bottom.
        mark: a value with a line of its own, 1 for ratios.
        note: a line for the reader.

    Raises:
        InputError: there is no dot, or a value is no finite number.
    """

    title: str
    axis: str
    dots: tuple[Dot, ...]
    mark: float = 1.0
    note: str = ""

    def __post_init__(self) -> None:
        if not self.dots:
            raise InputError(f"{self.title}: there is nothing to draw")
        for dot in self.dots:
            if not all(map(math.isfinite, (dot.value, dot.low, dot.high))):
                raise InputError(f"{self.title}: {dot.name} in {dot.group} is no finite number")


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


def on_page(dots: Dots) -> OnPage:
    """What a page shows."""
    return OnPage(dots.title, figure(dots), dots.note, width=WIDTH)


def figure(dots: Dots) -> PlotlyFigure:
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


def on_paper(dots: Dots, width: float) -> OnPaper:
    """The plot on paper."""
    made, headings = placed(dots)
    return OnPaper(12 + 4.2 * (bottom(made) + 1), lambda part: _draw(part, dots, made, headings, label_room(width)))


def _draw(part: Any, dots: Dots, made: list[Placed], headings: dict[str, float], label: int) -> None:
    """Draw on a (sub)figure of matplotlib. Names are cut to so many characters."""
    axes = part.subplots()
    axes.axvline(dots.mark, color=PALE, linewidth=0.8, linestyle=":")
    for one in made:
        dot, colour = one.dot, PALETTE[one.look % len(PALETTE)]
        spread = [[dot.value - dot.low], [dot.high - dot.value]]
        look = {"color": colour, "marker": MARKERS[one.look % len(MARKERS)], "markersize": 4, "elinewidth": 1.2, "capsize": 2}
        axes.errorbar([dot.value], [one.place], xerr=spread, linestyle="", **look)
    axes.set_xlim(*reach(dots))
    axes.set_ylim(bottom(made), -0.7)
    axes.set_yticks([one.place for one in made], labels=[clip(one.dot.name, label) for one in made])
    heading = {"va": "center", "weight": "bold", "color": INK, "bbox": {"facecolor": "white", "edgecolor": "none", "pad": 1}}
    for group, place in headings.items():
        axes.text(0, place, group, transform=axes.get_yaxis_transform(), **heading)
    beside = axes.twinx()  # words stand in a column of their own, where they always have room
    beside.set_ylim(axes.get_ylim())
    beside.set_yticks([one.place for one in made], labels=[one.dot.words for one in made])
    for side in (axes, beside):
        side.tick_params(axis="y", length=0)
    for side in ("left", "right"):
        beside.spines[side].set_visible(False)
        axes.spines[side].set_visible(False)
    number_axis(axes.xaxis, 5)
    axes.set_xlabel(dots.axis)
