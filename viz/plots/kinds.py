"""The kinds of plots: one table from the class of a plot to what draws it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from archdsl.errors import InputError
from archdsl.viz.plots import contour, curves, dots, named, parallel, scatter, tornado
from archdsl.viz.plots.figure import OnPage
from archdsl.viz.plots.paper_axes import OnPaper


class Plot(Protocol):
    """What every plot has, whatever its kind.

    Attributes:
        title: what it is of.
        note: a line for the reader; may be empty.
    """

    @property
    def title(self) -> str: ...

    @property
    def note(self) -> str: ...


class PlotKind(NamedTuple):
    """What draws one kind of plot.

    Attributes:
        page: what a page shows of a plot, its figure for plotly among it.
        paper: the plot in a figure of matplotlib that is so many millimetres wide.
        wide: whether a narrow column of a paper has no room for a plot.
    """

    page: Callable[[Any], OnPage]
    paper: Callable[[Any, float], OnPaper]
    wide: Callable[[Any], bool]


KINDS: dict[type[Any], PlotKind] = {
    scatter.Scatter: PlotKind(scatter.on_page, scatter.on_paper, wide=lambda plot: False),
    parallel.Parallel: PlotKind(parallel.on_page, parallel.on_paper, wide=lambda plot: True),
    tornado.Tornado: PlotKind(tornado.on_page, tornado.on_paper, wide=tornado.wide),
    dots.Dots: PlotKind(dots.on_page, dots.on_paper, wide=lambda plot: True),
    named.Named: PlotKind(named.on_page, named.on_paper, wide=lambda plot: False),
    curves.Curves: PlotKind(curves.on_page, curves.on_paper, wide=curves.wide),
    contour.Contour: PlotKind(contour.on_page, contour.on_paper, wide=lambda plot: False),
}


def kind_of(plot: Plot) -> PlotKind:
    """The row of the table. Raises InputError for what is no plot."""
    found = KINDS.get(type(plot))
    if found is None:
        known = ", ".join(kind.__name__ for kind in KINDS)
        raise InputError(f"{type(plot).__name__} is no kind of plot; known: {known}")
    return found
