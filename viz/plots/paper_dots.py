"""Dots with their spread on paper."""

from __future__ import annotations

from typing import Any

from archdsl.errors import clip
from archdsl.viz.plots.column import PALETTE
from archdsl.viz.plots.data import Dots
from archdsl.viz.plots.dots import bottom, placed, reach
from archdsl.viz.plots.paper_axes import INK, MARKERS, PALE, tick


def draw_dots(part: Any, dots: Dots, label: int) -> None:
    """Draw on a (sub)figure of matplotlib; names are cut to so many characters."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    made, headings = placed(dots)
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
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))
    axes.set_xlabel(dots.axis)
