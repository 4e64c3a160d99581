"""Which kernel of a runtime runs each layer, as far as the graph tells: the kinds that a device file has coefficients for.

A kind is a dotted word, from the general to the special: `conv.depthwise.3.s2`. A device that says nothing of it is asked for
`conv.depthwise.3`, `conv.depthwise`, `conv`, and last for `layer`.

What is told apart is what runtimes do in different ways:

    conv.pointwise       1x1, dense; .vector where its map is 1x1, as in squeeze and excitation; .odd where channels are no
                         multiple of 4; .s2 where it strides
    conv.dense           k x k, dense; .image where no more than 4 channels arrive; .odd; .3, .5, .7 or .large by its kernel; .s2
    conv.depthwise       one channel in a group; .odd, kernel and stride as above
    conv.grouped         any other groups; .pointwise where 1x1; .odd where the channels of a group are no multiple of 4; .s2
    norm                 batch norm by itself; norm.folded where it goes into the convolution or linear layer before it
    relu, hswish, ...    an activation by itself; .behind where only it reads a convolution or linear layer, so that it can be fused;
                         .sum behind a sum that can be fused itself
    add                  a sum; .fused where only it reads one of the convolutions that it adds
    mul                  a product; .gate where a 1x1 map is stretched
    linear               of tokens; .vector of a vector, .vector.large with more than 4,000,000 weights, which no cache holds
    adaptive_pool        .global where it makes a 1x1 map
    slice, concat        of maps; .tokens and .vector of others
    view                 flatten and other ways to look at the same memory
    pass                 identity, and dropout at inference

    start                on top of the first layer: what a pass takes however little it does
    layout.enter         on top of a convolution or pooling that reads what came in, was sliced, shuffled or put together: runtimes
                         keep maps between convolutions in a layout of their own
    layout.leave         on top of what is none of these and reads a map in that layout

All other operators go by their own word. The kind follows from the graph's structure; where it depends on a size that differs within
a grid (a kernel that is swept), a layer has several kinds, each with the variants for which it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from archdsl.cost.counting.layer import Layer
from archdsl.exact.truth import Truth
from archdsl.ir.graph import Graph, Node
from archdsl.ops import OPERATORS
from archdsl.ops.activation import Activation
from archdsl.ops.convolution import Conv2d
from archdsl.ops.join import Add, Concat, Mul, WeightedAdd
from archdsl.ops.linear import Linear
from archdsl.ops.norm import BatchNorm, LayerNorm
from archdsl.ops.operator import Operator
from archdsl.ops.passing import Dropout, DropPath, Identity
from archdsl.ops.pool import AdaptivePool, AvgPool, MaxPool
from archdsl.ops.rearrange import Flatten, Slice
from archdsl.ops.scale import LayerScale
from archdsl.ops.tokens import SelectToken

Truths = bool | Truth
Beside = tuple[str, tuple[str, ...]]
"""Where a layer stands, and what comes on top of it."""
Case = tuple[str, Truths]
"""A kind, and where it holds: True, or the variants of a grid."""

QUAD, BLOCK = 4, 16
"""What runtimes want channels to be a multiple of, so that vectors and blocks of them are full."""
LARGE = 4_000_000
"""Weights past which no cache holds them from one pass to the next."""
WIDE = 4
"""Channels of what is still an image."""


class Neighbours:
    """What of a layer's kind follows from what stands beside it, worked out once for a graph."""

    def __init__(self, graph: Graph):
        self.graph = graph
        self.readers = graph.readers()
        self.folded = self._folded()
        self.inner = self._inner()
        self.first = next((node.name for node in graph if node.inputs), "")

    def of(self, node: Node) -> Beside:
        """What stands beside a node.

        First `.folded` of a batch norm, `.behind` or `.sum` of an activation, `.fused` of a sum, or nothing. Then those of `start`,
        `layout.enter` and `layout.leave` that come on top.
        """
        more = ("start",) if node.name == self.first else ()
        if node.name in self.folded:
            return ".folded", more
        if isinstance(node.op, Activation):
            return self._stands(node), more
        crosses = self._crosses(node)
        return ".fused" if isinstance(node.op, Add) and self._fuses(node) else "", (*more, crosses) if crosses else more

    def _inner(self) -> dict[str, bool]:
        """Which maps are in the layout of convolutions: what they, and pooling, make, and what is done to it value by value."""
        found: dict[str, bool] = {}
        for node in self.graph:
            if isinstance(node.op, FOLLOWING):
                found[node.name] = any(found[source] for source in node.inputs)
            else:
                found[node.name] = isinstance(node.op, LAID_OUT)
        return found

    def _crosses(self, node: Node) -> str:
        """Whether a map is brought into that layout, or out of it, for a node. The first reader of a map pays for all."""
        if isinstance(node.op, (*FOLLOWING, *PASSING)):
            return ""
        inside = isinstance(node.op, LAID_OUT)
        for source in node.inputs:
            other = len(self.graph[source].shape) == 3 and self.inner[source] != inside
            if other and self._first(source, inside) == node.name:
                return "layout.enter" if inside else "layout.leave"
        return ""

    def _first(self, source: str, inside: bool) -> str:
        """The first reader of a map that wants it in the layout, or out of it."""
        for name in self.readers[source]:
            op = self.graph[name].op
            if not isinstance(op, (*FOLLOWING, *PASSING)) and isinstance(op, LAID_OUT) == inside:
                return name
        return ""

    def _folded(self) -> frozenset[str]:
        """Batch norms that a convolution, or a linear layer of vectors, takes in: nothing else reads that layer."""
        found: set[str] = set()
        for node in self.graph:
            if not isinstance(node.op, BatchNorm) or len(self.readers[node.inputs[0]]) != 1:
                continue
            source = self.graph[node.inputs[0]]
            vector = isinstance(source.op, Linear) and len(source.shape) == 1
            if isinstance(source.op, Conv2d) or vector or source.name in found:
                found.add(node.name)
        return frozenset(found)

    def _maker(self, name: str) -> Node | None:
        """What makes the tensor of a node, past what is folded or does nothing; None where others read it too."""
        while len(self.readers[name]) == 1:
            node = self.graph[name]
            if node.name not in self.folded and not isinstance(node.op, PASSING):
                return node
            name = node.inputs[0]
        return None

    def _stands(self, node: Node) -> str:
        maker = self._maker(node.inputs[0])
        if maker is not None and isinstance(maker.op, (Conv2d, Linear)):
            return ".behind"
        return ".sum" if maker is not None and isinstance(maker.op, Add) and self._fuses(maker) else ""

    def _fuses(self, node: Node) -> bool:
        makers = [self._maker(source) for source in node.inputs]
        return len(makers) == 2 and any(maker is not None and isinstance(maker.op, Conv2d) for maker in makers)


