"""The longest path of a convolutional network: how many layers deep it is, how wide each is, and at which scales.

Papers on entropy write of networks that are a chain of convolutions. For any other network, "layer i of L" is said here so:

* The *layers* are convolutions. Norms, activations, pooling and shortcuts count for nothing, as in the papers. So does what sees the whole
  image (the gate of squeeze and excitation, all behind global pooling): the papers stop before the pooling, and their code gives
  squeeze and excitation no layer.
* The *width* of a layer is w = c k² / g: channels that arrive, elements of the kernel (of one, two or three places), groups. Of a
  depthwise convolution it is k².
* Where paths lie beside each other (a shortcut, the halves of a split), the one with the most layers is followed, and of equally deep ones
  the widest. A split over two paths is then as wide as a convolution in two groups.
* Of several outputs the path to the first is meant.
* A *scale* ends at the tensor that enters the outermost block in which the map shrinks once, or the operator that shrinks it where no
  block does. The last one ends at the last map. Where no single tensor stands between two sizes of maps (HRNet), they are one scale.

Refused is what these words do not fit: paths that begin or end in several maps, maps that grow again, and operators with
multiply-accumulates, before or behind, that are neither convolutions nor linear (attention, recurrence, an opaque step).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from typing import Any, NamedTuple, NoReturn

from archdsl.cost.counting.bill import having
from archdsl.cost.memory.receptive import View, receptive_fields
from archdsl.errors import InputError
from archdsl.exact import one_answer, select
from archdsl.exact.logarithm import log
from archdsl.ir.graph import Graph, Node
from archdsl.ops.convolution import Convolving
from archdsl.ops.linear import Linear
from archdsl.ops.operator import Dim, NoMacs, Operator
from archdsl.ops.select import Select


class Length(NamedTuple):
    """How long a path is.

    Attributes:
        layers: convolutions on it.
        widths: the sum of the logarithms of their widths, in the unit of `archdsl.exact.logarithm`.
    """

    layers: Dim
    widths: Dim


NOTHING = Length(0, 0)


@dataclass(frozen=True, eq=False)
class Piece:
    """From one tensor that every path leads through to the next.

    Attributes:
        end: the node that makes the next one.
        length: of the longest path between them.
    """

    end: Node
    length: Length


@dataclass(frozen=True, eq=False)
class Scale:
    """A part of the longest path that works on maps of one size.

    Attributes:
        pieces: in the order in which they run.
    """

    pieces: tuple[Piece, ...]

    @property
    def features(self) -> tuple[Dim, ...]:
        """Channels and places of the map at its end."""
        return self.pieces[-1].end.shape


def scales(graph: Graph) -> list[Scale]:
    """The longest path, scale by scale.

    Raises:
        InputError: the network is not of the kind for which it is defined; says why.
        Disagreement: networks of a grid differ in it.
    """
    _check(graph)
    views = receptive_fields(graph, sizes=False)
    reaching = _reaching(graph)
    inside = [node for node in graph if node.name in reaching and views[node.name].field is not None]
    cuts = _cuts(graph, inside)
    pieces = list(_pieces(graph, inside, cuts))
    if not any(piece.length.layers for piece in pieces):
        _refuse(graph, "it has no convolution on the path to its last map")
    ends = _ends(graph, [inside[place] for place in cuts], views)
    return [
        Scale(tuple(pieces[first:last])) for first, last in zip((0, *ends), (*ends, len(pieces)), strict=True) if last > first
    ]


def _refuse(graph: Graph, why: str) -> NoReturn:
    raise InputError(f"entropy and effectiveness are defined for networks of convolutions; {graph.name} is none: {why}")


def _reaching(graph: Graph) -> set[str]:
    """The nodes whose tensors reach the first output; others, such as the head that helps training, are left out."""
    found = {graph.output}
    for node in reversed(graph.nodes.values()):
        if node.name in found:
            found.update(node.inputs)
    return found


def _check(graph: Graph) -> None:
    for node in graph:
        plain = isinstance(node.op, NoMacs) and type(node.op).products is Operator.products
        if not plain and not isinstance(node.op, (Convolving, Linear)):
            _refuse(graph, f"it has the operator {node.op.word} ('{node.name}')")


def _cuts(graph: Graph, inside: list[Node]) -> list[int]:
    """Places of the nodes that every path leads through, the first and the last among them."""
    places = {node.name: place for place, node in enumerate(inside)}
    last = dict.fromkeys(range(len(inside)), len(inside))
    for place, node in enumerate(inside):
        last.update({places[name]: place for name in node.inputs if name in places})
    if sum(not node.inputs for node in inside) != 1:
        _refuse(graph, "it has no map to begin with" if not inside else "several maps come in")
    cuts, reach = [], 0
    for place in range(len(inside)):
        if reach <= place:
            cuts.append(place)
        reach = max(reach, last[place])
    if cuts[-1] != len(inside) - 1:
        _refuse(graph, "its paths end in several maps")
    return cuts


def _pieces(graph: Graph, inside: list[Node], cuts: list[int]) -> Iterator[Piece]:
    for first, last in pairwise(cuts):
        found = {inside[first].name: NOTHING}
        for node in inside[first + 1 : last + 1]:
            arriving = [found[name] for name in node.inputs if name in found]
            if isinstance(node.op, Select):
                found[node.name] = _taken(node.op, arriving)
                continue
            with having(node):
                found[node.name] = _and(graph, reduce(_longer, arriving), node)
        yield Piece(inside[last], found[inside[last].name])


def _taken(op: Select, lengths: list[Length]) -> Length:
    """The length of whichever alternative each variant of a grid takes."""
    from archdsl.exact.selection import chosen

    return Length(*(chosen(op.masks, side) for side in zip(*lengths, strict=True)))


def _same(numbers: Sequence[Dim]) -> bool:
    return all(isinstance(number, int) and number == numbers[0] for number in numbers)


def _and(graph: Graph, length: Length, node: Node) -> Length:
    """A path with one more node."""
    op = node.op
    if not isinstance(op, Convolving):
        return length if isinstance(op, NoMacs) else _refuse(graph, f"'{node.name}' is a {op.word} layer over places")
    arriving = graph[node.inputs[0]].shape
    kernel = op.over(arriving).kernel
    width = log(arriving[0] // op.groups) + sum(log(extent) for extent in kernel)
    return Length(length.layers + 1, length.widths + width)


def _longer(a: Length, b: Length) -> Length:
    first = (a.layers > b.layers) | ((a.layers == b.layers) & (a.widths >= b.widths))
    layers = a.layers if _same((a.layers, b.layers)) else select(first, a.layers, b.layers)
    return Length(layers, select(first, a.widths, b.widths))


def _ends(graph: Graph, cuts: list[Node], views: dict[str, View]) -> list[int]:
    """How many pieces lie before the end of each scale but the last."""
    shrinking = [place for place in range(1, len(cuts)) if _shrinks(graph, cuts[place - 1], cuts[place], views)]
    frames = [{frame.path for frame in cut.scope if frame.kind == "block"} for cut in cuts]
    ends = []
    for place in shrinking:
        scope = [frame.path for frame in cuts[place].scope if frame.kind == "block"]
        block = next((path for path in scope if sum(path in frames[other] for other in shrinking) == 1), None)
        ends.append(next(other for other in range(place + 1) if block in frames[other]) - 1 if block else place - 1)
    return sorted(set(ends))


def _shrinks(graph: Graph, before: Node, after: Node, views: dict[str, View]) -> bool:
    pairs: list[tuple[Any, Any]] = list(zip(views[before.name].stride or (), views[after.name].stride or (), strict=True))
    if any(not (a is b or one_answer(b >= a)) for a, b in pairs):
        _refuse(graph, f"its maps grow again at '{after.name}'")
    return any(not (a is b or one_answer(a == b)) for a, b in pairs)
