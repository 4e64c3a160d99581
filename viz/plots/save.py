"""Plots into a file, in the form that its ending asks for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from archdsl.artifacts import write
from archdsl.errors import InputError
from archdsl.viz.plots.kinds import Plot
from archdsl.viz.plots.page import page, plotly_script
from archdsl.viz.plots.paper import need_matplotlib, paper

PAPER: dict[str, Literal["png", "svg", "pdf"]] = {".png": "png", ".svg": "svg", ".pdf": "pdf"}
ENDINGS = (".html", *PAPER)


def check_ending(path: str | Path) -> str:
    """The ending of a file for plots, in small letters; to be asked before long work. Raises InputError for an unknown one."""
    ending = Path(path).suffix.lower()
    if ending not in ENDINGS:
        raise InputError(f"{path}: a plot ends in {', '.join(ENDINGS)}")
    return ending


def need_library(path: str | Path) -> None:
    """The same, and whether what draws it is installed. Raises BackendError where it is not."""
    if check_ending(path) in PAPER:
        need_matplotlib(PAPER[check_ending(path)])
    else:
        plotly_script()


def write_plot(
    path: str | Path, plots: Plot | Sequence[Plot], *, title: str | None = None, column: Literal["single", "double"] | None = None
) -> None:
    """Write plots into one file, from top to bottom. The file appears whole or not at all.

    Args:
        path: a page with hover and controls (.html), or a figure for a paper (.png, .svg, .pdf).
        plots: what is drawn. A page shows any number well, a figure one or a few.
        title: of a page; the title of the first plot where not given.
        column: the width of a figure for a paper, 84 mm or 174 mm.

    Raises:
        InputError: an unknown ending, nothing to draw, a cost that is no number, or the file cannot be written.
        BackendError: plotly or matplotlib is not installed.
    """
    path, ending = Path(path), check_ending(path)
    listed = list(plots) if isinstance(plots, Sequence) else [plots]
    if not listed:
        raise InputError(f"{path}: there is no plot to write")
    if ending in PAPER:
        write(path, paper(listed, PAPER[ending], column))
        return
    write(path, page(title or listed[0].title, listed))
