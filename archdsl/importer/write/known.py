"""Operators that the shared blocks of the zoo stand for: gates of channels, attention, perceptrons."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from archdsl.importer.write.values import arguments, defaults
from archdsl.ir.graph import Graph, Node
from archdsl.ops.activation import Activation
from archdsl.ops.attention import MatMul, MergeHeads, Softmax, SplitHeads
from archdsl.ops.convolution import Conv2d
from archdsl.ops.join import Mul
from archdsl.ops.linear import Linear
from archdsl.ops.pool import AdaptivePool
from archdsl.ops.rearrange import Slice
from archdsl.ops.scores import RelativeBias, WindowMask

MOST = 16
"""Denominator up to which a ratio of channels is one that somebody chose."""


class Found(NamedTuple):
    """A call of a shared block.

    Attributes:
        word: the block.
        args: of the call.
        nodes: that it stands for, from the first that runs to the last.
    """

    word: str
    args: dict[str, Any]
    nodes: list[Node]


class Apart(Exception):
    """The operators are not those of the block."""


def known(graph: Graph) -> Iterator[Found]:
    """The shared blocks that a graph is made of, none of whose inner tensors anything else reads."""
    readers = graph.readers()
    order = {node.name: place for place, node in enumerate(graph)}
    shared = {name for node in graph if node.shared for name in (node.name, node.shared)}
    for node in graph:
        form = FORMS.get(type(node.op))
        if form is None:
            continue
        try:
            word, args, names = form(graph, node)
        except Apart:
            continue
        inside = set(names)
        inner = inside - {node.name}
        if inside & shared or inner & graph.ends or any(not inside.issuperset(readers[name]) for name in inner):
            continue
        yield Found(word, args, [graph[name] for name in sorted(inside, key=order.__getitem__)])


Form = tuple[str, dict[str, Any], list[str]]


def _made_by(graph: Graph, name: str, kind: type, *usual: str, **wanted: Any) -> Node:
    """The node that makes a tensor. Raises Apart where it is of another kind, or has other arguments than wanted and the usual ones."""
    node = graph[name]
    if not isinstance(node.op, kind):
        raise Apart
    given, known = arguments(node.op), defaults(type(node.op))
    if any(given[key] != value for key, value in wanted.items()) or any(given[key] != known[key] for key in usual):
        raise Apart
    return node


def _of(node: Node, name: str) -> Any:
    """An argument of the operator of a node."""
    return getattr(node.op, name)


def _activation(graph: Graph, name: str) -> Node:
    node = graph[name]
    if not isinstance(node.op, Activation) or node.op.arguments():
        raise Apart
    return node


def _gate(graph: Graph, end: Node) -> Form:
    """Squeeze and excitation (Hu et al. 2018)."""
    if len(end.inputs) != 2:
        raise Apart
    for gate, passed in (end.inputs, end.inputs[::-1]):
        try:
            names = [gate]
            by = _activation(graph, gate)
            excite = _pointwise(graph, by.inputs[0])
            act = _activation(graph, excite.inputs[0])
            squeeze = _pointwise(graph, act.inputs[0])
            pool = _made_by(graph, squeeze.inputs[0], AdaptivePool)
        except Apart:
            continue
        names += [excite.name, act.name, squeeze.name, pool.name]
        if pool.inputs == (passed,) and not pool.op.arguments():
            return "squeeze_excite", {"hidden": _of(squeeze, "out"), "nl": act.op.word, "by": by.op.word}, [*names, end.name]
    raise Apart


def _pointwise(graph: Graph, name: str) -> Node:
    usual = [key for key in defaults(Conv2d) if key not in ("bias", "kernel", "padding")]
    return _made_by(graph, name, Conv2d, *usual, bias=True, kernel=1)


def _attention(graph: Graph, end: Node) -> Form:
    """Attention of one sequence, whose queries, keys and values come out of one linear layer; of windows, if it has a bias for offsets."""
    _made_by(graph, end.name, Linear, bias=True)
    merge = _made_by(graph, end.inputs[0], MergeHeads)
    mix = _made_by(graph, merge.inputs[0], MatMul, "transpose", "scaled")
    softmax = _made_by(graph, mix.inputs[0], Softmax, "over")
    names = [end.name, merge.name, mix.name, softmax.name]
    args: dict[str, Any] = {}
    at = graph[softmax.inputs[0]]
    if isinstance(at.op, WindowMask):
        args = _mask(at)
        names.append(at.name)
        at = graph[at.inputs[0]]
    if isinstance(at.op, RelativeBias) or args:
        args = {**_bias(graph, at, args), **args}
        names.append(at.name)
        at = graph[at.inputs[0]]
    scores = _made_by(graph, at.name, MatMul, transpose=True, scaled=True)
    parts = [*scores.inputs, mix.inputs[1]]
    heads = [_made_by(graph, name, SplitHeads) for name in parts]
    slices = [_made_by(graph, head.inputs[0], Slice) for head in heads]
    layers = {piece.inputs[0] for piece in slices}
    qkv = _made_by(graph, layers.pop(), Linear)
    dim, arriving = _of(end, "out"), graph[qkv.inputs[0]].shape[-1]
    cuts = [(_of(piece, "start"), _of(piece, "stop")) for piece in slices]
    count = {_of(head, "heads") for head in heads}
    even = cuts == [(0, dim), (dim, 2 * dim), (2 * dim, 3 * dim)] and _of(qkv, "out") == 3 * dim
    if layers or not even or dim != arriving or len(count) > 1 or len(set(parts)) < 3 or (args and not _of(qkv, "bias")):
        raise Apart
    names += [scores.name, *parts, *(piece.name for piece in slices), qkv.name]
    word, more = ("window_attention", args) if args else ("attention", {"bias": _of(qkv, "bias")})
    return word, {"heads": count.pop(), **more}, names


def _mask(node: Node) -> dict[str, Any]:
    given = arguments(node.op)
    if given["value"] != defaults(WindowMask)["value"] or any(
        isinstance(given[name], tuple) for name in ("map", "shifts", "window")
    ):
        raise Apart
    return {"shift": given["shifts"], "side": given["map"], "size": given["window"]}


def _bias(graph: Graph, node: Node, masked: dict[str, Any]) -> dict[str, Any]:
    _made_by(graph, node.name, RelativeBias, *(name for name in defaults(RelativeBias) if name != "heads_first"))
    given = arguments(node.op)
    if isinstance(given["window"], tuple) or masked.get("size", given["window"]) != given["window"]:
        raise Apart
    return {"size": given["window"], "shift": 0, "side": None, "heads_first": given["heads_first"]}


def _mlp(graph: Graph, end: Node) -> Form:
    """Two linear layers with an activation between them, with as many channels after it as before."""
    act = _activation(graph, end.inputs[0])
    first = _made_by(graph, act.inputs[0], Linear, bias=True)
    _made_by(graph, end.name, Linear, bias=True)
    dim = graph[first.inputs[0]].shape[-1]
    ratio = Fraction(_of(first, "out"), dim)
    if _of(end, "out") != dim or ratio.denominator > MOST or ratio < 1:
        raise Apart
    plain = int(ratio) if ratio.denominator == 1 else ratio
    return "mlp", {"ratio": plain, "act": act.op.word}, [end.name, act.name, first.name]


def _linear(graph: Graph, end: Node) -> Form:
    try:
        return _attention(graph, end)
    except Apart:
        return _mlp(graph, end)


FORMS = {Mul: _gate, Linear: _linear}
"""What a block is told by: its last operator."""
