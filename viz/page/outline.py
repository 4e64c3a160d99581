"""What a page holds, apart from how it is shown: every part of a network in the part around it, and the tensors between boxes.

The groups and boxes are those of a drawing (viz/tree.py), but all of them at once: a reader opens and closes them. Equal
neighbours are one part, "x 3", which opens to each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from archdsl.errors import Mark
from archdsl.ir.graph import Graph, Node
from archdsl.viz.crossing import arriving, leaving
from archdsl.viz.fold import folded
from archdsl.viz.labels import label
from archdsl.viz.structure import closed_lines, title
from archdsl.viz.tree import Group, Member, Run, box_kind, tree


@dataclass(eq=False)
class PagePart:
    """A box, or a group of parts that can be opened.

    Attributes:
        kind: `stage`, `block` or `repeat` for a group, otherwise as in `archdsl.viz.drawing.BoxKind`.
        lines: its text: what it is, and more about it.
        around: number of the part around it, -1 at the outermost level.
        level: how many blocks are around it.
        name: of the node or of the block call, as in the spec.
        nodes: all operators inside, in the order of the schedule.
        marks: the step that made it, then the calls around that, from the inside to the outside.
        ends: the same of the last of several neighbours that are one part.
    """

    kind: str
    lines: tuple[str, ...]
    around: int
    level: int
    name: str
    nodes: tuple[Node, ...]
    marks: tuple[Mark, ...] = ()
    ends: tuple[Mark, ...] = ()

    @property
    def opens(self) -> bool:
        """Whether it has parts inside."""
        return self.kind in ("stage", "block", "repeat")


Looked = Callable[[PagePart], bool]
"""Whether a part that opens is looked into."""


@dataclass(frozen=True)
class PageLink:
    """A tensor on its way between two boxes, by their numbers.

    Attributes:
        tensor: name of the node that made it.
        news: whether its shape differs from that of what the box reads.
    """

    source: int
    target: int
    tensor: str
    news: bool


@dataclass(frozen=True, eq=False)
class Outline:
    """All parts, each after the one around it, and all links, in the order of the schedule."""

    parts: tuple[PagePart, ...]
    links: tuple[PageLink, ...]


def outline(graph: Graph, nodes: Iterable[Node] | None = None, skip: int = 0, into: Looked | None = None) -> Outline:
    """The outline of a network, or of a part of it.

    Args:
        nodes: the part, in the order of the schedule; the whole where not given. What it reads from outside becomes its input.
        skip: how many of the outermost frames of every node are around the part.
        into: which parts are looked into, all where not given; the others hold nothing, and what their insides read and give are
            their own links.

    Raises:
        BackendError: an operator has no label.
    """
    return _Outliner(graph, list(graph) if nodes is None else list(nodes), skip, into).run()


class _Outliner:
    def __init__(self, graph: Graph, nodes: list[Node], skip: int, into: Looked | None):
        self.graph = graph
        self.nodes = nodes
        self.skip = skip
        self.into = into
        self.inside = {node.name for node in nodes}
        self.readers = graph.readers()
        self.parts: list[PagePart] = []
        self.place: dict[str, int] = {}  # of every node: its box

    def run(self) -> Outline:
        for source, word in arriving(self.graph, self.nodes, self.skip).items():
            self.place[source] = self.add(PagePart("input", (word,), -1, 0, source, (self.graph[source],)))
        self.children(tree(self.graph, self.nodes, self.skip), -1, 0)
        links: list[PageLink] = []
        seen: set[tuple[str, int]] = set()
        for node in self.nodes:
            target = self.place[node.name]
            for source in node.inputs:
                joins = self.parts[target].kind in ("join", "sign")  # only a join shows a tensor that it reads twice as two
                if self.place[source] != target and ((source, target) not in seen or joins):
                    seen.add((source, target))
                    links.append(PageLink(self.place[source], target, source, self.news(source)))
        for word, name in leaving(self.graph, self.nodes, self.readers, self.skip):
            returned = self.add(PagePart("output", (word,), -1, 0, word, ()))
            links.append(PageLink(self.place[name], returned, name, True))
        return Outline(tuple(self.parts), tuple(links))

    def add(self, part: PagePart) -> int:
        self.parts.append(part)
        return len(self.parts) - 1

    def closed(self, place: int) -> bool:
        """Whether a part is not looked into; all its nodes then stand where it does."""
        part = self.parts[place]
        if self.into is None or self.into(part):
            return False
        self.place.update((node.name, place) for node in part.nodes)
        return True

    def children(self, group: Group, around: int, level: int) -> None:
        for repeats in folded(group.children, self.graph, self.readers, {}):
            first = repeats[0]
            inside = around
            if len(repeats) > 1:
                inside = self.repeat(repeats, around, level)
                if self.closed(inside):
                    continue
            for part in repeats if len(repeats) > 1 else [first]:
                if isinstance(part, Run):
                    self.box(part, inside, level)
                else:
                    self.group(part, inside, level)

    def repeat(self, repeats: list[Member], around: int, level: int) -> int:
        """The part that stands for equal neighbours."""
        first, last = repeats[0], repeats[-1]
        head, *rest = self.words(first) if isinstance(first, Run) else closed_lines(first)
        nodes = tuple(node for part in repeats for node in part.nodes)
        name = f"{_name(first)} to {_name(last)}"
        return self.add(
            PagePart("repeat", (f"{head} x {len(repeats)}", *rest), around, level, name, nodes, _marks(first), _ends(last))
        )

    def group(self, group: Group, around: int, level: int) -> None:
        """A group as a part. A path that calls no block is no part of its own; one frame is enough for a block in a block."""
        if group.kind == "path":
            self.children(group, around, level)
            return
        only = group.children[0] if len(group.children) == 1 else None
        if isinstance(only, Run) and level:
            named = title(group) if group.call is not None and not group.call.args else ""
            self.box(only, around, level, named)
            return
        lines = tuple(closed_lines(group))
        place = self.add(PagePart(group.kind, lines, around, level, _name(group), tuple(group.nodes), _marks(group)))
        if self.closed(place):
            return
        level += group.kind == "block"
        while group.kind != "stage" and isinstance(only, Group):
            group, only = only, only.children[0] if len(only.children) == 1 else None
        self.children(group, place, level)

    def box(self, run: Run, around: int, level: int, named: str = "") -> None:
        """A box for operators that a reader sees as one layer."""
        first = run.nodes[0]
        kind = "split" if run.split else box_kind(run.nodes, self.graph)
        lines = tuple(filter(None, (named, *self.words(run))))
        name = first.name if len(run.nodes) == 1 else _shared([node.name for node in run.nodes])
        made = self.add(PagePart(kind, lines, around, level, name, tuple(run.nodes), _marks(run), _ends(run)))
        self.place.update((node.name, made) for node in run.nodes)

    def words(self, run: Run) -> list[str]:
        """The text of a run."""
        if run.split:
            return ["split"]
        words = [label(node, self.graph.input_shapes(node)) for node in run.nodes]
        return [words[0], *([", ".join(words[1:])] if len(words) > 1 else [])]

    def news(self, name: str) -> bool:
        """Whether the shape of a tensor differs from that of what its box reads."""
        box = self.parts[self.place[name]]
        inputs = self.graph.input_shapes(box.nodes[0])
        return box.kind in ("input", "split") or not inputs or self.graph[name].shape != inputs[0]


def _name(part: Member) -> str:
    if isinstance(part, Run):
        return part.nodes[0].name
    first = part.frames[0]
    return first.path if first.path and first.kind != "stage" else first.block


def _shared(names: list[str]) -> str:
    """The scope that names share: `stem` for `stem.conv` and `stem.norm`; the first name where they share none."""
    parts = [name.split(".") for name in names]
    same = [pieces[0] for pieces in zip(*parts, strict=False) if len(set(pieces)) == 1]
    return ".".join(same) or names[0]


def _ends(part: Member) -> tuple[Mark, ...]:
    """The marks of the last step of what may be several."""
    return _marks_of(part.nodes[-1]) if isinstance(part, Run) else _marks(part)


def _marks_of(node: Node) -> tuple[Mark, ...]:
    marks = [node.mark, *(frame.mark for frame in reversed(node.scope))]
    return tuple(dict.fromkeys(mark for mark in marks if mark is not None))


def _marks(part: Member) -> tuple[Mark, ...]:
    if isinstance(part, Run):
        return _marks_of(part.nodes[0])
    scope = part.nodes[0].scope
    end = next(depth for depth, frame in enumerate(scope) if frame == part.frames[0])
    marks = [frame.mark for frame in reversed(scope[: end + len(part.frames)])]
    return tuple(dict.fromkeys(mark for mark in marks if mark is not None))
