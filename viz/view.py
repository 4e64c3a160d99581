"""How a picture is wanted, and what that comes to for one network.

Drawings are made of a scene, and so are the forms that hold more than a drawing does: a page that unfolds, a graph for Model Explorer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from archdsl.cost.dtypes import USUAL
from archdsl.errors import InputError
from archdsl.ir.graph import Graph, Node

if TYPE_CHECKING:
    from archdsl.design import Design
    from archdsl.viz.heat import Heat

Direction = Literal["TB", "LR"]
Depth = int | Literal["all"]


@dataclass(frozen=True)
class View:
    """How a picture is wanted.

    Attributes:
        block: name of a block, of which the first call is drawn, or the full name of one call (`dp_a_3`).
        row: number of a row of the network's table, from 1, as it is printed.
        depth: how many levels of blocks are opened. 0 closes stages as well, 1 shows each outermost block as one box, "all" shows
            every operator. Where not given, 1 for a network and "all" for a part.
        rankdir: the direction of reading, TB from top to bottom, LR from left to right.
        heat: colours boxes by their share of `macs`, `params`, `memory` or `latency.DEVICE`, or of values for nodes by name
            (`archdsl.viz.heat`).
        peak: shows the moment of most memory: which layer runs, and which tensors are there.
        legend: whether a legend under the picture says what boxes and lines mean. Heat and peak always have theirs.
        titles: whether blocks have their printed names (`title` in the spec), and numbered paths their number.

    Raises:
        InputError: a depth or direction that does not exist, or options that exclude each other.
    """

    block: str | None = None
    row: int | None = None
    depth: Depth | None = None
    rankdir: Direction = "TB"
    heat: str | Mapping[str, float] | None = None
    peak: bool = False
    legend: bool = False
    titles: bool = False

    def __post_init__(self) -> None:
        depth: object = self.depth
        if depth is not None and depth != "all" and (type(depth) is not int or depth < 0):
            raise InputError(f"depth is an int of at least 0, or 'all'; {depth!r} came")
        if self.rankdir not in ("TB", "LR"):
            raise InputError(f"rankdir is TB or LR; {self.rankdir!r} came")
        if self.block is not None and self.row is not None:
            raise InputError("draw a block or a row, not both at once")
        if self.heat is not None and self.peak:
            raise InputError("heat and peak both colour the boxes; draw one at a time")

    @property
    def levels(self) -> float:
        """How many levels of blocks are open."""
        if self.depth is None:
            return 1 if self.block is None and self.row is None else math.inf
        return math.inf if self.depth == "all" else self.depth

    @property
    def cost(self) -> str:
        """The name of what boxes are coloured by: of a cost, `latency` for values that were given, "" for nothing."""
        return "" if self.heat is None else self.heat if isinstance(self.heat, str) else "latency"


@dataclass(frozen=True, eq=False)
class Scene:
    """A view of one network, its part and its colours looked up.

    Attributes:
        name: of the picture.
        nodes: the part, in the order of the schedule; None for the whole.
        skip: how many of the outermost frames of every node are around the part.
        heat: what boxes are coloured by.
        net: what the graph was built from, where that is known.
    """

    view: View
    graph: Graph
    name: str
    nodes: list[Node] | None = None
    skip: int = 0
    heat: Heat | None = None
    net: Design | None = None

    @property
    def batch(self) -> int:
        """Images that bytes are for."""
        return 1 if self.net is None else self.net.batch

    @property
    def dtype(self) -> str:
        """What bytes are of."""
        return USUAL if self.net is None else self.net.dtype
