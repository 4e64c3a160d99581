"""Plots for papers, through matplotlib: PNG, SVG and PDF in the width of a column, in one size of type.

The same plot gives the same bytes. Nothing is told by colour alone, so that a grey print says the same.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, cast

from archdsl.errors import BackendError
from archdsl.viz.plots import dots, parallel, scatter, tornado
from archdsl.viz.plots.column import Column, columns
from archdsl.viz.plots.data import Dots, Parallel, Plot, Points, Scatter, Tornado
from archdsl.viz.plots.paper_dots import draw_dots
from archdsl.viz.plots.paper_parallel import draw_parallel
from archdsl.viz.plots.paper_scatter import draw_scatter
from archdsl.viz.plots.paper_tornado import LABEL, draw_tornado

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MM = 1 / 25.4
WIDTHS = {"single": 84, "double": 174}
"""Millimetres of a column of a page with two, and of the whole page."""

STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # matplotlib brings it, so a figure does not depend on the machine
    "font.size": 7,
    **dict.fromkeys(
        ("axes.labelsize", "xtick.labelsize", "ytick.labelsize", "legend.fontsize", "figure.titlesize", "axes.titlesize"), 7
    ),
    "axes.linewidth": 0.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    **dict.fromkeys(("xtick.major.width", "ytick.major.width"), 0.5),
    **dict.fromkeys(("xtick.major.size", "ytick.major.size"), 2.5),
    **dict.fromkeys(("xtick.minor.width", "ytick.minor.width"), 0.4),
    **dict.fromkeys(("xtick.minor.size", "ytick.minor.size"), 1.5),
    "axes.unicode_minus": True,
    "legend.frameon": False,
    "legend.handlelength": 1.6,
    "hatch.linewidth": 0.6,
    "text.parse_math": False,  # a $ in a name is a $
    "text.usetex": False,
    "svg.hashsalt": "archdsl",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "savefig.dpi": 300,
}


def paper(plots: Sequence[Plot], form: Literal["png", "svg", "pdf"], column: Literal["single", "double"] | None = None) -> bytes:
    """The plots, one below the other.

    Args:
        form: of the picture.
        column: its width, 84 mm or 174 mm. Where not given, parallel coordinates and long labels take 174 mm, everything else 84 mm.

    Raises:
        BackendError: matplotlib is not installed.
        InputError: a cost that is no finite number.
    """
    try:
        import matplotlib
        from matplotlib.figure import Figure
        from matplotlib.layout_engine import ConstrainedLayoutEngine
    except ImportError:
        raise BackendError(f"a plot as {form} needs matplotlib, which is not installed: pip install 'archdsl[plot]'") from None
    column = column or ("double" if any(map(_wide, plots)) else "single")
    width = WIDTHS[column]
    known = {plot.points: columns(plot.points) for plot in plots if isinstance(plot, (Scatter, Parallel))}
    drawings = [_drawing(plot, width, known) for plot in plots]
    heights = [height for height, _ in drawings]
    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # a reader's own matplotlibrc changes nothing
        matplotlib.rcParams.update(cast(Any, STYLE))
        figure = Figure(figsize=(width * MM, sum(heights) * MM), layout=ConstrainedLayoutEngine(w_pad=0.02, h_pad=0.02))
        parts = figure.subfigures(len(plots), 1, height_ratios=heights, squeeze=False)[:, 0]
        for (_, draw), part in zip(drawings, parts, strict=True):
            draw(part)
        return _saved(figure, form, _about(plots))


def _drawing(plot: Plot, width: float, known: dict[Points, dict[str, Column]]) -> tuple[float, Callable[[Any], None]]:
    """Height in millimetres, and what draws it."""
    if isinstance(plot, Tornado):
        made = tornado.steps(plot)
        return 18 + 4.2 * (made[-1].place + 1 if made else 1), lambda part: draw_tornado(
            part, plot, made, LABEL if width < 100 else 2 * LABEL
        )
    if isinstance(plot, Dots):
        placed, _ = dots.placed(plot)
        return 12 + 4.2 * (dots.bottom(placed) + 1), lambda part: draw_dots(part, plot, LABEL if width < 100 else 2 * LABEL)
    table = known[plot.points]
    colour = table[plot.colour] if plot.colour else None
    if isinstance(plot, Scatter):
        drawn = scatter.layers(plot, table)
        return (66 if width < 100 else 95), lambda part: draw_scatter(part, drawn, colour)
    shown = parallel.axes(plot.points, table)
    return (60 if width < 100 else 70), lambda part: draw_parallel(part, shown, colour, plot.points.front)


def _wide(plot: Plot) -> bool:
    """Whether a narrow column has no room for it."""
    if isinstance(plot, Tornado):
        return any(len(step.label) > LABEL for step in tornado.steps(plot))
    return isinstance(plot, (Parallel, Dots))


def _about(plots: Sequence[Plot]) -> tuple[str, str]:
    """Title and description. A caption is the author's, so the picture carries them unseen."""
    said = [plot.points if isinstance(plot, (Scatter, Parallel)) else plot for plot in plots]
    titles, notes = ([one.title for one in said], [one.note for one in said])
    return ", ".join(dict.fromkeys(titles)), " ".join(filter(None, dict.fromkeys(notes)))


def _saved(figure: Figure, form: str, about: tuple[str, str]) -> bytes:
    title, note = about
    undated: dict[str, dict[str, Any]] = {
        "svg": {"Date": None, "Title": title, "Description": note},
        "pdf": {"CreationDate": None, "Title": title, "Subject": note},
        "png": {"Title": title, "Description": note},
    }
    file = io.BytesIO()
    figure.savefig(file, format=form, metadata={key: value for key, value in undated[form].items() if value != ""})
    return file.getvalue()
