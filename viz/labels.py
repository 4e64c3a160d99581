"""How each operator is written in a drawing: one table from operator class to label.

A label is what a reader of papers expects in the box: `1x1 conv`, `3x3 depthwise conv, pad 1`. Channels and sizes stand on the
edges.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from archdsl.cost.words import cell
from archdsl.errors import BackendError
from archdsl.ir.graph import Node
from archdsl.ops import Operator, Shape
from archdsl.ops.activation import GELU, HardSigmoid, HardSwish, LeakyReLU, PReLU, ReLU, ReLU6, Sigmoid, SiLU, Tanh
from archdsl.ops.attention import MatMul, MergeHeads, Softmax, SplitHeads
from archdsl.ops.convolution import Conv2d
from archdsl.ops.join import Add, Concat, Mul, WeightedAdd
from archdsl.ops.lego import ChooseAdd, SharedConv
from archdsl.ops.linear import Linear
from archdsl.ops.norm import BatchNorm, LayerNorm
from archdsl.ops.operator import channel_axis, pads
from archdsl.ops.passing import Dropout, DropPath, Identity, Input
from archdsl.ops.pool import AdaptivePool, AvgPool, MaxPool
from archdsl.ops.rearrange import Flatten, Pad, Shift, Shuffle, Slice, Upsample
from archdsl.ops.scale import LayerScale
from archdsl.ops.tokens import ClassToken, Position, SelectToken, TokenMean, Tokens

Label = Callable[[Any, tuple[Shape, ...]], str]
"""`label(op, input_shapes)`: one line of text; shapes have no batch axis."""


def label(node: Node, inputs: tuple[Shape, ...]) -> str:
    """The label of a node.

    Raises:
        BackendError: the operator has no rule.
    """
    rule = LABELS.get(type(node.op))
    if rule is None:
        raise BackendError(f"drawing: no label for the operator '{node.op.word}' ({node.name}); add it to archdsl.viz.labels")
    return rule(node.op, inputs)


def same(a: Any, b: Any) -> bool:
    """Whether two dimensions are equal, in every variant where they are grids."""
    return (a == b) is True


def _by(pair: tuple[Any, Any]) -> str:
    """Two extents: 3x3, 1x7."""
    return f"{cell(pair[0])}x{cell(pair[1])}"


def _short(pair: tuple[Any, Any]) -> str:
    """Two extents, once where they are equal: 2, 1x2."""
    return cell(pair[0]) if same(pair[0], pair[1]) else _by(pair)


def _window(kernel: Any, what: str, stride: Any, padding: Any, dilation: Any = (1, 1)) -> str:
    words = [f"{_by(kernel)} {what}"]
    if not (same(stride[0], 1) and same(stride[1], 1)):
        words.append(f"stride {_short(stride)}")
    if not (same(dilation[0], 1) and same(dilation[1], 1)):
        words.append(f"dilation {_short(dilation)}")
    around = pads(padding, kernel, dilation)
    if not all(same(extent, 1) for extent in kernel) or not all(same(extent, 0) for extent in around):
        words.append(f"pad {_short(around)}")
    return ", ".join(words)


def _conv(op: Conv2d, shapes: tuple[Shape, ...]) -> str:
    if same(op.groups, 1):
        what = "conv"
    elif same(op.groups, shapes[0][0]):
        what = "depthwise conv"
    else:
        what = f"conv in {cell(op.groups)} groups"
    return _window(op.kernel, what, op.stride, op.padding, op.dilation)


def _shared_conv(op: SharedConv, shapes: tuple[Shape, ...]) -> str:
    return _window(op.kernel, f"conv, {cell(op.filters)} filters for each of {cell(op.groups)} groups", op.stride, op.padding)


def _matmul(op: MatMul, shapes: tuple[Shape, ...]) -> str:
    return ("A Bᵀ" if op.transpose else "A B") + (" / √k" if op.scaled else "")


def _pool(what: str) -> Label:
    return lambda op, shapes: _window(op.kernel, what, op.steps, op.padding)


def _adaptive_pool(op: AdaptivePool, shapes: tuple[Shape, ...]) -> str:
    what = "average pool" if op.mode == "avg" else "max pool"
    return f"global {what}" if all(same(extent, 1) for extent in op.size) else f"{what} to {_by(op.size)}"


def _concat(op: Concat, shapes: tuple[Shape, ...]) -> str:
    axis = op.along(shapes[0])
    return "concat" if axis == channel_axis(shapes[0]) else f"concat along axis {axis}"


def _pad(op: Pad, shapes: tuple[Shape, ...]) -> str:
    left, right, top, bottom = op.sides
    alike = all(same(side, left) for side in (right, top, bottom))
    sides = cell(left) if alike else ", ".join(f"{cell(n)} {where}" for n, where in zip(op.sides, _SIDES, strict=True))
    return f"pad {sides}" + ("" if op.mode == "zeros" else f", {op.mode}")


_SIDES = ("left", "right", "top", "bottom")


def _shift(op: Shift, shapes: tuple[Shape, ...]) -> str:
    return f"{_by((op.kernel, op.kernel))} shift" + ("" if same(op.dilation, 1) else f" by {cell(op.dilation)}")


def _word(op: Operator, shapes: tuple[Shape, ...]) -> str:
    return op.word


def _text(text: str) -> Label:
    return lambda op, shapes: text


LABELS: dict[type[Operator], Label] = {
    Input: _text("input"),
    Conv2d: _conv,
    Linear: _word,
    BatchNorm: _word,
    ReLU: _word,
    ReLU6: _word,
    HardSwish: _word,
    HardSigmoid: _word,
    Sigmoid: _word,
    SiLU: _word,
    GELU: lambda op, shapes: "gelu" if op.approximate == "none" else f"gelu by {op.approximate}",
    Tanh: _word,
    LeakyReLU: lambda op, shapes: f"leaky relu {op.slope:g}",
    PReLU: _word,
    MaxPool: _pool("max pool"),
    AvgPool: _pool("average pool"),
    AdaptivePool: _adaptive_pool,
    Dropout: lambda op, shapes: f"dropout {op.rate:g}",
    Identity: _word,
    Flatten: _word,
    Shuffle: lambda op, shapes: f"channel shuffle, {cell(op.groups)} groups",
    Shift: _shift,
    Pad: _pad,
    Upsample: lambda op, shapes: f"upsample x {_short(op.scale)}, {op.mode}",
    Slice: lambda op, shapes: f"channels {cell(op.start)} up to {cell(op.stop)}",
    Concat: _concat,
    LayerNorm: _text("layer norm"),
    LayerScale: _text("layer scale"),
    DropPath: lambda op, shapes: f"drop path {op.rate:g}",
    SharedConv: _shared_conv,
    ChooseAdd: lambda op, shapes: f"choose one of each of {cell(op.groups)} groups, +",
    WeightedAdd: _text("weighted +"),
    Tokens: _text("places to tokens"),
    ClassToken: _text("class token"),
    Position: _text("+ position"),
    SelectToken: lambda op, shapes: f"token {cell(op.index)}",
    TokenMean: _text("mean of tokens"),
    SplitHeads: lambda op, shapes: f"split into {cell(op.heads)} heads",
    MergeHeads: _text("merge heads"),
    MatMul: _matmul,
    Softmax: _word,
    Add: _text("+"),
    Mul: _text("×"),
}