def kinds(layer: Layer, beside: Beside) -> list[Case]:
    """All kinds of a layer, each with where it holds: what it is, and what its layout costs on top.

    Args:
        beside: what `Neighbours.of` says of its node.
    """
    stands, more = beside
    found = cases(layer, stands)
    for word in more:
        found += [case for case in _split([("", False if word == "start" else _stays(layer))], word) if case[0]]
    return found


def _stays(layer: Layer) -> Truths:
    """Whether a map need not change its layout: an image is read as it comes, and full blocks are put side by side as they are."""
    channels = [shape[0] for shape in layer.inputs]
    if isinstance(layer.node.op, Conv2d):
        image: Truths = channels[0] <= WIDE
        return image
    full: Truths = isinstance(layer.node.op, Concat)
    for count in channels if full else ():
        full = full & (count % BLOCK == 0)
    return full


def cases(layer: Layer, neighbours: str) -> list[Case]:
    """What a layer is: one kind that holds everywhere, or for every variant of a grid just one."""
    op = layer.node.op
    if isinstance(op, PASSING):
        return [("pass", True)]
    if isinstance(op, VIEWS):
        return [("view", True)]
    rule = RULES.get(type(op))
    if rule is not None and not neighbours:
        return rule(layer)
    return [(f"{op.word}{neighbours}", True)]


def _split(cases: Sequence[tuple[str, Truths]], last: str) -> Iterator[Case]:
    """Words by the first condition that holds, and the last word where none does."""
    rest: Truths = True
    for word, condition in cases:
        here = rest & condition
        if here is not False:
            yield word, here
        rest = rest & (not condition if isinstance(condition, bool) else ~condition)
        if rest is False:
            return
    yield last, rest


def _joined(cases: Sequence[Case], others: Sequence[Case]) -> list[Case]:
    """Every word of the one with every word of the other, where both hold."""
    found = [(word + other, condition & where) for word, condition in cases for other, where in others]
    return [(word, where) for word, where in found if where is not False]


