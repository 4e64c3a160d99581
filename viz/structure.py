"""From a graph to the structure of its drawing.

tree       scopes to groups, operators to runs        (viz/tree.py)
fold       equal neighbours become one, "x 3"         (viz/fold.py)
Builder    groups become clusters or closed boxes     (here)
shared     one number for one set of weights    (viz/shared.py)
forks      a dot where a tensor parts in a cluster    (viz/forks.py)
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from archdsl.cost.words import cell, dims
from archdsl.exact import Symbol
from archdsl.ir.graph import Graph, Node
from archdsl.ops.operator import Shape
from archdsl.ops.rearrange import Slice
from archdsl.ops.shapes import channel_axis, is_map
from archdsl.viz.crossing import arriving, input_names, leaving
from archdsl.viz.drawing import Box, BoxKind, Cluster, Drawing, Edge
from archdsl.viz.fold import folded
from archdsl.viz.forks import with_forks
from archdsl.viz.labels import label, same
from archdsl.viz.shared import marked
from archdsl.viz.tree import Group, Run, box_kind, tree

_COUNTED = re.compile(r"\d\Z")  # a path of a loop, or one that has no name
_NUMBER = re.compile(r"_\d+\Z")


def draw(
    graph: Graph,
    depth: float,
    nodes: Iterable[Node] | None = None,
    skip: int = 0,
    name: str | None = None,
    apart: Mapping[str, Any] | None = None,
    names: Mapping[str, str] | None = None,
) -> Drawing:
    """The drawing of a network, or of a part of it.

    Args:
        depth: how many levels of blocks are opened: 0 closes stages too, 1 shows the outermost blocks closed.
        nodes: the part, in the order of the schedule; the whole where not given. What it reads from outside becomes its input.
        skip: how many of the outermost frames of every node are around the part.
        apart: what else tells nodes apart, by name: neighbours are folded only where it is equal.
        names: printed names of blocks (`title:`), by name; where they are given, paths are numbered.

    Raises:
        BackendError: an operator has no label.
    """
    drawn = list(graph) if nodes is None else list(nodes)
    builder = Builder(graph, drawn, depth, skip, apart or {}, names)
    builder.outside()
    builder.group(tree(graph, drawn, skip), "", 0)
    builder.connect()
    drawing = Drawing(name or graph.name, builder.finished(), tuple(builder.edges), tuple(builder.clusters))
    return with_forks(marked(drawing, graph))


class Builder:
    """Collects the boxes, then the edges. `level` counts the blocks that are open around a place."""

    def __init__(
        self,
        graph: Graph,
        nodes: list[Node],
        depth: float,
        skip: int,
        apart: Mapping[str, Any],
        names: Mapping[str, str] | None,
    ):
        self.names = names
        self.skip, self.whole = skip, skip == 0
        self.graph = graph
        self.nodes = nodes
        self.depth = depth
        self.apart = apart
        self.inside = {node.name for node in nodes}
        self.readers: Mapping[str, list[str]] = graph.readers()
        self.boxes: list[Box] = []
        self.edges: list[Edge] = []
        self.clusters: list[Cluster] = []
        self.place: dict[str, Box] = {}  # of every node that is drawn
        self.called: dict[tuple[str, str], str] = {}  # by the box of a closed block and a tensor, which input of several that is
        self.several: set[str] = set()  # boxes that give several tensors, whose lines all say which
        self.first: dict[str, str] = {}  # node of a repeat to the node that is drawn in its place

    def box(self, kind: BoxKind, lines: Iterable[str], cluster: str, nodes: Iterable[Node] = (), times: int = 1) -> Box:
        nodes = tuple(nodes)
        made = Box(f"b{len(self.boxes)}", kind, tuple(lines), cluster, tuple(node.name for node in nodes), times)
        self.boxes.append(made)
        self.place.update((name, made) for name in made.nodes)
        return made

    def cluster(self, kind: str, name: str, parent: str, times: int = 1) -> str:
        made = Cluster(f"c{len(self.clusters)}", kind, name, parent, times)
        self.clusters.append(made)
        return made.id

    def outside(self) -> None:
        """A box for every tensor that comes in from outside the part."""
        for source, word in arriving(self.graph, self.nodes, self.skip).items():
            self.box("input", [word], "", [self.graph[source]])

    # -- boxes and clusters ----------------------------------------------------------------------------------------------------

    def group(self, group: Group, cluster: str, level: int) -> None:
        """What is in a group."""
        number = 0  # of a path among those side by side
        for repeats in folded(group.children, self.graph, self.readers, self.apart):
            first = repeats[0]
            number = number + 1 if isinstance(first, Group) and first.frames[0].kind == "path" else 0
            for other in repeats[1:]:
                self.first.update((b.name, a.name) for a, b in zip(first.nodes, other.nodes, strict=True))
            if isinstance(first, Run):
                self.run(first, cluster, len(repeats))
            else:
                self.part(first, cluster, level, len(repeats), number)

    def run(self, run: Run, cluster: str, times: int, named: str = "") -> None:
        """One box for a run of operators."""
        if run.split:
            self.box("split", ["split"], cluster, run.nodes)
            return
        words = [label(node, self.graph.input_shapes(node)) for node in run.nodes]
        lines = [named, words[0], ", ".join(words[1:])]
        self.box(box_kind(run.nodes, self.graph), _times([line for line in lines if line], times), cluster, run.nodes, times)

    def part(self, group: Group, cluster: str, level: int, times: int, number: int) -> None:
        """A group as a cluster, as a closed box, or as the one run that it holds. `number`: of a path."""
        title = self.title(group, number)
        closed, row, only = self.closes(group, level), self.whole and not level, _only_run(group)
        single = only is not None and not (closed and row)
        if group.frames[0].kind == "path" and (single or closed):
            cluster = self.cluster("path", "", cluster)  # a column of its own, without a frame
        if only is not None and single:
            # Deeper inside, a name says less than the layers themselves, unless it is all that the spec gives.
            named = group.call is not None and (row or not group.call.args)
            self.run(only, cluster, times, title if named else "")
        elif closed:
            lines = _times([title, *closed_lines(group)[1:]], times)
            # A closed network reads as a table, a row to each block.
            box = self.box("block", ["   ".join(lines)] if row else lines, cluster, group.nodes, times)
            self.called.update(((box.id, self.drawn(name)), word) for name, word in input_names(self.graph, group.call).items())
        else:
            name = "" if group.kind == "path" and self.names is None else _times([title], times)[0]
            cluster = self.cluster(group.kind, name, cluster, times)
            level += group.kind == "block"
            while group.kind != "stage" and (inner := _only_group(group)) is not None and not self.closes(inner, level):
                group, level = inner, level + (inner.kind == "block")  # one frame is enough for both
            self.group(group, cluster, level)

    def title(self, group: Group, number: int) -> str:
        """The title of a group: printed names where they are given. A path that its block says nothing of goes by its number."""
        plain = title(group)
        if self.names is None or group.kind == "stage":
            return plain
        named = None if group.call is None else self.names.get(group.call.block)
        numbered = number and _COUNTED.search(group.frames[0].block)
        return named or (f"path {number}" if numbered else plain)

    def closes(self, group: Group, level: int) -> bool:
        """Whether a group is one box."""
        return {"stage": self.depth < 1, "path": False}.get(group.kind, self.depth <= level + 1)

    # -- edges -----------------------------------------------------------------------------------------------------------------

    def connect(self) -> None:
        """The edges between the boxes, and what goes out."""
        seen: set[tuple[str, str]] = set()
        drawn = [node for node in self.nodes if node.name not in self.first]
        reads = [(self.drawn(name), self.place[node.name]) for node in drawn for name in node.inputs]
        for words, name in leaving(self.graph, self.nodes, self.readers, self.skip):
            reads.append((self.drawn(name), self.box("output", [words], "")))
        given: dict[str, set[str]] = defaultdict(set)  # by box that may give several tensors, those that go out
        for name, target in reads:
            source = self.place[name]
            if source is not target and source.kind in ("block", "split"):
                given[source.id].add(name)
        self.several = {box for box, tensors in given.items() if len(tensors) > 1}
        for name, target in reads:
            self.edge(name, target, seen)

    def edge(self, name: str, target: Box, seen: set[tuple[str, str]]) -> None:
        """An edge for the tensor of a node. Only a join shows a tensor that it reads twice as two."""
        source = self.place[name]
        if source is target or ((name, target.id) in seen and target.kind not in ("join", "sign")):
            return
        known = (name, "") in seen and source.id not in self.several
        seen.update([(name, target.id), (name, "")])
        shown = not known and (target.kind in ("block", "output") or self.tells(source, name))
        text = _shape(self.graph[name].shape) + self.share(source, name) if shown else ""
        self.edges.append(Edge(source.id, target.id, text, node=name, into=self.called.get((target.id, name), "")))

    def share(self, source: Box, name: str) -> str:
        """Which channels of a split a tensor is, as Python writes them: ` [:8]`, ` [8:]`. Letters tell it by themselves."""
        node = self.graph[name]
        if source.kind != "split" or not isinstance(node.op, Slice) or not isinstance(node.op.start, int):
            return ""
        (arriving,) = self.graph.input_shapes(node)
        start, stop, channels = node.op.start, node.op.stop, arriving[channel_axis(arriving)]
        if any(isinstance(size, Symbol) for size in (stop, *arriving)):
            return ""
        return f" [{'' if start == 0 else start}:{'' if same(stop, channels) else stop}]"

    def drawn(self, name: str) -> str:
        """The node that is drawn in the place of a folded one; itself where it is not folded."""
        while name in self.first:
            name = self.first[name]
        return name

    def finished(self) -> tuple[Box, ...]:
        """The boxes with the nodes of folded repeats."""
        repeats: dict[str, list[str]] = defaultdict(list)
        for name in self.first:
            repeats[self.place[self.drawn(name)].id].append(name)
        return tuple(replace(box, repeats=tuple(repeats[box.id])) if box.id in repeats else box for box in self.boxes)

    def tells(self, box: Box, name: str) -> bool:
        """Whether a reader who knows what goes into a box cannot guess the shape of what it makes."""
        inputs = self.graph.input_shapes(self.graph[box.nodes[0]])
        if box.kind in ("input", "block", "split") or not inputs:
            return True
        shape = self.graph[name].shape
        return len(shape) != len(inputs[0]) or not all(same(a, b) for a, b in zip(shape, inputs[0], strict=True))


def _shape(shape: Shape) -> str:
    """A shape as text: the channels alone where height and width are symbols."""
    return cell(shape[0]) if is_map(shape) and all(isinstance(extent, Symbol) for extent in shape[1:]) else dims(shape)


def title(group: Group) -> str:
    """The title of a group: the name of its block, after the name that the call or the path gives it."""
    call, first = group.call, group.frames[0]
    if call is None or group.kind == "stage":
        return first.block
    own = _NUMBER.sub("", first.path.rpartition(".")[2]) if first.kind == "block" else first.block
    return call.block if own in (call.block, "") or own.isdigit() else f"{own}: {call.block}"


def _only_run(group: Group) -> Run | None:
    """The run of a group that holds nothing else."""
    while len(group.children) == 1:
        child = group.children[0]
        if isinstance(child, Run):
            return child
        group = child
    return None


def _only_group(group: Group) -> Group | None:
    """The group in a group that holds nothing else."""
    child = group.children[0]
    return child if len(group.children) == 1 and isinstance(child, Group) else None


def closed_lines(group: Group) -> list[str]:
    """The text of a closed block: its name, and the arguments that it was given, numbers first."""
    args = () if group.call is None or group.kind == "stage" else group.call.args
    order = sorted(args, key=lambda item: (isinstance(item[1], str), isinstance(item[1], bool), item[0]))
    shown = ", ".join(filter(None, (_argument(*item) for item in order)))
    unknown = ["unknown cost inside"] if any(node.op.opaque for node in group.nodes) else []
    return [title(group), *([shown] if shown else []), *unknown]


def _argument(name: str, value: object) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return name
    return cell(value) if isinstance(value, str) else f"{name} {cell(value)}"


def _times(lines: list[str], times: int) -> list[str]:
    return lines if times == 1 else [f"{lines[0]} x {times}", *lines[1:]]
