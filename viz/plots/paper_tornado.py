"""The tornado chart on paper."""

from __future__ import annotations

from typing import Any

from archdsl.errors import clip
from archdsl.viz.plots.data import Tornado
from archdsl.viz.plots.paper_axes import ACCENT, INK, tick
from archdsl.viz.plots.tornado import NAMES, Step, reach, title

LABEL = 26
"""Characters of a label for which a narrow figure has room."""


def draw_tornado(part: Any, tornado: Tornado, made: list[Step], label: int) -> None:
    """Draw on a (sub)figure of matplotlib. A step down is hatched, a step up is filled; labels are cut to so many characters."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes = part.subplots()
    low, high = reach(made, 0.04)
    looks: dict[str, dict[str, Any]] = {
        "down": {"facecolor": "white", "edgecolor": INK, "hatch": "/////"},
        "up": {"facecolor": ACCENT, "edgecolor": ACCENT},
    }
    for direction, name in NAMES.items():
        own = [step for step in made if step.direction == direction]
        axes.barh([s.place for s in own], [s.change or 0 for s in own], height=0.8, linewidth=0.5, label=name, **looks[direction])
    axes.axvline(0, color=INK, linewidth=0.6)
    axes.set_xlim(low, high)
    axes.set_ylim((made[-1].place if made else 0) + 0.7, -0.7)
    axes.set_yticks([step.place for step in made], labels=[clip(step.label, label) for step in made])
    beside = axes.twinx()  # the changes in words stand in a column of their own, where they always have room
    beside.set_ylim(axes.get_ylim())
    beside.set_yticks([step.place for step in made], labels=[step.words for step in made])
    for side in (axes, beside):
        side.tick_params(axis="y", length=0)
    beside.spines["left"].set_visible(False)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(3))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: ("+" if value > 0 else "") + tick(value)))
    axes.set_xlabel(title(tornado))
    part.legend(loc="outside upper center", ncols=2)
