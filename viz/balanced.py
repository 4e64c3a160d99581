"""A layout for boxes in a row and paths side by side: the trunk straight, paths at equal distances from it, both sides curved alike.

Engines take the label of a line for a box beside it, so that two equal paths look unequal. Here the axes of paths stand evenly around
the axis of where they part; a path on the right with paths of its own is the mirror image of one on the left. Lines leave and arrive
upright. Lengths are in points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import NamedTuple

from archdsl.viz.drawing import Box, Cluster, Drawing, Edge
from archdsl.viz.series import Part, Paths, Row
from archdsl.viz.straight import LETTER, LINE, SIZE, Place, extent

Point = tuple[float, float]

SHORT, LONG = 16.0, 28.0  # a line without and with a label
SPREAD, APART = 34.0, 16.0  # the height in which paths part or meet, and the least gap between them
PAD, INSET = 10.0, 8.0  # between a frame and what is in it, and between a frame and its title


class Line(NamedTuple):
    """The line of an edge through some points: upright where two of them are one above the other, a curve otherwise.

    Attributes:
        label: beside which point its text stands; None for no text.
        side: -1 where the text stands on the left of that point, 1 for the right.
    """

    edge: Edge
    points: tuple[Point, ...]
    label: Point | None = None
    side: int = 1

    def moved(self, x: float, y: float) -> Line:
        label = None if self.label is None else (self.label[0] + x, self.label[1] + y)
        return self._replace(points=tuple((a + x, b + y) for a, b in self.points), label=label)


@dataclass(frozen=True)
class Laid:
    """A row around the axis x = 0, from y = 0 down to `height`.

    Attributes:
        left, right: how far it reaches to either side.
        begin, end: the upper edge of its first box, and the lower edge of its last.
    """

    places: dict[str, Place] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()
    left: float = 0.0
    right: float = 0.0
    height: float = 0.0
    begin: float = 0.0
    end: float = 0.0

    def moved(self, x: float, y: float) -> Laid:
        places = {name: Place(p.x + x, p.y + y, p.width, p.height) for name, p in self.places.items()}
        lines = tuple(line.moved(x, y) for line in self.lines)
        return replace(self, places=places, lines=lines, begin=self.begin + y, end=self.end + y)


class Frames:
    """The frames around each box, outermost first, with their titles as lines of text; without titles where those are not wanted."""

    def __init__(self, drawing: Drawing, titles: bool = True):
        around = {cluster.id: cluster for cluster in drawing.clusters}
        self.of: dict[str, tuple[str, ...]] = {}
        for box in drawing.boxes:
            chain: list[str] = []
            place = box.cluster
            while place:
                chain += [place] if framed(around[place]) else []
                place = around[place].parent
            self.of[box.id] = tuple(reversed(chain))
        self.titles: dict[str, tuple[str, ...]] = {
            c.id: (c.title,) if titles and c.title else () for c in drawing.clusters if framed(c)
        }

    def shared(self, a: str, b: str) -> tuple[str, ...]:
        """The frames that two boxes have in common."""
        return common(self.of[a], self.of[b])

    def above(self, names: Sequence[str]) -> float:
        """The height that the upper edges and titles of some frames take."""
        return sum(PAD + LINE * len(self.titles[name]) for name in names)

    def beside(self, names: Sequence[str]) -> float:
        """How far the titles of some frames reach to the left of the line that enters."""
        return max((len(text) * LETTER + 2 * INSET for name in names for text in self.titles[name]), default=0.0)


def framed(cluster: Cluster) -> bool:
    """Whether a cluster has a frame that is seen."""
    return cluster.kind not in ("path", "part")


def common(a: Sequence[str], b: Sequence[str]) -> tuple[str, ...]:
    """What two chains begin with."""
    count = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return tuple(a[:count])


def lay_row(row: Row, frames: Frames, base: tuple[str, ...] = (), mirrored: bool = False) -> Laid:
    """A row around its axis.

    Args:
        base: the frames around the whole row.
        mirrored: whether it is the mirror image of what stands on the left.
    """
    return _Row(frames, base, mirrored).lay(row)


class _Row:
    """Goes down a row. `y` is how far it has come, `around` the frames that are open there."""

    def __init__(self, frames: Frames, base: tuple[str, ...], mirrored: bool):
        self.frames, self.base, self.around, self.mirrored = frames, base, base, mirrored
        self.y = self.end = self.left = self.right = 0.0
        self.places: dict[str, Place] = {}
        self.lines: list[Line] = []

    def lay(self, row: Row) -> Laid:
        begin = 0.0
        for index, part in enumerate(row):
            before = row[index - 1] if index else None
            if isinstance(part, Paths):
                above, below = before, row[index + 1]
                assert isinstance(above, Box)
                assert isinstance(below, Box)
                self.enter(self.frames.shared(above.id, below.id))
                self.paths(part)
            elif isinstance(part, Box):
                self.box(part, before)
                begin = begin if index else self.end - self.places[part.id].height
        self.enter(self.base)
        return Laid(self.places, tuple(self.lines), self.left, self.right, self.y, begin, self.end)

    def enter(self, chain: tuple[str, ...]) -> None:
        """Leave the frames that end here and open those that begin."""
        kept = len(common(self.around, chain))
        self.y += PAD * (len(self.around) - kept) + self.frames.above(chain[kept:])
        self.around = chain

    def reach(self, left: float, right: float) -> None:
        """Be wide enough for what reaches so far from the axis, and for the frames around it."""
        margin = PAD * (len(self.around) - len(self.base))
        self.left, self.right = max(self.left, left + margin), max(self.right, right + margin)

    def box(self, box: Box, before: Part | None) -> None:
        """Place a box, and draw the lines that lead to it."""
        chain = self.frames.of[box.id]
        kept = common(self.around, chain)
        self.enter(kept)
        start = self.y
        if isinstance(before, Edge):
            self.y += LONG if before.text else SHORT
        elif isinstance(before, Paths):
            self.y += SPREAD
        gap = self.y
        self.enter(chain)
        width, height = extent(box)
        self.reach(max(width / 2, self.frames.beside(chain[len(kept) :])), width / 2)
        self.places[box.id] = Place(0.0, self.y + height / 2, width, height)
        if isinstance(before, Edge):
            self.straight(before, gap)
        elif isinstance(before, Paths):
            curve = ((0.0, start + SPREAD), (0.0, self.y))
            self.lines = [
                line._replace(points=line.points + curve) if line.edge.target == box.id else line for line in self.lines
            ]
        self.y += height
        self.end = self.y

    def straight(self, edge: Edge, gap: float) -> None:
        """The line from the last box to the one that stands at `y`. Frames that it enters begin at `gap`."""
        label = (0.0, gap - LONG / 2 + 2) if edge.text else None
        self.lines.append(Line(edge, ((0.0, self.end), (0.0, self.y)), label))
        self.reach(0.0, _width(edge))

    def paths(self, paths: Paths) -> None:
        """Place paths side by side with their lines, as far as to where they begin to meet."""
        branches = paths.branches[::-1] if self.mirrored else paths.branches
        last = len(branches) - 1
        twins = all(branch.row for branch in branches)
        laid = []
        for at, branch in enumerate(branches):
            mirrored = 2 * at > last if twins and 2 * at != last else self.mirrored
            one = lay_row(branch.row, self.frames, self.around, mirrored)
            words = _width(branch.enters)
            laid.append(replace(one, left=max(one.left, words), right=max(one.right, words)))
        axes = _axes(laid)
        self.reach(laid[0].left - axes[0], laid[-1].right + axes[-1])
        top = self.y + SPREAD
        bottom = top + max(one.height for one in laid)
        for branch, one, axis in zip(branches, laid, axes, strict=True):
            put = one.moved(axis, top + (bottom - top - one.height) / 2)
            side = -1 if axis < 0 else 1
            into = ((0.0, self.end), (0.0, self.y), (axis, top))
            self.places |= put.places
            self.lines += put.lines
            if not branch.row:
                label = (axis, (top + bottom) / 2 + 3) if branch.enters.text else None
                self.lines.append(Line(branch.enters, (*into, (axis, bottom)), label, side))
                continue
            label = (axis, top - 5) if branch.enters.text else None
            self.lines.append(Line(branch.enters, (*into, (axis, put.begin)), label, side))
            label = (axis, bottom + SIZE + 1) if branch.leaves.text else None
            self.lines.append(Line(branch.leaves, ((axis, put.end), (axis, bottom)), label, side))
        self.y = bottom


def _width(edge: Edge) -> float:
    """How far the text of an edge reaches from its line."""
    return len(edge.text) * LETTER + 8 if edge.text else 0.0


def _axes(laid: Sequence[Laid]) -> list[float]:
    """Where the axes of paths stand around the axis of where they part: those on the left as far from it as those on the right."""
    gaps = [a.right + APART + b.left for a, b in pairwise(laid)]
    even = [max(gap, other) for gap, other in zip(gaps, reversed(gaps), strict=True)]
    axes = [sum(even[:count]) for count in range(len(laid))]
    return [axis - axes[-1] / 2 for axis in axes]
