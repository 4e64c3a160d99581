"""`diagram`: the picture of a network, which lays itself out when it is looked at."""

from __future__ import annotations

import math
from functools import cached_property
from pathlib import Path
from typing import Literal

from archdsl.artifacts import write
from archdsl.errors import InputError
from archdsl.ir.graph import Graph
from archdsl.viz.dot import clean, dot
from archdsl.viz.drawing import Drawing
from archdsl.viz.forms import form
from archdsl.viz.layout import lay_out
from archdsl.viz.select import first_call
from archdsl.viz.structure import draw
from archdsl.viz.svg import alone


class Picture:
    """A drawing and what can be made of it. Shows itself in a notebook.

    Attributes:
        drawing: what is drawn, before any layout.
        rankdir: the direction of reading.
        graph: what it is a drawing of.
    """

    def __init__(self, drawing: Drawing, rankdir: str = "TB", *, graph: Graph):
        self.drawing = drawing
        self.graph = graph
        self.rankdir = rankdir

    @cached_property
    def dot(self) -> str:
        """DOT source."""
        return dot(self.drawing, self.rankdir)

    @cached_property
    def svg(self) -> str:
        """SVG that stands alone. Raises BackendError where there is no layout engine."""
        titles = {box.id: clean(", ".join(box.nodes)) for box in self.drawing.boxes}
        text = lay_out(self.dot, "svg").decode()
        return alone(text, clean(self.drawing.name), self.drawing.summary(), titles)

    def save(self, path: str | Path) -> None:
        """Write the picture in the form that the ending asks for (`archdsl.viz.forms`). The file appears whole or not at all.

        Raises:
            InputError: an unknown ending, or the file cannot be written.
            BackendError: the picture cannot be made.
        """
        path = Path(path)
        write(path, form(path).write(self))

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<archdsl.viz.Picture {self.drawing.name}: {self.drawing.summary()}>"


def diagram(
    graph: Graph, block: str | None = None, *, depth: int | Literal["all"] | None = None, rankdir: Literal["TB", "LR"] = "TB"
) -> Picture:
    """The picture of a network, or of one block of it.

    Args:
        block: name of a block, of which the first call is drawn, or the full name of one call (`dp_a_3`).
        depth: how many levels of blocks are opened. 0 closes stages as well, 1 shows each outermost block as one box, "all" shows
            every operator. Where not given, 1 for a network and "all" for a block.
        rankdir: the direction of reading, TB from top to bottom, LR from left to right.

    Raises:
        InputError: no such block, or a depth that is none.
        BackendError: an operator has no label.
    """
    if depth is not None and depth != "all" and (type(depth) is not int or depth < 0):
        raise InputError(f"depth is an int of at least 0, or 'all'; {depth!r} came")
    if rankdir not in ("TB", "LR"):
        raise InputError(f"rankdir is TB or LR; {rankdir!r} came")
    levels = (1 if block is None else math.inf) if depth is None else math.inf if depth == "all" else depth
    if block is None:
        return Picture(draw(graph, levels), rankdir, graph=graph)
    nodes, skip = first_call(graph, block)
    return Picture(draw(graph, levels, nodes, skip, f"{block} of {graph.name}"), rankdir, graph=graph)
