"""`diagram` and `difference`: pictures, which are laid out when they are looked at."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.artifacts import write
from archdsl.ir.graph import Graph, Node
from archdsl.viz.difference import side_by_side
from archdsl.viz.dot import MANY, dot
from archdsl.viz.drawing import Drawing
from archdsl.viz.even import even
from archdsl.viz.forms import form
from archdsl.viz.heat import heat, heated
from archdsl.viz.layout import TooSlow, lay_out
from archdsl.viz.legend import kinds
from archdsl.viz.peak import Peak, at_peak
from archdsl.viz.select import first_call, row
from archdsl.viz.straight import TANGLED, crossed, straight
from archdsl.viz.structure import draw
from archdsl.viz.svg import alone, parsed
from archdsl.viz.text import clean
from archdsl.viz.titles import cleared
from archdsl.viz.view import Depth, Direction, Scene, View

if TYPE_CHECKING:
    from archdsl.design import Design


class Picture:
    """A drawing and what can be made of it. Shows itself in a notebook.

    Attributes:
        drawing: what is drawn, before any layout.
        rankdir: the direction of reading.
        graph: what it is a drawing of; of two networks the second.
        scene: the same with what was asked for; None for two networks.
        balanced: whether paths stand evenly around the trunk, where there is nothing but boxes in a row and paths side by side.
    """

    def __init__(
        self, drawing: Drawing, rankdir: str = "TB", *, graph: Graph, scene: Scene | None = None, balanced: bool = False
    ):
        self.balanced = balanced and rankdir == "TB"
        self.drawing = drawing
        self.graph = graph
        self.rankdir = rankdir
        self.scene = scene

    @cached_property
    def dot(self) -> str:
        """DOT source."""
        return dot(self.drawing, self.rankdir)

    @cached_property
    def svg(self) -> str:
        """SVG that stands alone; laid out coarsely where an engine would take too long, which the picture says.

        Raises:
            BackendError: there is no layout engine.
        """
        if self.balanced and (found := even(self.drawing)) is not None:
            return found
        if crossed(self.drawing) > TANGLED:
            return straight(self.drawing)
        try:
            return self._laid_out()
        except TooSlow:
            return straight(self.drawing)

    def _laid_out(self) -> str:
        titles = {box.id: clean(", ".join(box.nodes)) for box in self.drawing.boxes}
        root = parsed(lay_out(self.dot, "svg"))
        tight = cleared(root)
        if tight and len(self.drawing.boxes) <= MANY:
            wider = parsed(lay_out(dot(self.drawing, self.rankdir, tight), "svg"))
            root = wider if len(cleared(wider)) < len(tight) else root
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


def diagram(graph: Graph, view: View | None = None, *, net: Design | None = None) -> Picture:
    """The picture of a network, or of a part of it.

    Args:
        view: how it is wanted; the network, a box for each outermost block, where not given.
        net: what the graph was built from. Pages and Model Explorer's graphs show its spec; bytes are for its batch
            and dtype.

    Raises:
        InputError: no such block, row or cost.
        BackendError: an operator has no label.
    """
    view = view or View()
    nodes: list[Node] | None = None
    skip, name = 0, graph.name
    if view.block is not None:
        nodes, skip = first_call(graph, view.block)
        name = f"{view.block} of {graph.name}"
    elif view.row is not None:
        nodes, skip, call = row(graph, view.row)
        name = f"row {view.row} of {graph.name}: {call}"
    scene = Scene(view, graph, name, nodes, skip, None, net)
    if view.heat is not None:
        scene = replace(scene, heat=heat(graph, view.heat, nodes, net.cost() if net is not None else None))
    return Picture(_drawing(scene), view.rankdir, graph=graph, scene=scene, balanced=nodes is not None)


def _drawing(scene: Scene) -> Drawing:
    view = scene.view
    peak = Peak(scene.graph, scene.batch, scene.dtype) if view.peak else None
    apart = peak.apart() if peak else None
    drawing = draw(scene.graph, view.levels, scene.nodes, scene.skip, scene.name, apart, _names(scene))
    if view.legend:
        drawing = replace(drawing, legends=(kinds(drawing, fills=scene.heat is None and peak is None),))
    if peak is not None:
        return at_peak(drawing, peak)
    return drawing if scene.heat is None else heated(drawing, scene.heat)


def _names(scene: Scene) -> dict[str, str] | None:
    """Printed names of blocks by name, where they are wanted."""
    if not scene.view.titles:
        return None
    titles = scene.net.spec.titles if scene.net is not None else {}
    return {word: title.text for word, title in titles.items() if title.text is not None and "$" not in title.text}


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
        depth, rankdir: as of a `View` of a whole network.
        titles: of the two; their names where not given.

    Raises:
        InputError: a depth or direction that does not exist.
        BackendError: an operator has no label.
    """
    view = View(depth=depth, rankdir=rankdir)
    return Picture(side_by_side(before, after, view.levels, titles), view.rankdir, graph=after)
