"""Kinds of layers: what runtimes run in different ways, as far as the graph tells. A device file has coefficients for each.

A kind is a dotted word, from the general to the special: `conv.depthwise.3.s2`. A device that says nothing of it is asked for
`conv.depthwise.3`, `conv.depthwise`, `conv`, and last for `layer`.

The kinds:

    conv.pointwise       1x1, dense; .vector where its map is 1x1, as in squeeze and excitation; .small where that has no more than 49
                         places; otherwise .odd where channels are no multiple of 4; .s2 where it strides
    conv.dense           k x k, dense; .image where no more than 4 channels arrive; .small or .odd as above; .3, .5, .7 or .large by its
                         kernel; .s2
    conv.depthwise       one channel in a group; .odd, kernel and stride as above
    conv.1d, conv.3d     over one or three places; .pointwise where the kernel is 1
    conv.grouped         any other groups; .pointwise where 1x1; .full where the channels of each group are multiples of 16, .odd where
                         they are none of 4; .s2
    norm                 batch norm by itself; norm.folded where it goes into the convolution or linear layer before it
    relu, hswish, ...    an activation by itself; .behind where only it reads a convolution or linear layer, so that it can be fused;
                         .sum where it reads a sum that can be fused itself
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

from collections.abc import Callable

from archdsl.cost.counting.layer import Layer
from archdsl.cost.latency.cases import Case, Mask, split
from archdsl.cost.latency.conv_kinds import BLOCK, WIDE, conv_kinds, multiples
from archdsl.cost.latency.neighbours import Beside
from archdsl.ops import OPERATORS
from archdsl.ops.activation import Activation
from archdsl.ops.arithmetic import Clamp, Div, Gain, L2Norm, Offset, Stack, Sub
from archdsl.ops.attention import MatMul, MergeHeads, OverAxis, SplitHeads
from archdsl.ops.convolution import Conv2d, ConvTranspose
from archdsl.ops.group_norm import GlobalResponseNorm, GroupNorm, InstanceNorm, LocalResponseNorm
from archdsl.ops.join import Add, Concat, Mul, WeightedAdd
from archdsl.ops.lego import ChooseAdd, SharedConv
from archdsl.ops.linear import Linear
from archdsl.ops.norm import BatchNorm, LayerNorm, RMSNorm
from archdsl.ops.opaque import Opaque
from archdsl.ops.operator import Operator
from archdsl.ops.passing import Passing
from archdsl.ops.places import Blocks, Crop, Pad
from archdsl.ops.pool import AdaptivePool, Pool
from archdsl.ops.positions import Embedding, FourierPosition, Rotary, Sinusoidal
from archdsl.ops.readers import Rules
from archdsl.ops.rearrange import Flatten, Shift, Shuffle, Slice
from archdsl.ops.recurrent import Recurrent
from archdsl.ops.reduce import Reduce
from archdsl.ops.reorder import Rearrange, Roll, ToMap
from archdsl.ops.resize import Resize
from archdsl.ops.scale import LayerScale
from archdsl.ops.scores import CausalMask, RelativeBias, RelativeMlp, RepeatHeads, WindowMask
from archdsl.ops.shapes import is_map
from archdsl.ops.smooth import Gate
from archdsl.ops.standardised import StdConv2d
from archdsl.ops.tokens import ClassToken, Position, SelectToken, SliceTokens, TokenMean, Tokens

Rule = Callable[[Layer], list[Case]]
"""The kinds of a layer by itself, for all variants of a grid."""

LARGE = 4_000_000
"""Weights past which no cache holds them from one pass to the next."""


def kinds(layer: Layer, beside: Beside) -> list[Case]:
    """All kinds of a layer, each with where it holds: what it is, and what its layout costs on top.

    Args:
        beside: what `archdsl.cost.latency.neighbours` says of its node.
    """
    stands, more = beside
    found = cases(layer, stands)
    for word in more:
        found += [case for case in split([("", False if word == "start" else _stays(layer))], word) if case[0]]
    return found


def _stays(layer: Layer) -> Mask:
    """Whether a map need not change its layout: an image is read as it comes, and full blocks are put side by side as they are."""
    channels = [shape[0] for shape in layer.inputs]
    if isinstance(layer.node.op, Conv2d):
        image: Mask = channels[0] <= WIDE
        return image
    return isinstance(layer.node.op, Concat) and multiples(BLOCK, *channels)


def cases(layer: Layer, neighbours: str) -> list[Case]:
    """What a layer is: one kind that holds everywhere, or for every variant of a grid just one."""
    rule = LAYER_KINDS.of(layer.node)
    return [(f"{layer.node.op.word}{neighbours}", True)] if neighbours else rule(layer)


def _pool(layer: Layer) -> list[Case]:
    op = layer.node.op
    assert isinstance(op, Pool)
    if not is_map(layer.output):
        return _word(layer)
    stride = op.over(layer.inputs[0]).stride
    return [(f"{op.word}{more}", where) for more, where in split([("", (stride[0] == 1) & (stride[1] == 1))], ".s2")]


def _mul(layer: Layer) -> list[Case]:
    """A gate is a map of 1x1 beside one that is larger."""
    some: Mask = False
    every: Mask = True
    for shape in layer.inputs:
        one = is_map(shape) and (shape[1] == 1) & (shape[2] == 1)
        some, every = some | one, every & one
    gate = some & (not every if isinstance(every, bool) else ~every)
    return [(f"mul{more}", where) for more, where in split([(".gate", gate)], "")]


def _by_input(layer: Layer) -> list[Case]:
    return [(f"{layer.node.op.word}{_kind_of(layer)}", True)]


def _linear(layer: Layer) -> list[Case]:
    if len(layer.output) > 1:
        return [("linear", True)]
    return [(f"linear.vector{more}", where) for more, where in split([(".large", layer.used > LARGE)], "")]


def _adaptive_pool(layer: Layer) -> list[Case]:
    op = layer.node.op
    assert isinstance(op, AdaptivePool)
    return [(f"adaptive_pool{more}", where) for more, where in split([(".global", op.is_global)], "")]


def _kind_of(layer: Layer) -> str:
    """What arrives: nothing for maps, `.tokens` or `.vector` for others."""
    return {1: ".vector", 2: ".tokens"}.get(len(layer.inputs[0]), "")


def _word(layer: Layer) -> list[Case]:
    return [(layer.node.op.word, True)]


def _same(kind: str) -> Rule:
    return lambda layer: [(kind, True)]


TABLE: dict[type[Operator], Rule] = {
    Conv2d: conv_kinds,
    SharedConv: _word,
    ChooseAdd: _word,
    Linear: _linear,
    BatchNorm: _by_input,
    LayerNorm: _by_input,
    RMSNorm: _by_input,
    GroupNorm: _word,
    InstanceNorm: _word,
    GlobalResponseNorm: _word,
    LocalResponseNorm: _word,
    Activation: _word,
    Gate: _word,
    LayerScale: _word,
    AdaptivePool: _adaptive_pool,
    Pool: _pool,
    Add: _by_input,
    Mul: _mul,
    WeightedAdd: _word,
    Concat: _by_input,
    Slice: _by_input,
    Shuffle: _word,
    Shift: _word,
    ConvTranspose: _word,
    Pad: _word,
    Resize: _word,
    Crop: _same("view"),
    Blocks: _word,
    Flatten: _same("view"),
    SelectToken: _same("view"),
    SliceTokens: _same("view"),
    Passing: _same("pass"),
    StdConv2d: _word,
    Recurrent: _word,
    Tokens: _word,
    ClassToken: _word,
    Position: _word,
    TokenMean: _word,
    SplitHeads: _word,
    MergeHeads: _word,
    MatMul: _word,
    OverAxis: _word,
    Reduce: _word,
    Rearrange: _word,
    ToMap: _same("view"),
    Roll: _word,
    RepeatHeads: _word,
    Stack: _word,
    Clamp: _word,
    Sub: _word,
    Div: _word,
    RelativeBias: _word,
    RelativeMlp: _word,
    WindowMask: _word,
    CausalMask: _word,
    Embedding: _word,
    Sinusoidal: _word,
    Rotary: _word,
    FourierPosition: _word,
    Gain: _word,
    Offset: _word,
    L2Norm: _word,
    Opaque: _word,
}

LAYER_KINDS = Rules("kinds of layers", __name__, TABLE)


def _words() -> frozenset[str]:
    """Every kind, and every word above one."""
    sizes = [f"{n}{s}" for n in ("", ".1", ".3", ".5", ".7", ".large") for s in ("", ".s2")]
    found = {
        f"conv{more}" for more in ("", ".pointwise.vector.s2", ".pointwise.s2", ".grouped.pointwise", ".grouped.pointwise.s2")
    }
    found |= {f"conv.{word}.odd.s2" for word in ("pointwise", "grouped", "grouped.pointwise")} | {"conv.pointwise.small.s2"}
    found |= {f"conv.{word}.full.s2" for word in ("grouped", "grouped.pointwise")}
    places = ("dense", "dense.image", "dense.small", "depthwise", "dense.odd", "depthwise.odd")
    found |= {f"conv.{word}{size}" for word in places for size in sizes} | {
        "conv.grouped.s2",
        "conv.1d.pointwise",
        "conv.3d.pointwise",
        "layout.enter",
        "layout.leave",
        "start",
    }
    found |= {f"{op.word}{more}" for op in OPERATORS.values() if issubclass(op, Activation) for more in ("", ".behind", ".sum")}
    found |= {f"{op.word}{more}" for op in TABLE for more in ("", ".tokens", ".vector") if TABLE[op] is _by_input}
    found |= {f"{word}.s2" for word in ("maxpool", "avgpool")}
    found |= {"norm.folded", "add.fused", "mul.gate", "linear.vector.large", "adaptive_pool.global", "view", "pass", *OPERATORS}
    return frozenset(".".join(kind.split(".")[:n]) for kind in found for n in range(1, kind.count(".") + 2))


KINDS = _words()
"""All kinds that a device may have times for."""
