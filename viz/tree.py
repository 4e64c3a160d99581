"""The nesting of a drawing: from the scope of every node to a tree of groups, and from there to what becomes a box.

A group is what shares one dotted prefix of names (a block call, or a path with the block that it calls), or a stage. Blocks that
add nothing to names, because they are the only step where they stand, are one group with what is around them.

A run is operators one after the other that a reader sees as one layer: a convolution with its norm and activation. The slices of
one split are a run too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from archdsl.ir.graph import Frame, Graph, Node
from archdsl.ops.activation import Activation
from archdsl.ops.join import Add, Mul
from archdsl.ops.norm import BatchNorm, LayerNorm
from archdsl.ops.passing import Dropout, DropPath, Input
from archdsl.ops.places import Pad
from archdsl.ops.rearrange import Flatten, Slice
from archdsl.ops.scale import LayerScale
from archdsl.ops.shapes import channel_axis
from archdsl.viz.drawing import BoxKind
from archdsl.viz.labels import same

FOLLOWS = (BatchNorm, LayerNorm, LayerScale, Activation, Dropout, DropPath, Flatten)
"""Operators that join the box of what they follow."""
LEADS = (Dropout, Pad)
"""Operators that join the box of what follows them."""


@dataclass(eq=False)
class Run:
    """Operators of one box, in order. `split`: all slices of one tensor."""

    nodes: list[Node]
    split: bool = False


@dataclass(eq=False)
class Group:
    """A part of the graph that the spec names.

    Attributes:
        key: tells it from its neighbours.
        frames: what shares the prefix, outermost first; empty for the whole drawing.
        children: groups and runs in the order of the schedule.
    """

    key: tuple[Any, ...] = ()
    frames: tuple[Frame, ...] = ()
    children: list[Group | Run] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """`stage`, `block`, or `path` for a path that calls no block of its own."""
        kinds = {frame.kind for frame in self.frames}
        return "stage" if "stage" in kinds else "block" if "block" in kinds else "path"

    @property
    def call(self) -> Frame | None:
        """The block call that the group is, the outermost where there are several."""
        return next((frame for frame in self.frames if frame.kind == "block"), None)

    @cached_property
    def nodes(self) -> list[Node]:
        """All nodes inside, in the order of the schedule."""
        return [node for child in self.children for node in child.nodes]


Member = Group | Run
"""What a group holds."""


def box_kind(nodes: list[Node], graph: Graph) -> BoxKind:
    """The kind of box that a run is drawn as."""
    node = nodes[0]
    if isinstance(node.op, Input):
        return "input"
    if isinstance(node.op, (Add, Mul)):
        return "sign"
    if node.op.opaque:
        return "opaque"
    if node.op.joins:
        return "join"
    return "operator" if any(node.op.weights(*graph.input_shapes(node)) for node in nodes) else "plain"


def tree(graph: Graph, nodes: Iterable[Node], skip: int = 0) -> Group:
    """The groups of some nodes of a graph.

    Args:
        nodes: in the order of the schedule. A group that is left and entered again becomes two, so no group can lie on both ends
            of a path that leaves it: closing groups keeps a graph acyclic.
        skip: how many of the outermost frames are around the whole drawing.
    """
    root = Group()
    stack = [root]
    levels: dict[int, list[tuple[tuple[Any, ...], tuple[Frame, ...]]]] = {}
    readers, ends = graph.readers(), graph.ends
    for node in nodes:
        known = levels.get(id(node.scope))
        if known is None:
            known = levels[id(node.scope)] = list(_levels(node.scope, skip))
        depth = 0
        while depth < len(known) and depth + 1 < len(stack) and stack[depth + 1].key == known[depth][0]:
            depth += 1
        del stack[depth + 1 :]
        for key, frames in known[depth:]:
            stack.append(Group(key, frames))
            stack[-2].children.append(stack[-1])
        _append(stack[-1].children, node, readers, ends)
    _gather_splits(root, graph)
    return root


def _levels(scope: tuple[Frame, ...], skip: int) -> Iterator[tuple[tuple[Any, ...], tuple[Frame, ...]]]:
    """Key and frames of every group around a node, outermost first."""
    path = scope[skip - 1].path if skip else ""
    level: list[Frame] = []
    for frame in scope[skip:]:
        if frame.kind != "stage" and frame.path == path:
            if level and level[-1].kind != "stage":
                level.append(frame)
            continue
        if level:
            yield _key(level), tuple(level)
        level, path = [frame], frame.path
    if level:
        yield _key(level), tuple(level)


def _key(level: list[Frame]) -> tuple[Any, ...]:
    first = level[0]
    return (first.path, first.block, first.mark) if first.kind == "stage" else (first.path,)


def _append(children: list[Group | Run], node: Node, readers: dict[str, list[str]], ends: frozenset[str]) -> None:
    """Add a node to the last run where it continues it, otherwise as a new one."""
    last = children[-1] if children else None
    if isinstance(last, Run) and not isinstance(last.nodes[-1].op, Input) and not last.nodes[-1].op.joins:
        end = last.nodes[-1]
        continues = isinstance(node.op, FOLLOWS) or (isinstance(end.op, LEADS) and len(last.nodes) == 1 and not node.op.joins)
        if continues and node.inputs == (end.name,) and readers[end.name] == [node.name] and end.name not in ends:
            last.nodes.append(node)
            return
    children.append(Run([node]))


def _gather_splits(group: Group, graph: Graph) -> None:
    """Make one run of slices that share out a whole tensor."""
    slices: dict[str, list[Run]] = {}
    for child in group.children:
        if isinstance(child, Group):
            _gather_splits(child, graph)
        elif len(child.nodes) == 1 and isinstance(child.nodes[0].op, Slice):
            slices.setdefault(child.nodes[0].inputs[0], []).append(child)
    for source, runs in slices.items():
        if len(runs) > 1 and _shares_out([run.nodes[0].op for run in runs], graph[source]):
            runs[0].nodes, runs[0].split = [run.nodes[0] for run in runs], True
            gone = set(map(id, runs[1:]))
            group.children = [child for child in group.children if id(child) not in gone]


def _shares_out(slices: list[Any], source: Node) -> bool:
    edges = [0, *(op.stop for op in slices)]
    total = source.shape[channel_axis(source.shape)]
    return all(same(op.start, edge) for op, edge in zip(slices, edges, strict=False)) and same(edges[-1], total)
