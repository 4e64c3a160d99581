"""Joins, and what only moves the values of maps, as ONNX nodes."""

from __future__ import annotations

import numpy as np

from archdsl.compilers.onnx_direct.rule import Rule
from archdsl.compilers.onnx_direct.weights import Tensors
from archdsl.compilers.onnx_direct.writer import Writer
from archdsl.ops import Operator, Shape
from archdsl.ops.join import Add, Concat, Mul, WeightedAdd
from archdsl.ops.passing import Passing
from archdsl.ops.rearrange import Flatten, Shift, Shuffle, Slice
from archdsl.ops.shapes import channel_axis

END = 2**63 - 1  # a slice up to here goes to the end


def _pass(op: Operator, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return inputs[0]


def _weighted_add(op: WeightedAdd, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    factors = 1 / (1 + np.exp(-tensors["weight"].astype(np.float64)))
    total = ""
    for value, factor in zip(inputs, factors, strict=True):
        part = write("Mul", value, write.number(float(factor)))
        total = write("Add", total, part) if total else part
    return total


def _fold(op_type: str) -> Rule:
    """A node of two inputs over all inputs, from the left."""

    def rule(op: Operator, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
        total = inputs[0]
        for value in inputs[1:]:
            total = write(op_type, total, value)
        return total

    return rule


def _concat(op: Concat, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("Concat", *inputs, axis=1 + op.along(shapes[0]))


def _slice(op: Slice, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    axis = 1 + channel_axis(shapes[0])
    bounds = [write.integers(value) for value in (op.start, op.stop, axis, 1)]
    return write("Slice", inputs[0], *bounds)


def _shuffle(op: Shuffle, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    channels, *places = shapes[0]
    dealt = write("Reshape", inputs[0], write.integers(-1, op.groups, channels // op.groups, *places))
    turned = write("Transpose", dealt, perm=[0, 2, 1, *range(3, 3 + len(places))])
    return write("Reshape", turned, write.integers(-1, channels, *places))


def _shift(op: Shift, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    channels, height, width = shapes[0]
    share = channels // op.kernel**2
    if share == 0:
        return inputs[0]
    reach = op.kernel // 2 * op.dilation
    padded = write("Pad", inputs[0], write.integers(0, 0, reach, reach, 0, 0, reach, reach))
    steps = range(2 * reach, -1, -op.dilation)
    corners = [(top, left) for top in steps for left in steps]
    parts = []
    for first, (top, left) in zip(range(0, channels, share), corners, strict=False):
        part = padded
        for axis, begin, end in ((1, first, first + share), (2, top, top + height), (3, left, left + width)):
            part = write("Slice", part, *[write.integers(value) for value in (begin, end, axis, 1)])
        parts.append(part)
    if len(corners) * share < channels:
        parts.append(write("Slice", inputs[0], *[write.integers(v) for v in (len(corners) * share, END, 1, 1)]))
    return write("Concat", *parts, axis=1)


def _flatten(op: Flatten, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("Reshape", inputs[0], write.integers(-1, int(np.prod(shapes[0]))))


MAPS: dict[type[Operator], Rule] = {
    Add: _fold("Add"),
    Mul: _fold("Mul"),
    WeightedAdd: _weighted_add,
    Concat: _concat,
    Slice: _slice,
    Shuffle: _shuffle,
    Shift: _shift,
    Flatten: _flatten,
    Passing: _pass,
}
