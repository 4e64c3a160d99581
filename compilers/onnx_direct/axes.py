"""Operators over axes, scores and places, and plain arithmetic, as ONNX nodes."""

from __future__ import annotations

import math

import numpy as np

from archdsl.compilers.onnx_direct.constants import angles, fourier_table, offsets, relative_index, turns, window_mask
from archdsl.compilers.onnx_direct.maps import END
from archdsl.compilers.onnx_direct.rule import Rule
from archdsl.compilers.onnx_direct.weights import Tensors
from archdsl.compilers.onnx_direct.writer import Writer
from archdsl.exact import product
from archdsl.ops import Operator, Shape
from archdsl.ops.arithmetic import Clamp, Div, Gain, L2Norm, Offset, Stack, Sub
from archdsl.ops.attention import LogSoftmax, Softmax
from archdsl.ops.positions import Embedding, FourierPosition, Rotary, Sinusoidal
from archdsl.ops.reduce import Reduce
from archdsl.ops.reorder import Rearrange, Roll, ToMap
from archdsl.ops.scores import CausalMask, RelativeBias, RelativeMlp, RepeatHeads, WindowMask
from archdsl.ops.shapes import is_map


def _rearrange(op: Rearrange, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    pattern, lengths = op.parsed, op.lengths(shapes[0])
    value = inputs[0]
    if any(len(group) != 1 for group in pattern.left):
        value = write("Reshape", value, write.integers(-1, *(lengths[name] for name in pattern.arriving)))
    if pattern.moves:
        value = write("Transpose", value, perm=[0, *(1 + place for place in pattern.order)])
    if any(len(group) != 1 for group in pattern.right):
        value = write(
            "Reshape", value, write.integers(-1, *(product(lengths[name] for name in group) for group in pattern.right))
        )
    return value


def _to_map(op: ToMap, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    turned = write("Transpose", inputs[0], perm=[0, 2, 1])
    return write("Reshape", turned, write.integers(-1, *op.shape(*shapes)))


def _roll(op: Roll, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    value = inputs[0]
    for axis, (shift, extent) in enumerate(zip(op.shifts, shapes[0][1:], strict=True), 2):
        if start := -shift % extent:
            back = write("Slice", value, *[write.integers(n) for n in (start, END, axis, 1)])
            front = write("Slice", value, *[write.integers(n) for n in (0, start, axis, 1)])
            value = write("Concat", back, front, axis=axis)
    return value


def _repeat_heads(op: RepeatHeads, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    *_, heads, _, _ = shapes[0]
    index = np.arange(heads).repeat(op.times)
    return write("Gather", inputs[0], write.weight("index", index), axis=len(shapes[0]) - 2)


def _stack(op: Stack, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    axis = 1 + op.along(shapes[0])
    parts = [write("Unsqueeze", value, write.integers(axis)) for value in inputs]
    return write("Concat", *parts, axis=axis)


def _clamp(op: Clamp, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    bounds = ["" if bound is None else write.number(bound) for bound in (op.least, op.most)]
    return write("Clip", inputs[0], *bounds)


def _reduce(op: Reduce, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    axes = write.integers(*(1 + axis for axis in op.along(shapes[0])))
    return write(f"Reduce{op.mode.capitalize()}", inputs[0], axes, keepdims=int(op.keep))


def _over_axis(op_type: str) -> Rule:
    return lambda op, shapes, inputs, tensors, write: write(op_type, *inputs, axis=1 + op.along(shapes[0]))


def _two(op_type: str) -> Rule:
    return lambda op, shapes, inputs, tensors, write: write(op_type, *inputs)


def _relative_bias(op: RelativeBias, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    index = write.weight("index", relative_index(op))
    table = tensors["weight"].reshape(shapes[0][-3], -1) if op.heads_first or op.absolute else tensors["weight"].T
    bias = write("Gather", write.weight("weight", table), index, axis=1)
    return write("Add", inputs[0], write("Reshape", bias, write.integers(*shapes[0][-3:])))


def _relative_mlp(op: RelativeMlp, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    value = write.weight("table", offsets(op))
    for name in ("hidden_", ""):
        value = write("MatMul", value, write.weight(f"{name}weight", tensors[f"{name}weight"].T))
        if f"{name}bias" in tensors:
            value = write("Add", value, write.weight(f"{name}bias", tensors[f"{name}bias"]))
        value = write("Relu", value) if name else value
    if op.most is not None:
        value = write("Mul", write("Sigmoid", value), write.number(op.most))
    bias = write("Gather", write("Transpose", value, perm=[1, 0]), write.weight("index", relative_index(op)), axis=1)
    return write("Add", inputs[0], write("Reshape", bias, write.integers(*shapes[0][-3:])))


def _window_mask(op: WindowMask, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("Add", inputs[0], write.weight("mask", window_mask(op.map, op.window, op.shifts) * np.float32(op.value)))


def _causal_mask(op: CausalMask, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    later = np.triu(np.ones(shapes[0][-2:], bool), 1)
    return write("Where", write.weight("later", later), write.number(-math.inf), inputs[0])


def _embedding(op: Embedding, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    # A linear layer that is tied to it keeps the same values transposed, under "weight".
    return write("Gather", write.weight("table", tensors["weight"]), inputs[0], axis=0)


def _sinusoidal(op: Sinusoidal, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    angle = angles(shapes[0][0], shapes[0][1], op.base)
    table = np.stack([np.sin(angle), np.cos(angle)], 2).reshape(shapes[0])
    return write("Add", inputs[0], write.weight("table", table.astype(np.float32)))


def _rotary(op: Rotary, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    angle, axis = turns(op, shapes[0][-2], shapes[0][-1]), len(shapes[0])
    if op.pairs == "neighbours":
        channels = shapes[0][-1]
        swapped = np.arange(channels).reshape(-1, 2)[:, ::-1].flatten()
        turned = write("Gather", inputs[0], write.weight("swapped", swapped), axis=axis)
        angle, signs = angle.repeat(2, 1), np.tile([-1.0, 1.0], channels // 2)
    else:
        half = shapes[0][-1] // 2
        parts = [
            write("Slice", inputs[0], *[write.integers(n) for n in (begin, end, axis, 1)])
            for begin, end in ((half, 2 * half), (0, half))
        ]
        turned = write("Concat", *parts, axis=axis)
        angle, signs = np.concatenate([angle, angle], 1), np.repeat([-1.0, 1.0], half)
    along = write("Mul", inputs[0], write.weight("cos", np.cos(angle).astype(np.float32)))
    return write("Add", along, write("Mul", turned, write.weight("sin", (np.sin(angle) * signs).astype(np.float32))))


def _fourier(op: FourierPosition, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    table = write.weight("table", fourier_table(op.channels, shapes[0][1], shapes[0][2], op.base)[None])
    batch = write("Shape", inputs[0], start=0, end=1)
    return write("Expand", table, write("Concat", batch, write.integers(1, 1, 1), axis=0))


def _gain(op: Gain, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    factor = write.weight("weight", tensors["weight"]) if op.learned else write.number(op.begin)
    return write("Mul", inputs[0], factor)


def _offset(op: Offset, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    if not op.learned:
        return write("Add", inputs[0], write.number(op.begin))
    places = {"tensor": 0, "head": 2, "channel": len(shapes[0]) - 1 if is_map(shapes[0], None) else 0}[op.per]
    return write("Add", inputs[0], write.weight("weight", tensors["weight"].reshape(-1, *[1] * places)))


def _l2_norm(op: L2Norm, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    length = write("ReduceL2", inputs[0], write.integers(1 + op.along(shapes[0])), keepdims=1)
    return write("Div", inputs[0], write("Max", length, write.number(op.eps)))


AXES: dict[type[Operator], Rule] = {
    Rearrange: _rearrange,
    ToMap: _to_map,
    Roll: _roll,
    RepeatHeads: _repeat_heads,
    Stack: _stack,
    Clamp: _clamp,
    Reduce: _reduce,
    Softmax: _over_axis("Softmax"),
    LogSoftmax: _over_axis("LogSoftmax"),
    Sub: _two("Sub"),
    Div: _two("Div"),
    RelativeBias: _relative_bias,
    RelativeMlp: _relative_mlp,
    WindowMask: _window_mask,
    CausalMask: _causal_mask,
    Embedding: _embedding,
    Sinusoidal: _sinusoidal,
    Rotary: _rotary,
    FourierPosition: _fourier,
    Gain: _gain,
    Offset: _offset,
    L2Norm: _l2_norm,
}