def _conv(layer: Layer) -> list[Case]:
    op, (channels, *_) = layer.node.op, layer.inputs[0]
    assert isinstance(op, Conv2d)
    _, height, width = layer.output
    pointwise = (op.kernel[0] == 1) & (op.kernel[1] == 1)
    strides = list(_split([("", (op.stride[0] == 1) & (op.stride[1] == 1))], ".s2"))
    sizes = _joined(list(_sizes(op.kernel)), strides)
    full = ((channels // op.groups) % QUAD == 0) & ((op.out // op.groups) % QUAD == 0)
    partly = list(_split([("", full)], ".odd"))
    one = list(_split([(".vector", (height == 1) & (width == 1))], ""))
    image = channels <= WIDE
    even = (channels % QUAD == 0) & (op.out % QUAD == 0)
    odd = list(_split([("", even)], ".odd"))
    found: list[Case] = []
    groups = [("dense", op.groups == 1), ("depthwise", (op.groups == channels) & (op.out == channels))]
    for word, condition in _split(groups, "grouped"):
        for shape, where in _split([(".pointwise", pointwise)], ""):
            more: Sequence[Case] = sizes
            if word == "dense" and shape:
                more = _joined(_joined(one, odd), strides)
            elif word == "dense":
                more = _joined(list(_split([(".image", image), ("", even)], ".odd")), sizes)
            elif word == "depthwise":
                more = _joined(odd, sizes)
            else:
                more = _joined(partly, strides)
            kind = "conv.pointwise" if word == "dense" and shape else f"conv.{word}{shape if word == 'grouped' else ''}"
            found += _joined([(kind, condition & where)], more)
    return [(word, where) for word, where in found if where is not False]


def _sizes(kernel: tuple[Any, Any]) -> Iterator[Case]:
    side = kernel[0]
    square = kernel[0] == kernel[1]
    return _split([(f".{n}", square & (side == n)) for n in (1, 3, 5, 7)], ".large")


def _pool(layer: Layer) -> list[Case]:
    op = layer.node.op
    assert isinstance(op, (MaxPool, AvgPool))
    stride = op.steps
    return [(f"{op.word}{more}", where) for more, where in _split([("", (stride[0] == 1) & (stride[1] == 1))], ".s2")]


def _mul(layer: Layer) -> list[Case]:
    """A gate is a map of 1x1 beside one that is larger."""
    some: Truths = False
    every: Truths = True
    for shape in layer.inputs:
        one = len(shape) == 3 and (shape[1] == 1) & (shape[2] == 1)
        some, every = some | one, every & one
    gate = some & (not every if isinstance(every, bool) else ~every)
    return [(f"mul{more}", where) for more, where in _split([(".gate", gate)], "")]


def _by_input(layer: Layer) -> list[Case]:
    return [(f"{layer.node.op.word}{_kind_of(layer)}", True)]


def _linear(layer: Layer) -> list[Case]:
    if len(layer.output) > 1:
        return [("linear", True)]
    return [(f"linear.vector{more}", where) for more, where in _split([(".large", layer.params > LARGE)], "")]


def _adaptive_pool(layer: Layer) -> list[Case]:
    op = layer.node.op
    assert isinstance(op, AdaptivePool)
    kept = (op.size[0] == 1) & (op.size[1] == 1)
    return [(f"adaptive_pool{more}", where) for more, where in _split([(".global", kept)], "")]


def _kind_of(layer: Layer) -> str:
    """What arrives: nothing for maps, `.tokens` or `.vector` for others."""
    return {1: ".vector", 2: ".tokens"}.get(len(layer.inputs[0]), "")


PASSING: tuple[type[Operator], ...] = (Identity, Dropout, DropPath)
VIEWS: tuple[type[Operator], ...] = (Flatten, SelectToken)
LAID_OUT: tuple[type[Operator], ...] = (Conv2d, MaxPool, AvgPool, AdaptivePool)
FOLLOWING: tuple[type[Operator], ...] = (Activation, BatchNorm, Add, Mul, WeightedAdd, LayerScale, *PASSING)

RULES: dict[type[Operator], Callable[[Layer], list[Case]]] = {
    Conv2d: _conv,
    Linear: _linear,
    BatchNorm: _by_input,
    LayerNorm: _by_input,
    Add: _by_input,
    Mul: _mul,
    Slice: _by_input,
    Concat: _by_input,
    AdaptivePool: _adaptive_pool,
    MaxPool: _pool,
    AvgPool: _pool,
}


def _words() -> frozenset[str]:
    """Every kind, and every word above one."""
    sizes = [f"{n}{s}" for n in ("", ".1", ".3", ".5", ".7", ".large") for s in ("", ".s2")]
    found = {
        f"conv{more}" for more in ("", ".pointwise.vector.s2", ".pointwise.s2", ".grouped.pointwise", ".grouped.pointwise.s2")
    }
    found |= {f"conv.{word}.odd.s2" for word in ("pointwise", "pointwise.vector", "grouped", "grouped.pointwise")}
    places = ("dense", "dense.image", "depthwise", "dense.odd", "depthwise.odd")
    found |= {f"conv.{word}{size}" for word in places for size in sizes} | {
        "conv.grouped.s2",
        "layout.enter",
        "layout.leave",
        "start",
    }
    found |= {f"{op.word}{more}" for op in OPERATORS.values() if issubclass(op, Activation) for more in ("", ".behind", ".sum")}
    found |= {f"{op.word}{more}" for op in RULES for more in ("", ".tokens", ".vector") if RULES[op] is _by_input}
    found |= {f"{word}.s2" for word in ("maxpool", "avgpool")}
    found |= {"norm.folded", "add.fused", "mul.gate", "linear.vector.large", "adaptive_pool.global", "view", "pass", *OPERATORS}
    return frozenset(".".join(kind.split(".")[:n]) for kind in found for n in range(1, kind.count(".") + 2))


KINDS = _words()
"""All kinds that a device may have times for."""
