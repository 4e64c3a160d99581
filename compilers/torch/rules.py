"""How each operator becomes PyTorch: one table from operator class to rule.

A `Layer` makes a submodule, which stands at the node's name in the module tree. A `Call` adds a function to the forward pass and leaves
no trace in the tree. Weighted layers are made on the meta device: `initialise` gives them their values, once.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import fx, nn

from archdsl.compilers.torch.layers import Shift, Shuffle, TokenNorm, TokenPReLU
from archdsl.ops import Operator, Shape
from archdsl.ops.activation import GELU, HardSigmoid, HardSwish, LeakyReLU, PReLU, ReLU, ReLU6, Sigmoid, SiLU, Tanh
from archdsl.ops.convolution import Conv2d
from archdsl.ops.join import Add, Concat, Mul
from archdsl.ops.linear import Linear
from archdsl.ops.norm import BatchNorm
from archdsl.ops.operator import channel_axis, pads
from archdsl.ops.passing import Dropout, Identity
from archdsl.ops.pool import AdaptivePool, AvgPool, MaxPool
from archdsl.ops.rearrange import Flatten, Pad, Slice, Upsample
from archdsl.ops.rearrange import Shift as ShiftOp
from archdsl.ops.rearrange import Shuffle as ShuffleOp


class Layer(NamedTuple):
    """Rule of an operator that becomes a submodule: `make(op, input_shapes, in_place)`; shapes have no batch axis."""

    make: Callable[[Any, tuple[Shape, ...], bool], nn.Module]


class Call(NamedTuple):
    """Rule of an operator that becomes a function: `emit(op, input_shapes, fx_graph, arguments)` gives the fx node of the result."""

    emit: Callable[[Any, tuple[Shape, ...], fx.Graph, list[fx.Node]], fx.Node]


Rule = Layer | Call


def _conv(op: Conv2d, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    padding = pads(op.padding, op.kernel, op.dilation)
    channels = shapes[0][0]
    return nn.Conv2d(channels, op.out, op.kernel, op.stride, padding, op.dilation, op.groups, op.bias, device="meta")


def _linear(op: Linear, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    return nn.Linear(shapes[0][-1], op.out, op.bias, device="meta")


def _norm(op: BatchNorm, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    made = {1: nn.BatchNorm1d, 2: TokenNorm, 3: nn.BatchNorm2d}[len(shapes[0])]
    return made(shapes[0][channel_axis(shapes[0])], op.eps, op.momentum, op.affine, device="meta")


def _max_pool(op: MaxPool, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    return nn.MaxPool2d(op.kernel, op.steps, pads(op.padding, op.kernel), ceil_mode=op.ceil)


def _avg_pool(op: AvgPool, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    return nn.AvgPool2d(op.kernel, op.steps, pads(op.padding, op.kernel), op.ceil, op.count_padding)


def _adaptive_pool(op: AdaptivePool, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    return nn.AdaptiveAvgPool2d(op.size) if op.mode == "avg" else nn.AdaptiveMaxPool2d(op.size)


def _prelu(op: PReLU, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    if op.shared:
        return nn.PReLU(1, op.slope)
    channels = shapes[0][channel_axis(shapes[0])]
    return TokenPReLU(channels, op.slope) if len(shapes[0]) == 2 else nn.PReLU(channels, op.slope)


def _upsample(op: Upsample, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    return nn.Upsample(scale_factor=op.scale, mode=op.mode, align_corners=False if op.mode == "bilinear" else None)


def _pad(op: Pad, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    made: dict[str, Any] = {"zeros": nn.ZeroPad2d, "reflect": nn.ReflectionPad2d, "replicate": nn.ReplicationPad2d}
    return made[op.mode](op.sides)  # type: ignore[no-any-return]


def _overwriting(made: Callable[..., nn.Module]) -> Layer:
    """An activation that torch.nn offers in place."""
    return Layer(lambda op, shapes, in_place: made(inplace=in_place))


def _slice(op: Slice, shapes: tuple[Shape, ...], graph: fx.Graph, arguments: list[fx.Node]) -> fx.Node:
    axis = 1 + channel_axis(shapes[0])
    return graph.call_function(torch.narrow, (arguments[0], axis, op.start, op.stop - op.start))


def _concat(op: Concat, shapes: tuple[Shape, ...], graph: fx.Graph, arguments: list[fx.Node]) -> fx.Node:
    return graph.call_function(torch.cat, (arguments, 1 + op.along(shapes[0])))


def _flatten(op: Flatten, shapes: tuple[Shape, ...], graph: fx.Graph, arguments: list[fx.Node]) -> fx.Node:
    return graph.call_function(torch.flatten, (arguments[0], 1))


def _fold(combine: Callable[[Any, Any], Any]) -> Call:
    """A function of two tensors over all inputs, from the left."""

    def emit(op: Operator, shapes: tuple[Shape, ...], graph: fx.Graph, arguments: list[fx.Node]) -> fx.Node:
        result = arguments[0]
        for argument in arguments[1:]:
            result = graph.call_function(combine, (result, argument))
        return result

    return Call(emit)


RULES: dict[type[Operator], Rule] = {
    Conv2d: Layer(_conv),
    Linear: Layer(_linear),
    BatchNorm: Layer(_norm),
    ReLU: _overwriting(nn.ReLU),
    ReLU6: _overwriting(nn.ReLU6),
    HardSwish: _overwriting(nn.Hardswish),
    HardSigmoid: _overwriting(nn.Hardsigmoid),
    SiLU: _overwriting(nn.SiLU),
    LeakyReLU: Layer(lambda op, shapes, in_place: nn.LeakyReLU(op.slope, inplace=in_place)),
    Sigmoid: Layer(lambda op, shapes, in_place: nn.Sigmoid()),
    Tanh: Layer(lambda op, shapes, in_place: nn.Tanh()),
    GELU: Layer(lambda op, shapes, in_place: nn.GELU(op.approximate)),
    PReLU: Layer(_prelu),
    MaxPool: Layer(_max_pool),
    AvgPool: Layer(_avg_pool),
    AdaptivePool: Layer(_adaptive_pool),
    Dropout: Layer(lambda op, shapes, in_place: nn.Dropout(op.rate)),
    Identity: Layer(lambda op, shapes, in_place: nn.Identity()),
    ShuffleOp: Layer(lambda op, shapes, in_place: Shuffle(op.groups)),
    ShiftOp: Layer(lambda op, shapes, in_place: Shift(shapes[0][0], op.kernel, op.dilation)),
    Pad: Layer(_pad),
    Upsample: Layer(_upsample),
    Slice: Call(_slice),
    Concat: Call(_concat),
    Flatten: Call(_flatten),
    Add: _fold(operator.add),
    Mul: _fold(operator.mul),
}
