"""Two networks side by side: counterparts at one height; what was added, removed and changed set apart by colour, rim and mark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from archdsl.cost.comparing.align import Pair, align
from archdsl.cost.counting.bill import Bill
from archdsl.ir.graph import Graph
from archdsl.viz.drawing import Box, Cluster, Drawing, Edge, Legend
from archdsl.viz.legend import MARKS
from archdsl.viz.structure import draw

_WORDS = {"removed": "only in A", "added": "only in B", "changed": "in both, and not the same", "pale": "the same"}


class Side(NamedTuple):
    """One of the two networks: the prefix of its ids, the title of its frame, and what became of each node."""

    prefix: str
    title: str
    graph: Graph
    kinds: Mapping[str, str]


def side_by_side(before: Graph, after: Graph, depth: float = 1, titles: tuple[str, str] | None = None) -> Drawing:
    """The drawing of two networks, aligned as `archdsl.cost.comparing.align` does.

    Args:
        depth: how many levels of blocks are opened.
        titles: of the two; their names where not given.
    """
    pairs = align(Bill(before), Bill(after))
    first, second = titles or (before.name, after.name)
    a = Side("a", f"A: {first}", before, {p.before.node.name: p.kind for p in pairs if p.before is not None})
    b = Side("b", f"B: {second}", after, {p.after.node.name: p.kind for p in pairs if p.after is not None})
    drawn = [_drawn(side, depth) for side in (a, b)]
    legend = Legend("", tuple((tone, words) for tone, words in _WORDS.items()))
    return Drawing(
        f"{first} and {second}",
        tuple(box for drawing in drawn for box in drawing.boxes),
        tuple(edge for drawing in drawn for edge in drawing.edges),
        tuple(cluster for drawing in drawn for cluster in drawing.clusters),
        (legend,),
        tuple(_level(pairs, *drawn)),
    )


def _drawn(side: Side, depth: float) -> Drawing:
    """The drawing of one network in a frame of its own, its boxes marked."""
    drawing = draw(side.graph, depth, apart=side.kinds)
    frame = Cluster(side.prefix, "stage", side.title)
    boxes = [_marked(box, side) for box in drawing.boxes]
    tones = {box.id: box.tone for box in boxes}
    clusters = [replace(c, id=side.prefix + c.id, parent=side.prefix + c.parent) for c in drawing.clusters]
    return replace(
        drawing,
        boxes=tuple(replace(box, cluster=side.prefix + box.cluster) for box in boxes),
        edges=tuple(_line(edge, side, tones) for edge in drawing.edges),
        clusters=(frame, *clusters),
    )


def _marked(box: Box, side: Side) -> Box:
    kinds = {side.kinds.get(name, "same") for name in (*box.nodes, *box.repeats)}
    tone = "pale" if kinds <= {"same"} else kinds.pop() if len(kinds) == 1 else "changed"
    if box.kind == "fork":
        return replace(box, id=side.prefix + box.id)
    lines = box.lines
    if tone in MARKS and box.kind != "sign":
        lines = (f"{MARKS[tone]} {lines[0]}", *lines[1:])
    return replace(box, id=side.prefix + box.id, lines=lines, tone=tone)


def _line(edge: Edge, side: Side, tones: Mapping[str, str]) -> Edge:
    source, target = side.prefix + edge.source, side.prefix + edge.target
    tone = next((tones[end] for end in (source, target) if tones[end] in ("added", "removed")), "")
    return replace(edge, source=source, target=target, tone=tone)


def _level(pairs: Iterable[Pair], before: Drawing, after: Drawing) -> Iterable[tuple[str, str]]:
    """Boxes of counterparts. Neither side goes back, so that no height depends on itself."""
    first, second = ({name: n for n, box in enumerate(drawing.boxes) for name in box.nodes} for drawing in (before, after))
    last = (-1, -1)
    for pair in pairs:
        if pair.before is None or pair.after is None:
            continue
        here = first.get(pair.before.node.name, -1), second.get(pair.after.node.name, -1)
        if here[0] > last[0] and here[1] > last[1]:
            yield before.boxes[here[0]].id, after.boxes[here[1]].id
            last = here
