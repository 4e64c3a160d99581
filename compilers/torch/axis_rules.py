"""How operators over axes, tokens and scores become PyTorch, and plain arithmetic."""

from __future__ import annotations

import operator
from typing import Any

import torch
from torch import fx, nn

from archdsl.compilers.torch import arithmetic, positions
from archdsl.compilers.torch.rule import Call, Layer, Rule, Write
from archdsl.exact import product
from archdsl.ops import Operator, Shape
from archdsl.ops.arithmetic import Clamp, Div, Gain, L2Norm, Offset, Stack, Sub
from archdsl.ops.attention import LogSoftmax, OverAxis, Softmax
from archdsl.ops.positions import Embedding, FourierPosition, Rotary, Sinusoidal
from archdsl.ops.reduce import Reduce
from archdsl.ops.reorder import Rearrange, Roll, ToMap
from archdsl.ops.scores import CausalMask, RelativeBias, RelativeMlp, RepeatHeads, WindowMask
from archdsl.ops.shapes import channel_axis, is_map


def _rearrange(op: Rearrange, shapes: tuple[Shape, ...], arguments: list[fx.Node], write: Write) -> fx.Node:
    """Axes apart, in their new order, together again; what changes nothing is left out."""
    pattern, lengths = op.parsed, op.lengths(shapes[0])
    value = arguments[0]
    if any(len(group) != 1 for group in pattern.left):
        value = write(torch.reshape, value, (-1, *(lengths[name] for name in pattern.arriving)))
    if pattern.moves:
        value = write(torch.permute, value, (0, *(1 + place for place in pattern.order)))
    if pattern.moves and all(len(group) == 1 for group in pattern.right):
        value = write(torch.clone, value, memory_format=torch.contiguous_format)  # Tensor.contiguous is none that fx can save
    elif any(len(group) != 1 for group in pattern.right):
        value = write(torch.reshape, value, (-1, *(product(lengths[name] for name in group) for group in pattern.right)))
    return write(torch.positive, value) if value is arguments[0] else value


def _to_map(op: ToMap, shapes: tuple[Shape, ...], arguments: list[fx.Node], write: Write) -> fx.Node:
    return write(torch.unflatten, write(torch.transpose, arguments[0], 1, 2), 2, (op.height, -1))


def _roll(op: Roll, shapes: tuple[Shape, ...], arguments: list[fx.Node], write: Write) -> fx.Node:
    return write(torch.roll, arguments[0], op.shifts, (2, 3))


def _repeat_heads(op: RepeatHeads, shapes: tuple[Shape, ...], arguments: list[fx.Node], write: Write) -> fx.Node:
    return write(torch.repeat_interleave, arguments[0], op.times, len(shapes[0]) - 2)


def _stack(op: Stack, shapes: tuple[Shape, ...], arguments: list[fx.Node], write: Write) -> fx.Node:
    return write(torch.stack, arguments, 1 + op.along(shapes[0]))


def _clamp(op: Clamp, shapes: tuple[Shape, ...], arguments: list[fx.Node], write: Write) -> fx.Node:
    return write(torch.clamp, arguments[0], op.least, op.most)


def _reduce(op: Reduce, shapes: tuple[Shape, ...], arguments: list[fx.Node], write: Write) -> fx.Node:
    axes = tuple([1 + axis for axis in op.along(shapes[0])])
    return write(REDUCED[op.mode], arguments[0], axes if len(axes) > 1 else axes[0], op.keep)


def _along(op: OverAxis, shape: Shape) -> int:
    """The axis as PyTorch counts it: the last from behind."""
    return -1 if (axis := op.along(shape)) == len(shape) - 1 else 1 + axis


def _two(function: Any) -> Call:
    def emit(op: Operator, shapes: tuple[Shape, ...], arguments: list[fx.Node], write: Write) -> fx.Node:
        return write(function, *arguments)

    return Call(emit)


def _relative_bias(op: RelativeBias, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    height, width = op.window
    form = "absolute" if op.absolute else "class_token" if op.class_token else ""
    return positions.RelativeBias(shapes[0][-3], height, width, op.heads_first, op.deviation, form, op.stride)


def _relative_mlp(op: RelativeMlp, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    height, width = op.window
    return positions.RelativeMlp(shapes[0][-3], height, width, op.hidden, op.offsets == "shares", op.most, op.bias)


def _embedding(op: Embedding, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    made = nn.Embedding(op.vocabulary, op.channels)
    nn.init.normal_(made.weight, std=op.deviation)
    return made


def _rotary(op: Rotary, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    *_, tokens, channels = shapes[0]
    return positions.Rotary(tokens, channels, op.base, op.pairs == "neighbours", op.map, op.centred, op.class_tokens)


def _fourier(op: FourierPosition, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    _, height, width = shapes[0]
    return positions.FourierPosition(op.channels, height, width, op.base)


def _gain(op: Gain, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    return arithmetic.Gain(op.begin, shapes[0][-3] if op.per == "head" else None, op.learned)


def _offset(op: Offset, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    shape = shapes[0]
    if not op.learned or op.per == "tensor":
        return arithmetic.Offset(op.begin, learned=op.learned)
    if op.per == "head":
        return arithmetic.Offset(op.begin, shape[-3], 2)
    return arithmetic.Offset(op.begin, shape[channel_axis(shape)], len(shape) - 1 if is_map(shape, None) else 0)


REDUCED = {"mean": torch.mean, "max": torch.amax, "min": torch.amin, "sum": torch.sum}

AXES: dict[type[Operator], Rule] = {
    Rearrange: Call(_rearrange),
    ToMap: Call(_to_map),
    Roll: Call(_roll),
    RepeatHeads: Call(_repeat_heads),
    Stack: Call(_stack),
    Clamp: Call(_clamp),
    Reduce: Call(_reduce),
    Softmax: Layer(lambda op, shapes, in_place: nn.Softmax(_along(op, shapes[0]))),
    LogSoftmax: Layer(lambda op, shapes, in_place: nn.LogSoftmax(_along(op, shapes[0]))),
    Sub: _two(operator.sub),
    Div: _two(operator.truediv),
    RelativeBias: Layer(_relative_bias),
    RelativeMlp: Layer(_relative_mlp),
    WindowMask: Layer(lambda op, shapes, in_place: positions.WindowMask(op.map[0], op.map[1], op.window, op.shifts, op.value)),
    CausalMask: Layer(lambda op, shapes, in_place: positions.CausalMask()),
    Embedding: Layer(_embedding),
    Sinusoidal: Layer(lambda op, shapes, in_place: positions.Sinusoidal(shapes[0][0], shapes[0][1], op.base)),
    Rotary: Layer(_rotary),
    FourierPosition: Layer(_fourier),
    Gain: Layer(_gain),
    Offset: Layer(_offset),
    L2Norm: Layer(lambda op, shapes, in_place: arithmetic.L2Norm(1 + op.along(shapes[0]), op.eps)),
}
