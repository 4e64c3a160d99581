"""What the figures for papers have in common: how large, axes, colours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from archdsl.viz.plots.points import PALETTE, Column
from archdsl.viz.text import tick

INK, PALE, ACCENT, STAR = "#1b1f24", "#a8b0b8", PALETTE[0], PALETTE[5]
SCALE = "viridis"
LIGHTEST = 0.9
"""Share of the scale that is used: its end is too light for white paper."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X")
"""One for each category, so that a grey print tells them apart."""


LABEL = 26
"""Characters of a label for which a narrow figure has room."""


class OnPaper(NamedTuple):
    """One plot of a figure.

    Attributes:
        height: in millimetres.
        draw: draws it on a figure or subfigure of matplotlib.
    """

    height: float
    draw: Callable[[Any], None]


def is_narrow(width: float) -> bool:
    """Whether a figure of so many millimetres is narrow."""
    return width < 100


def label_room(width: float) -> int:
    """Characters of a label for which a figure of so many millimetres has room."""
    return LABEL if is_narrow(width) else 2 * LABEL


def scale_axis(axis: Any, column: Column, log: bool) -> None:
    """Ticks of an axis as a reader wants them: 2 M, 3.5 M."""
    from matplotlib.ticker import LogLocator, NullFormatter

    number_axis(axis, 5)
    if log:
        wide = column.values[-1] / column.values[0] >= 100
        axis.set_major_locator(LogLocator(subs=(1.0,) if wide else (1.0, 2.0, 5.0)))
        axis.set_minor_locator(LogLocator(subs=tuple(range(2, 10))))
        axis.set_minor_formatter(NullFormatter())


def number_axis(axis: Any, most: int, write: Callable[[float], str] | None = None) -> None:
    """At most so many steps between the ticks of a linear axis, each as `tick` writes it where `write` is not given."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    shown = write or tick
    axis.set_major_locator(MaxNLocator(most))
    axis.set_major_formatter(FuncFormatter(lambda value, _: shown(value)))


def colours(column: Column, rows: Sequence[int]) -> Any:
    """A colour for each of the variants."""
    import matplotlib
    import numpy as np

    if discrete(column):
        return [PALETTE[column.word[row]] for row in rows]
    low, high = column.values[0], column.values[-1]
    places = np.array([column.places[row] for row in rows], dtype=float)
    return matplotlib.colormaps[SCALE](LIGHTEST * (places - low) / ((high - low) or 1))


def discrete(column: Column) -> bool:
    """Whether each value has a colour and mark of its own."""
    return column.categories and len(column.words) <= len(PALETTE)


def colour_bar(part: Any, axes: Any, column: Column) -> None:
    """The key of a scale."""
    import matplotlib
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import ListedColormap, Normalize

    scale = matplotlib.colormaps[SCALE]
    used = ListedColormap([scale(LIGHTEST * i / 255) for i in range(256)])
    mappable = ScalarMappable(Normalize(column.values[0], column.values[-1]), used)
    bar = part.colorbar(mappable, ax=axes, pad=0.02, aspect=30)
    bar.outline.set_visible(False)
    bar.set_label(column.label)
    if ticks := column.ticks():
        every = -(-len(ticks) // 8)
        bar.set_ticks([place for place, _ in ticks[::every]], labels=[word for _, word in ticks[::every]])
    else:
        number_axis(bar.ax.yaxis, 5)
