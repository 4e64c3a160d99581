"""The Pareto scatter on paper."""

from __future__ import annotations

from typing import Any

from archdsl.viz.plots.column import PALETTE, Column
from archdsl.viz.plots.paper_axes import ACCENT, INK, MARKERS, PALE, START, colour_bar, colours, discrete, scale_axis
from archdsl.viz.plots.scatter import START as START_NAME
from archdsl.viz.plots.scatter import Layers

VECTOR = 2_000
"""Points up to which each is a shape of its own; a larger cloud is one picture inside of the SVG or PDF."""


def draw_scatter(part: Any, drawn: Layers, colour: Column | None) -> None:
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
        _front(axes, drawn, colour)
    if drawn.start is not None:
        place = _at(drawn, (drawn.start,))
        axes.scatter(*place, s=48, marker="*", c=START, edgecolors="white", linewidths=0.5, zorder=5)
    scale_axis(axes.xaxis, x, "x" in drawn.logs)
    scale_axis(axes.yaxis, y, "y" in drawn.logs)
    axes.set_xlabel(x.label)
    axes.set_ylabel(y.label)
    part.legend(
        handles=_key(drawn, colour), loc="outside upper left", ncols=3, borderpad=0.2, handletextpad=0.4, columnspacing=1.2
    )
    if colour is not None and not discrete(colour) and colour.varies:
        colour_bar(part, axes, colour)


def _front(axes: Any, drawn: Layers, colour: Column | None) -> None:
    chain = drawn.chain and len(drawn.front) > 1
    if chain:
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


def _key(drawn: Layers, colour: Column | None) -> list[Any]:
    """Lines of the legend; of categories those that are on the front."""
    from matplotlib.lines import Line2D

    def mark(label: str, marker: str, size: float, **look: Any) -> Any:
        made: dict[str, Any] = {"linestyle": "none", "markeredgewidth": 0} | look
        return Line2D([], [], label=label, marker=marker, markersize=size, **made)

    categories = colour is not None and discrete(colour)
    shown = [mark("dominated" if drawn.front else "variants", "o", 2.5, color=PALE)] if drawn.rest else []
    edge: dict[str, Any] = {"markeredgecolor": INK, "markeredgewidth": 0.4}
    chain = drawn.chain and len(drawn.front) > 1
    if drawn.front and (chain or not categories):
        look: dict[str, Any] = {"color": INK, "markerfacecolor": "white" if colour else ACCENT, **edge}
        line: dict[str, Any] = {"linestyle": "-", "linewidth": 0.8} if chain else {}
        shown.append(mark("Pareto front", "" if categories else "o", 4, **look, **line))
    if drawn.start is not None:
        shown.append(mark(START_NAME, "*", 7, color=START))
    if drawn.front and colour is not None and discrete(colour):
        for place in sorted({colour.word[row] for row in drawn.front}):
            words = f"{colour.name} {colour.words[place]}"
            shown.append(mark(words, MARKERS[place], 4, markerfacecolor=PALETTE[place], **edge))
    return shown


def _at(drawn: Layers, rows: tuple[int, ...]) -> tuple[list[float], list[float]]:
    return [drawn.x.places[row] for row in rows], [drawn.y.places[row] for row in rows]
