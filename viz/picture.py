"""`diagram`: the picture of a network, which lays itself out when it is looked at."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from archdsl.artifacts import write
from archdsl.errors import InputError
from archdsl.ir.graph import Graph, Node
from archdsl.viz.difference import difference as _difference
from archdsl.viz.dot import MANY, dot
from archdsl.viz.drawing import Drawing
from archdsl.viz.forms import form
from archdsl.viz.heat import heat as _heat
from archdsl.viz.heat import heated
from archdsl.viz.layout import lay_out
from archdsl.viz.legend import kinds
from archdsl.viz.peak import Peak, at_peak
from archdsl.viz.select import first_call
from archdsl.viz.select import row as _row
from archdsl.viz.structure import draw
from archdsl.viz.svg import alone, parsed
from archdsl.viz.text import clean
from archdsl.viz.titles import cleared
from archdsl.viz.view import View

if TYPE_CHECKING:
    from archdsl.design import Design

Direction = Literal["TB", "LR"]
Depth = int | Literal["all"]


class Picture:
    """A drawing and what can be made of it. Shows itself in a notebook.

    Attributes:
        drawing: what is drawn, before any layout.
        rankdir: the direction of reading.
        graph: what it is a drawing of; of two networks the second.
        view: the same with what was asked for; None for two networks.
    """

    def __init__(self, drawing: Drawing, rankdir: str = "TB", *, graph: Graph, view: View | None = None):
        self.drawing = drawing
        self.graph = graph
        self.rankdir = rankdir
        self.view = view

    @cached_property
    def dot(self) -> str:
        """DOT source."""
        return dot(self.drawing, self.rankdir)

    @cached_property
    def svg(self) -> str:
        """SVG that stands alone. Raises BackendError where there is no layout engine."""
        titles = {box.id: clean(", ".join(box.nodes)) for box in self.drawing.boxes}
        root = parsed(lay_out(self.dot, "svg"))
        crossed = cleared(root)
        if crossed and len(self.drawing.boxes) <= MANY:
            wider = parsed(lay_out(dot(self.drawing, self.rankdir, crossed), "svg"))
            root = wider if len(cleared(wider)) < len(crossed) else root
        return alone(root, clean(self.drawing.name), self.drawing.summary(), titles)

    def save(self, path: str | Path) -> None:
        """Write the picture in the form that the ending asks for (`archdsl.viz.forms`). The file appears whole or not at all.

        Raises:
            InputError: an unknown ending, or the file cannot be written.
            BackendError: the picture cannot be made.
        """
        path = Path(path)
        chosen = form(path)
        content = chosen.write(self)
        beside = chosen.beside(self) if chosen.beside is not None else {}
        write(path, content)
        for ending, more in beside.items():
            write(path.with_suffix(ending), more)

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<archdsl.viz.Picture {self.drawing.name}: {self.drawing.summary()}>"


def diagram(
    graph: Graph,
    block: str | None = None,
    *,
    row: int | None = None,
    depth: Depth | None = None,
    rankdir: Direction = "TB",
    heat: str | Mapping[str, float] | None = None,
    peak: bool = False,
    legend: bool = False,
    net: Design | None = None,
) -> Picture:
    """The picture of a network, or of a part of it.

    Args:
        block: name of a block, of which the first call is drawn, or the full name of one call (`dp_a_3`).
        row: number of a row of the network's table, from 1, as it is printed.
        depth: how many levels of blocks are opened. 0 closes stages as well, 1 shows each outermost block as one box, "all" shows
            every operator. Where not given, 1 for a network and "all" for a part.
        rankdir: the direction of reading, TB from top to bottom, LR from left to right.
        heat: colours boxes by their share of `macs`, `params` or `memory`, or of values for nodes by name (`archdsl.viz.heat`).
        peak: shows the moment of most memory: which layer runs, and which tensors are there.
        legend: whether a legend under the picture says what boxes and lines mean. Heat and peak always have theirs.
        net: what the graph was built from. Pages and Model Explorer's graphs show its spec.

    Raises:
        InputError: no such part, a depth that is none, or options that exclude each other.
        BackendError: an operator has no label.
    """
    _checked(depth, rankdir)
    if block is not None and row is not None:
        raise InputError("draw a block or a row, not both at once")
    if heat is not None and peak:
        raise InputError("heat and peak both colour the boxes; draw one at a time")
    levels = _levels((1 if block is None and row is None else "all") if depth is None else depth)
    nodes: list[Node] | None = None
    skip, name = 0, graph.name
    if block is not None:
        nodes, skip = first_call(graph, block)
        name = f"{block} of {graph.name}"
    elif row is not None:
        nodes, skip, call = _row(graph, row)
        name = f"row {row} of {graph.name}: {call}"
    found = Peak(graph) if peak else None
    drawing = draw(graph, levels, nodes, skip, name, found.apart() if found else None)
    if legend:
        drawing = replace(drawing, legends=(kinds(drawing, fills=heat is None and not peak),))
    if found is not None:
        drawing = at_peak(drawing, found)
    coloured = _heat(graph, heat, nodes) if heat is not None else None
    if coloured is not None:
        drawing = heated(drawing, coloured)
    cost = "" if heat is None else heat if isinstance(heat, str) else "latency"
    view = View(graph, name, nodes, skip, levels, net, peak, coloured, cost)
    return Picture(drawing, rankdir, graph=graph, view=view)


def difference(
    before: Graph,
    after: Graph,
    *,
    depth: Depth | None = None,
    rankdir: Direction = "TB",
    titles: tuple[str, str] | None = None,
) -> Picture:
    """Two networks side by side, with what was added, removed and changed.

    Args:
        depth: as for `diagram`; 1 where not given.
        titles: of the two; their names where not given.

    Raises:
        InputError: a depth that is none.
    """
    _checked(depth, rankdir)
    return Picture(_difference(before, after, _levels(1 if depth is None else depth), titles), rankdir, graph=after)


def _checked(depth: object, rankdir: object) -> None:
    if depth is not None and depth != "all" and (type(depth) is not int or depth < 0):
        raise InputError(f"depth is an int of at least 0, or 'all'; {depth!r} came")
    if rankdir not in ("TB", "LR"):
        raise InputError(f"rankdir is TB or LR; {rankdir!r} came")


def _levels(depth: Depth) -> float:
    return math.inf if depth == "all" else depth
