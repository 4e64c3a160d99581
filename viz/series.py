"""A drawing as boxes in a row and paths side by side, where it is that: every place where paths part has one where all of them meet."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from archdsl.viz.drawing import Box, Drawing, Edge


@dataclass(frozen=True)
class Paths:
    """What lies between the box where paths part and the box where they meet, from left to right."""

    branches: tuple[Branch, ...]


@dataclass(frozen=True)
class Branch:
    """One path.

    Attributes:
        enters: the edge from where the paths part.
        row: what is on it; nothing where a tensor passes.
        leaves: the edge to where they meet; the one that enters where nothing is on it.
    """

    enters: Edge
    row: tuple[Part, ...]
    leaves: Edge


Part = Box | Edge | Paths
Row = tuple[Part, ...]
"""Boxes with an edge or paths between each and the next."""


class Tangled(Exception):
    """The drawing is no row of boxes and paths."""


def rows(drawing: Drawing) -> list[Row] | None:
    """A row for each part of a drawing that hangs together, in the order of the schedule; None where one is none."""
    walk = _Walk(drawing)
    try:
        found = [walk.row(box)[0] for box in drawing.boxes if not walk.into[box.id]]
    except (Tangled, RecursionError):
        return None
    return found if len(walk.seen) == len(drawing.boxes) else None


@dataclass
class _Walk:
    drawing: Drawing
    boxes: dict[str, Box] = field(default_factory=dict)
    into: dict[str, list[Edge]] = field(default_factory=lambda: defaultdict(list))
    out: dict[str, list[Edge]] = field(default_factory=lambda: defaultdict(list))
    seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.boxes = {box.id: box for box in self.drawing.boxes}
        for edge in self.drawing.edges:
            self.into[edge.target].append(edge)
            self.out[edge.source].append(edge)

    def row(self, box: Box) -> tuple[Row, Edge | None]:
        """What follows from a box on, and the edge to the box where paths from before it meet; None at the end."""
        found: list[Part] = []
        while True:
            if box.id in self.seen:
                raise Tangled
            self.seen.add(box.id)
            found.append(box)
            edges = self.out[box.id]
            if not edges:
                return tuple(found), None
            if len(edges) == 1:
                edge = edges[0]
                if len(self.into[edge.target]) > 1:
                    return tuple(found), edge
                found.append(edge)
                box = self.boxes[edge.target]
                continue
            paths = Paths(tuple(map(self.branch, edges)))
            meet = paths.branches[0].leaves.target
            if any(branch.leaves.target != meet for branch in paths.branches) or len(self.into[meet]) != len(edges):
                raise Tangled
            found.append(paths)
            box = self.boxes[meet]

    def branch(self, enters: Edge) -> Branch:
        """The path that an edge begins."""
        if len(self.into[enters.target]) > 1:
            return Branch(enters, (), enters)
        row, leaves = self.row(self.boxes[enters.target])
        if leaves is None:
            raise Tangled
        return Branch(enters, row, leaves)
