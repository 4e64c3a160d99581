"""What a picture is of: the part of a network, how far it is open, and what it is coloured by.

Drawings are made of it, and so are the forms that hold more than a drawing does: a page that unfolds, a graph for Model Explorer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archdsl.ir.graph import Graph, Node

if TYPE_CHECKING:
    from archdsl.design import Design
    from archdsl.viz.heat import Heat


@dataclass(frozen=True, eq=False)
class View:
    """A network or a part of it.

    Attributes:
        name: of the picture.
        nodes: the part, in the order of the schedule; None for the whole.
        skip: how many of the outermost frames of every node are around the part.
        levels: how many levels of blocks are open.
        net: what the graph was built from, where that is known.
        peak: whether the moment of most memory was asked for.
        heat: what boxes are coloured by, and its name: macs, params, memory, or latency for values that were given.
    """

    graph: Graph
    name: str
    nodes: list[Node] | None = None
    skip: int = 0
    levels: float = 1
    net: Design | None = None
    peak: bool = False
    heat: Heat | None = None
    cost: str = ""
