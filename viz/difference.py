"""Two networks side by side: counterparts at one height; what was added, removed and changed set apart by colour, rim and mark."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from archdsl.cost.comparing.align import Pair, RowPair, align
from archdsl.cost.comparing.differences import layer_differences, row_differences
from archdsl.cost.counting.bill import Bill
from archdsl.cost.counting.layer import Layer
from archdsl.ir.graph import Graph
from archdsl.viz.drawing import Box, Cluster, Drawing, Edge, Legend
from archdsl.viz.legend import MARKS
from archdsl.viz.structure import draw

_WORDS = {"removed": "only in A", "added": "only in B", "changed": "changed", "pale": "the same"}
_WIDTH = 48  # characters of what changed, wrapped
_LINES = 3


class Part(NamedTuple):
    """What became of a row or of a layer, and in words what changed."""

    kind: str
    words: tuple[str, ...]


class Told(NamedTuple):
    """What became of a node, and of the row that it lies in. `number`: of the row among all that are aligned."""

    layer: Part
    row: Part
    number: int


class Side(NamedTuple):
    """One of the two networks: the prefix of its ids, the title of its frame, what became of each node, how many each row has."""

    prefix: str
    title: str
    graph: Graph
    told: Mapping[str, Told]
    sizes: Mapping[int, int]


def side_by_side(before: Graph, after: Graph, depth: float = 1, titles: tuple[str, str] | None = None) -> Drawing:
    """The drawing of two networks, aligned as `archdsl.cost.comparing.align` does.

    Args:
        depth: how many levels of blocks are opened.
        titles: of the two; their names where not given.
    """
    rows = align(Bill(before), Bill(after))
    first, second = titles or (before.name, after.name)
    sides = _side("a", f"A: {first}", before, rows), _side("b", f"B: {second}", after, rows)
    drawn = [_drawn(side, depth) for side in sides]
    boxes = tuple(box for drawing in drawn for box in drawing.boxes)
    tones = {box.tone for box in boxes}
    legend = Legend("", tuple((tone, words) for tone, words in _WORDS.items() if tone in tones))
    return Drawing(
        f"{first} and {second}",
        boxes,
        tuple(edge for drawing in drawn for edge in drawing.edges),
        tuple(cluster for drawing in drawn for cluster in drawing.clusters),
        (legend,),
        tuple(_level(rows, *drawn)),
    )


def _side(prefix: str, title: str, graph: Graph, rows: list[RowPair]) -> Side:
    told: dict[str, Told] = {}
    sizes: dict[int, int] = {}
    for number, row in enumerate(rows):
        whole = Part(row.kind, tuple(row_differences(row)) if row.kind in ("changed", "moved") else ())
        pairs = [(pair, layer) for pair in row.layers if (layer := _of(pair, prefix)) is not None]
        sizes[number] = len(pairs)
        for pair, layer in pairs:
            words = tuple(layer_differences(pair)) if pair.kind == "changed" else ()
            told[layer.node.name] = Told(Part(pair.kind, words), whole, number)
    return Side(prefix, title, graph, told, sizes)


def _of(pair: Pair, prefix: str) -> Layer | None:
    return pair.before if prefix == "a" else pair.after


def _drawn(side: Side, depth: float) -> Drawing:
    """The drawing of one network in a frame of its own, its boxes marked."""
    apart = {name: (told.layer, told.row) for name, told in side.told.items()}
    drawing = draw(side.graph, depth, apart=apart)
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
    if box.kind == "fork":
        return replace(box, id=side.prefix + box.id)
    parts = _parts(box, side)
    kinds = {"changed" if part.kind == "moved" else part.kind for part in parts}
    tone = "pale" if kinds <= {"same"} else kinds.pop() if len(kinds) == 1 else "changed"
    lines = box.lines
    if tone in MARKS and box.kind != "sign":
        lines = (f"{MARKS[tone]} {lines[0]}", *lines[1:])
        lines += tuple(_changes(parts)) if side.prefix == "b" else ()
    return replace(box, id=side.prefix + box.id, lines=lines, tone=tone)


def _parts(box: Box, side: Side) -> list[Part]:
    """What a box stands for: rows where it holds them whole, layers otherwise."""
    told = [side.told[name] for name in (*box.nodes, *box.repeats) if name in side.told]
    whole = sum(side.sizes[number] for number in {node.number for node in told}) == len(told)
    return list(dict.fromkeys(node.row if whole else node.layer for node in told))


def _changes(parts: list[Part]) -> Iterator[str]:
    """What changed, as lines. Shapes stand on the arrows; they are told where nothing else is."""
    words = list(dict.fromkeys(word for part in parts for word in part.words))
    told = [word for word in words if not word.startswith(("input", "output"))] or words
    yield from textwrap.wrap(", ".join(told), _WIDTH, max_lines=_LINES, placeholder=" …", break_on_hyphens=False)


def _line(edge: Edge, side: Side, tones: Mapping[str, str]) -> Edge:
    source, target = side.prefix + edge.source, side.prefix + edge.target
    tone = next((tones[end] for end in (source, target) if tones[end] in ("added", "removed")), "")
    return replace(edge, source=source, target=target, tone=tone)


def _level(rows: Iterable[RowPair], before: Drawing, after: Drawing) -> Iterator[tuple[str, str]]:
    """Boxes of counterparts. Neither side goes back, so that no height depends on itself."""
    first, second = ({name: n for n, box in enumerate(drawing.boxes) for name in box.nodes} for drawing in (before, after))
    last = (-1, -1)
    for a, b in _beside(rows):
        here = first.get(a.node.name, -1), second.get(b.node.name, -1)
        if here[0] > last[0] and here[1] > last[1]:
            yield before.boxes[here[0]].id, after.boxes[here[1]].id
            last = here


def _beside(rows: Iterable[RowPair]) -> Iterator[tuple[Layer, Layer]]:
    """Layers that stand beside each other: the first ones of every row, then those within."""
    for row in rows:
        if row.before is not None and row.after is not None and not row.moved:
            yield row.before.layers[0], row.after.layers[0]
            yield from ((pair.before, pair.after) for pair in row.layers if pair.before and pair.after)
