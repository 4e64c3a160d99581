"""How each operator becomes PyTorch: one table from operator class to rule.

A `Layer` makes a submodule, which stands at the node's name in the module tree. A `Call` adds a function to the forward pass and
leaves no trace in the tree. Weighted layers are made on the meta device: `initialise` gives them their values, once. The rules of
maps are in `maps`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import torch
from torch import fx, nn

from archdsl.compilers.torch import activations, norms, recurrent, sharing, tokens
from archdsl.compilers.torch.axis_rules import AXES
from archdsl.compilers.torch.layers import TokenNorm, TokenPReLU
from archdsl.compilers.torch.maps import MAPS
from archdsl.compilers.torch.rule import Call, Layer, Rule, Write
from archdsl.ops import Operator, Shape
from archdsl.ops.activation import GELU, HardSigmoid, HardSwish, LeakyReLU, PReLU, ReLU, ReLU6, Sigmoid, SiLU, Tanh
from archdsl.ops.attention import MatMul, MergeHeads, SplitHeads
from archdsl.ops.group_norm import GlobalResponseNorm, GroupNorm, InstanceNorm, LocalResponseNorm
from archdsl.ops.join import Add, Concat, Mul, WeightedAdd
from archdsl.ops.linear import Linear
from archdsl.ops.norm import BatchNorm, LayerNorm, RMSNorm
from archdsl.ops.passing import Dropout, DropPath, Identity
from archdsl.ops.readers import Rules
from archdsl.ops.rearrange import Flatten, Slice
from archdsl.ops.recurrent import GRU, LSTM
from archdsl.ops.scale import LayerScale
from archdsl.ops.shapes import Map, Sequence, Vector, channel_axis, is_map, typed
from archdsl.ops.smooth import (
    CELU,
    ELU,
    GLU,
    SELU,
    Hardtanh,
    LogSigmoid,
    Mish,
    QuickGELU,
    Softplus,
    Softsign,
    SquaredReLU,
    SwiGLU,
)
from archdsl.ops.tokens import ClassToken, Position, SelectToken, SliceTokens, TokenMean, Tokens

NORM: dict[int, type[nn.Module]] = {1: nn.BatchNorm1d, 2: nn.BatchNorm2d, 3: nn.BatchNorm3d}
"""Batch norm of maps by the number of their places."""


def _linear(op: Linear, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    return nn.Linear(shapes[0][-1], op.out, op.bias, device="meta")


def _norm(op: BatchNorm, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    kind = type(typed(shapes[0]))
    made = NORM[len(shapes[0]) - 1] if kind is Map else {Vector: nn.BatchNorm1d, Sequence: TokenNorm}[kind]
    return made(shapes[0][channel_axis(shapes[0])], op.eps, op.momentum, op.affine, device="meta")


def _layer_norm(op: LayerNorm, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    channels = shapes[0][channel_axis(shapes[0])]
    return (tokens.MapNorm if is_map(shapes[0], None) else nn.LayerNorm)(channels, op.eps, op.affine, op.bias)


def _layer_scale(op: LayerScale, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    return tokens.LayerScale(shapes[0][channel_axis(shapes[0])], op.begin, maps=is_map(shapes[0], None))


def _prelu(op: PReLU, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    if op.shared:
        return nn.PReLU(1, op.slope)
    channels = shapes[0][channel_axis(shapes[0])]
    return TokenPReLU(channels, op.slope) if isinstance(typed(shapes[0]), Sequence) else nn.PReLU(channels, op.slope)


def _overwriting(made: Callable[..., nn.Module]) -> Layer:
    """An activation that torch.nn offers in place."""
    return Layer(lambda op, shapes, in_place: made(inplace=in_place))


def _slice(op: Slice, shapes: tuple[Shape, ...], arguments: list[fx.Node], write: Write) -> fx.Node:
    axis = 1 + channel_axis(shapes[0])
    return write(torch.narrow, arguments[0], axis, op.start, op.stop - op.start)


def _concat(op: Concat, shapes: tuple[Shape, ...], arguments: list[fx.Node], write: Write) -> fx.Node:
    return write(torch.cat, arguments, 1 + op.along(shapes[0]))


def _flatten(op: Flatten, shapes: tuple[Shape, ...], arguments: list[fx.Node], write: Write) -> fx.Node:
    return write(torch.flatten, arguments[0], 1)


def _matmul(op: MatMul, shapes: tuple[Shape, ...], arguments: list[fx.Node], write: Write) -> fx.Node:
    left, right = arguments
    if op.transpose:
        right = write(torch.transpose, right, -1, -2)
    result = write(torch.matmul, left, right)
    return write(operator.mul, result, shapes[0][-1] ** -0.5) if op.scaled else result


def _tokens(op: Tokens, shapes: tuple[Shape, ...], arguments: list[fx.Node], write: Write) -> fx.Node:
    return write(torch.transpose, write(torch.flatten, arguments[0], 2), 1, 2)


def _split_heads(op: SplitHeads, shapes: tuple[Shape, ...], arguments: list[fx.Node], write: Write) -> fx.Node:
    axis = len(shapes[0])  # of the channels; the batch comes before all others
    return write(torch.transpose, write(torch.unflatten, arguments[0], axis, (op.heads, -1)), axis - 1, axis)


def _merge_heads(op: MergeHeads, shapes: tuple[Shape, ...], arguments: list[fx.Node], write: Write) -> fx.Node:
    axis = len(shapes[0]) - 2  # of the heads
    return write(torch.flatten, write(torch.transpose, arguments[0], axis, axis + 1), axis + 1)


def _select_token(op: SelectToken, shapes: tuple[Shape, ...], arguments: list[fx.Node], write: Write) -> fx.Node:
    return write(torch.select, arguments[0], 1, op.index)


def _slice_tokens(op: SliceTokens, shapes: tuple[Shape, ...], arguments: list[fx.Node], write: Write) -> fx.Node:
    stop = shapes[0][0] if op.stop is None else op.stop
    return write(torch.narrow, arguments[0], 1, op.start, stop - op.start)


def _token_mean(op: TokenMean, shapes: tuple[Shape, ...], arguments: list[fx.Node], write: Write) -> fx.Node:
    return write(torch.mean, arguments[0], 1)


def _fold(combine: Callable[[Any, Any], Any]) -> Call:
    """A function of two tensors over all inputs, from the left."""

    def emit(op: Operator, shapes: tuple[Shape, ...], arguments: list[fx.Node], write: Write) -> fx.Node:
        if len(arguments) == 1:
            return write(torch.positive, arguments[0])  # the tensor itself, as a value with a name of its own
        result = arguments[0]
        for argument in arguments[1:]:
            result = write(combine, result, argument)
        return result

    return Call(emit)


def _position(op: Position, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    if op.size is None:
        return tokens.Position(*shapes[0], deviation=op.deviation)
    channels, height, width = shapes[0]
    return tokens.FilledPosition(channels, op.size, (height, width), op.fill, op.deviation)


TABLE: dict[type[Operator], Rule] = {
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
    Mish: _overwriting(nn.Mish),
    ELU: Layer(lambda op, shapes, in_place: nn.ELU(op.alpha, in_place)),
    SELU: _overwriting(nn.SELU),
    CELU: Layer(lambda op, shapes, in_place: nn.CELU(op.alpha, in_place)),
    Softplus: Layer(lambda op, shapes, in_place: nn.Softplus(op.beta)),
    Softsign: Layer(lambda op, shapes, in_place: nn.Softsign()),
    LogSigmoid: Layer(lambda op, shapes, in_place: nn.LogSigmoid()),
    Hardtanh: Layer(lambda op, shapes, in_place: nn.Hardtanh(op.low, op.high, in_place)),
    QuickGELU: Layer(lambda op, shapes, in_place: activations.QuickGELU()),
    SquaredReLU: Layer(lambda op, shapes, in_place: activations.SquaredReLU()),
    GLU: Layer(lambda op, shapes, in_place: nn.GLU(1 + channel_axis(shapes[0]))),
    SwiGLU: Layer(lambda op, shapes, in_place: activations.SwiGLU(1 + channel_axis(shapes[0]))),
    Dropout: Layer(lambda op, shapes, in_place: nn.Dropout(op.rate)),
    Identity: Layer(lambda op, shapes, in_place: nn.Identity()),
    Slice: Call(_slice),
    Concat: Call(_concat),
    Flatten: Call(_flatten),
    LayerNorm: Layer(_layer_norm),
    RMSNorm: Layer(norms.rms_norm),
    GroupNorm: Layer(norms.group_norm),
    InstanceNorm: Layer(norms.instance_norm),
    GlobalResponseNorm: Layer(lambda op, shapes, in_place: norms.GlobalResponseNorm(shapes[0][0], op.eps)),
    LocalResponseNorm: Layer(norms.local_response_norm),
    LSTM: Layer(recurrent.lstm, take=recurrent.result, groups=recurrent.groups),
    GRU: Layer(recurrent.gru, take=recurrent.result, groups=recurrent.groups),
    LayerScale: Layer(_layer_scale),
    DropPath: Layer(lambda op, shapes, in_place: tokens.DropPath(op.rate)),
    WeightedAdd: Layer(lambda op, shapes, in_place: sharing.WeightedAdd(len(shapes), op.begin)),
    ClassToken: Layer(lambda op, shapes, in_place: tokens.ClassToken(shapes[0][1], op.deviation, op.count)),
    Position: Layer(_position),
    MatMul: Call(_matmul),
    Tokens: Call(_tokens),
    SplitHeads: Call(_split_heads),
    MergeHeads: Call(_merge_heads),
    SelectToken: Call(_select_token),
    SliceTokens: Call(_slice_tokens),
    TokenMean: Call(_token_mean),
    Add: _fold(operator.add),
    Mul: _fold(operator.mul),
}

RULES = Rules("torch", __name__, TABLE, MAPS, AXES)
