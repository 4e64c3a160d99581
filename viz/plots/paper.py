"""Plots for papers, through matplotlib: PNG, SVG and PDF in the width of a column, in one size of type.

The same plot gives the same bytes. Nothing is told by colour alone, so that a grey print says the same.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, cast

from archdsl.extras import needed_by
from archdsl.viz.plots.kinds import Plot, kind_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

MM = 1 / 25.4
WIDTHS = {"single": 84, "double": 174}
"""Millimetres of a column of a page with two, and of the whole page."""

DIGITS = 9
"""Of places as shares of a figure: far finer than any printer, far coarser than the noise of the layout's solver, some 1e-15."""

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
    with needed_by(f"a plot as {form}"):
        import matplotlib
        from matplotlib.figure import Figure
    kinds = [kind_of(plot) for plot in plots]
    column = column or ("double" if any(kind.wide(plot) for kind, plot in zip(kinds, plots, strict=True)) else "single")
    width = WIDTHS[column]
    drawings = [kind.paper(plot, width) for kind, plot in zip(kinds, plots, strict=True)]
    heights = [drawn.height for drawn in drawings]
    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # a reader's own matplotlibrc changes nothing
        matplotlib.rcParams.update(cast(Any, STYLE))
        figure = Figure(figsize=(width * MM, sum(heights) * MM), layout=_engine())
        parts = figure.subfigures(len(plots), 1, height_ratios=heights, squeeze=False)[:, 0]
        for drawn, part in zip(drawings, parts, strict=True):
            drawn.draw(part)
        return _saved(figure, form, _about(plots))


def _engine() -> ConstrainedLayoutEngine:
    """Constrained layout that comes out alike each time.

    Its solver keeps to no fixed order, so the last digits of what it finds differ from run to run. They would show in the names of
    clip paths, which are made from the corners of the axes.
    """
    from matplotlib.layout_engine import ConstrainedLayoutEngine
    from matplotlib.transforms import Bbox

    class Rounded(ConstrainedLayoutEngine):
        def execute(self, fig: Figure) -> Any:
            found = super().execute(fig)
            for part in fig.subfigs:
                part.bbox_relative.set_points(part.bbox_relative.get_points().round(DIGITS))
            for axes in fig.axes:
                axes.set_position(Bbox(axes.get_position(original=True).get_points().round(DIGITS)))
            return found

    return Rounded(w_pad=0.02, h_pad=0.02)


def _about(plots: Sequence[Plot]) -> tuple[str, str]:
    """Title and description. A caption is the author's, so the picture carries them unseen."""
    titles, notes = dict.fromkeys(plot.title for plot in plots), dict.fromkeys(plot.note for plot in plots)
    return ", ".join(titles), " ".join(filter(None, notes))


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
