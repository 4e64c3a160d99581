"""What the figures of a page have in common: axes, text, and colours by name.

A figure is what plotly takes, {"data": traces, "layout": layout}. A colour may be `var(--ink)`: the page's style sheet knows it, and
with it light and dark. Text that comes from a spec goes through `text`, because plotly reads tags in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from archdsl.viz.plots.points import PALETTE, Column, Points

PlotlyFigure = dict[str, Any]

SCALE = 7
"""Stops of the scale for numbers; the page's style sheet holds them, --scale-0 and on, for light and dark."""

WIDTH = 800
"""Pixels that labels and bars need; a narrower page scrolls."""


@dataclass(frozen=True, eq=False)
class OnPage:
    """What a page shows of one plot.

    Attributes:
        title: its heading.
        note: a line below the heading.
        hint: what a reader can do.
        width: pixels that it needs; None for any.
        points: the variants that it shows. The page holds them as a table, colours the plot by one of its columns, and shows all
            of them under the pointer.
        controls: of a plot of variants, by the names that page.js has for them: the column that colours it at first, axes that can
            be logarithmic and those that are, rows on the front.
    """

    title: str
    figure: PlotlyFigure
    note: str = ""
    hint: str = ""
    width: int | None = None
    points: Points | None = None
    controls: Mapping[str, Any] = field(default_factory=dict)


def text(words: str) -> str:
    """Words that plotly shows as they are written: no tags, no formulas between dollars."""
    return escape(words, quote=False).replace("$", "&#36;")


def axis(title: str, **more: Any) -> dict[str, Any]:
    """An axis with a title; `more` are plotly's own settings of it."""
    look = {"gridcolor": "var(--grid)", "linecolor": "var(--rule)", "zerolinecolor": "var(--rule)", "automargin": True}
    return {"title": {"text": text(title), "standoff": 12}, "zeroline": False, **look, **more}


def layout(**more: Any) -> dict[str, Any]:
    """What every layout says; the page sets the width."""
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 14, "color": "var(--ink)"},
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": "var(--rule)", "activecolor": "var(--ink)"},
        "margin": {"l": 72, "r": 16, "t": 24, "b": 64},
        **more,
    }


def colour_axis(column: Column) -> dict[str, Any]:
    """Plotly's colour axis for what is coloured by a column."""
    bar: dict[str, Any] = {"title": {"text": text(column.label), "side": "top"}, "tickformat": column.format}
    if ticks := column.ticks():
        bar |= {"tickvals": [place for place, _ in ticks], "ticktext": [text(word) for _, word in ticks]}
    if column.categories and len(column.words) <= len(PALETTE):
        share = 1 / len(column.words)
        scale = [[(i + end) * share, PALETTE[i]] for i in range(len(column.words)) for end in (0, 1)]
        return {"colorscale": scale, "cmin": -0.5, "cmax": len(column.words) - 0.5, "colorbar": bar}
    low, high = column.values[0], column.values[-1]
    scale = [[i / (SCALE - 1), f"var(--scale-{i})"] for i in range(SCALE)]
    return {"colorscale": scale, "cmin": low, "cmax": high if high > low else low + 1, "colorbar": bar}
