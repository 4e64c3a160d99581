"""How each operator becomes ONNX nodes: one table from operator class to rule, each as torch's exporter writes it.

A rule takes the operator, the shapes that arrive (without the batch), the names of its inputs' values, its tensors and the writer,
and gives the name of the value that it made. Those that only pass their input on at inference give its name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from archdsl.compilers.onnx_direct.weights import Tensors
from archdsl.compilers.onnx_direct.write import Writer
from archdsl.ops import Operator, Shape
from archdsl.ops.activation import GELU, HardSigmoid, HardSwish, LeakyReLU, PReLU, ReLU, ReLU6, Sigmoid, SiLU, Tanh
from archdsl.ops.attention import MatMul, MergeHeads, Softmax, SplitHeads
from archdsl.ops.convolution import Conv2d
from archdsl.ops.join import Add, Concat, Mul, WeightedAdd
from archdsl.ops.lego import ChooseAdd, SharedConv
from archdsl.ops.linear import Linear
from archdsl.ops.norm import BatchNorm, LayerNorm
from archdsl.ops.operator import channel_axis, pads
from archdsl.ops.passing import Dropout, DropPath, Identity
from archdsl.ops.pool import AdaptivePool, AvgPool, MaxPool
from archdsl.ops.rearrange import Flatten, Pad, Shift, Shuffle, Slice, Upsample
from archdsl.ops.scale import LayerScale
from archdsl.ops.tokens import ClassToken, Position, SelectToken, TokenMean, Tokens

Rule = Callable[[Any, tuple[Shape, ...], list[str], Tensors, Writer], str]
END = 2**63 - 1  # a slice up to here goes to the end


def _simple(op_type: str, **attributes: Any) -> Rule:
    return lambda op, shapes, inputs, tensors, write: write(op_type, inputs[0], **attributes)


def _pass(op: Operator, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return inputs[0]


def _both(sides: tuple[int, int]) -> list[int]:
    """The same padding at both ends of height and width, as ONNX lists it."""
    return [*sides, *sides]


# -- layers with weights -------------------------------------------------------------------------------------------------------


def _conv(op: Conv2d, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    names = [write.weight(name, tensor) for name, tensor in tensors.items()]
    padding = _both(pads(op.padding, op.kernel, op.dilation))
    return write(
        "Conv", inputs[0], *names, kernel_shape=op.kernel, strides=op.stride, pads=padding, dilations=op.dilation, group=op.groups
    )


def _shared_conv(op: SharedConv, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    _, height, width = op.shape(*shapes)
    apart = write("Reshape", inputs[0], write.integers(-1, shapes[0][0] // op.groups, *shapes[0][1:]))
    weight = write.weight("weight", tensors["weight"])
    padding = _both(pads(op.padding, op.kernel))
    maps = write("Conv", apart, weight, kernel_shape=op.kernel, strides=op.stride, pads=padding, group=1)
    return write("Reshape", maps, write.integers(-1, op.groups * op.filters, height, width))


def _choose_add(op: ChooseAdd, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    share = shapes[0][0] // op.groups
    total = ""
    for group in range(op.groups):
        index = write.weight(f"choice.{group}", tensors["choice"][:, group])
        factor = write.weight(f"weight.{group}", tensors["weight"][:, group, None, None])
        maps = write("Slice", inputs[0], *[write.integers(value) for value in (group * share, (group + 1) * share, 1, 1)])
        part = write("Mul", write("Gather", maps, index, axis=1), factor)
        total = write("Add", total, part) if total else part
    return total


def _linear(op: Linear, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    if len(shapes[0]) == 1:
        return write("Gemm", inputs[0], *[write.weight(name, tensor) for name, tensor in tensors.items()], transB=1)
    result = write("MatMul", inputs[0], write.weight("weight", tensors["weight"].T))
    return write("Add", result, write.weight("bias", tensors["bias"])) if "bias" in tensors else result


def _norm(op: BatchNorm, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    channels = tensors["running_mean"].shape
    plain = {"weight": np.ones(channels, np.float32), "bias": np.zeros(channels, np.float32)}
    names = [write.weight(name, tensor) for name, tensor in {**plain, **tensors}.items()]
    if len(shapes[0]) != 2:
        return write("BatchNormalization", inputs[0], *names, epsilon=op.eps)
    turned = write("Transpose", inputs[0], perm=[0, 2, 1])
    return write("Transpose", write("BatchNormalization", turned, *names, epsilon=op.eps), perm=[0, 2, 1])


def _layer_norm(op: LayerNorm, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    channels = (shapes[0][channel_axis(shapes[0])],)
    plain = {"weight": np.ones(channels, np.float32), "bias": np.zeros(channels, np.float32)}
    names = [write.weight(name, tensor) for name, tensor in {**plain, **tensors}.items()]
    if len(shapes[0]) != 3:
        return write("LayerNormalization", inputs[0], *names, axis=-1, epsilon=op.eps)
    turned = write("Transpose", inputs[0], perm=[0, 2, 3, 1])
    return write("Transpose", write("LayerNormalization", turned, *names, axis=-1, epsilon=op.eps), perm=[0, 3, 1, 2])


def _by_channel(op_type: str) -> Rule:
    """An operator with one learned value for each channel."""

    def rule(op: Operator, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
        values = tensors["weight"]
        return write(op_type, inputs[0], write.weight("weight", values[:, None, None] if len(shapes[0]) == 3 else values))

    return rule


def _position(op: Position, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("Add", inputs[0], write.weight("weight", tensors["weight"]))


def _class_token(op: ClassToken, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    batch = write("Shape", inputs[0], start=0, end=1)
    token = write.weight("weight", tensors["weight"][None])
    many = write("Expand", token, write("Concat", batch, write.integers(1, 1), axis=0))
    return write("Concat", many, inputs[0], axis=1)


def _weighted_add(op: WeightedAdd, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    factors = 1 / (1 + np.exp(-tensors["weight"].astype(np.float64)))
    total = ""
    for value, factor in zip(inputs, factors, strict=True):
        part = write("Mul", value, write.number(float(factor)))
        total = write("Add", total, part) if total else part
    return total


# -- activations, pooling ------------------------------------------------------------------------------------------------------


def _relu6(op: ReLU6, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("Clip", inputs[0], write.number(0.0), write.number(6.0))


def _silu(op: SiLU, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("Mul", inputs[0], write("Sigmoid", inputs[0]))


def _gelu(op: GELU, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("Gelu", inputs[0], approximate=op.approximate)


def _leaky_relu(op: LeakyReLU, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("LeakyRelu", inputs[0], alpha=op.slope)


def _window(op: MaxPool | AvgPool, shapes: tuple[Shape, ...]) -> dict[str, Any]:
    """Attributes of a pooling window.

    Where a window of `ceil` would begin in the padding past the end, PyTorch drops it and ONNX does not: padding that just holds
    the last window says the same without `ceil`.
    """
    begin = pads(op.padding, op.kernel)
    window = {"kernel_shape": op.kernel, "strides": op.steps, "pads": _both(begin)}
    if not op.ceil:
        return window
    places = list(zip(shapes[0][1:], op.shape(*shapes)[1:], op.kernel, op.steps, begin, strict=True))
    if all(count == -(-(extent + 2 * pad - kernel) // step) + 1 for extent, count, kernel, step, pad in places):
        return {**window, "ceil_mode": 1}
    end = [max(0, (count - 1) * step + kernel - extent - pad) for extent, count, kernel, step, pad in places]
    return {**window, "pads": [*begin, *end]}


def _max_pool(op: MaxPool, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("MaxPool", inputs[0], **_window(op, shapes))


def _avg_pool(op: AvgPool, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    window = _window(op, shapes)
    counted = op.count_padding and any(pads(op.padding, op.kernel))
    value = inputs[0]
    if counted and op.ceil:  # the padding counts, what a cut window lacks does not
        high, wide, low, far = window["pads"]
        value = write("Pad", value, write.integers(0, 0, high, wide, 0, 0, high, wide))
        window["pads"], counted = [0, 0, max(0, low - high), max(0, far - wide)], False
    return write("AveragePool", value, **window, count_include_pad=int(counted or (op.count_padding and not op.ceil)))


def _adaptive_pool(op: AdaptivePool, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    extent = shapes[0][1:]
    if tuple(op.size) == (1, 1):
        return write("ReduceMean" if op.mode == "avg" else "ReduceMax", inputs[0], write.integers(-1, -2), keepdims=1)
    if all(e % s == 0 for e, s in zip(extent, op.size, strict=True)):
        window = [e // s for e, s in zip(extent, op.size, strict=True)]
        return write("AveragePool" if op.mode == "avg" else "MaxPool", inputs[0], kernel_shape=window, strides=window)
    rows, columns = (_windows(e, s) for e, s in zip(extent, op.size, strict=True))
    if op.mode == "avg":  # the means along each axis as a product of matrices
        down = write("MatMul", write.weight("rows", _means(rows, extent[0])), inputs[0])
        return write("MatMul", down, write.weight("columns", _means(columns, extent[1]).T))
    return _largest(_largest(inputs[0], rows, 2, write), columns, 3, write)


def _windows(extent: int, count: int) -> list[tuple[int, int]]:
    """Begin and end of each window of adaptive pooling along one axis, as PyTorch lays them."""
    return [(n * extent // count, -(-(n + 1) * extent // count)) for n in range(count)]


def _means(windows: list[tuple[int, int]], extent: int) -> np.ndarray[Any, Any]:
    weights = np.zeros((len(windows), extent), np.float32)
    for row, (begin, end) in enumerate(windows):
        weights[row, begin:end] = 1 / (end - begin)
    return weights


def _largest(value: str, windows: list[tuple[int, int]], axis: int, write: Writer) -> str:
    parts = []
    for begin, end in windows:
        part = write("Slice", value, write.integers(begin), write.integers(end), write.integers(axis))
        parts.append(write("ReduceMax", part, write.integers(axis), keepdims=1))
    return write("Concat", *parts, axis=axis)


# -- joins and rearrangement ---------------------------------------------------------------------------------------------------


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
    channels, height, width = shapes[0]
    dealt = write("Reshape", inputs[0], write.integers(-1, op.groups, channels // op.groups, height, width))
    turned = write("Transpose", dealt, perm=[0, 2, 1, 3, 4])
    return write("Reshape", turned, write.integers(-1, channels, height, width))


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


def _pad(op: Pad, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    left, right, top, bottom = op.sides
    mode = {"zeros": "constant", "reflect": "reflect", "replicate": "edge"}[op.mode]
    return write("Pad", inputs[0], write.integers(0, 0, top, left, 0, 0, bottom, right), mode=mode)


def _upsample(op: Upsample, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    factors = write.weight("scale", np.array([1, 1, *op.scale], np.float32))
    if op.mode == "nearest":
        how = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    else:
        how = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}
    return write("Resize", inputs[0], "", factors, **how)


def _flatten(op: Flatten, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("Reshape", inputs[0], write.integers(-1, int(np.prod(shapes[0]))))


# -- tokens and attention ------------------------------------------------------------------------------------------------------


def _tokens(op: Tokens, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    channels, height, width = shapes[0]
    return write("Transpose", write("Reshape", inputs[0], write.integers(-1, channels, height * width)), perm=[0, 2, 1])


def _split_heads(op: SplitHeads, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    count, channels = shapes[0]
    apart = write("Reshape", inputs[0], write.integers(-1, count, op.heads, channels // op.heads))
    return write("Transpose", apart, perm=[0, 2, 1, 3])


def _merge_heads(op: MergeHeads, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    heads, count, channels = shapes[0]
    turned = write("Transpose", inputs[0], perm=[0, 2, 1, 3])
    return write("Reshape", turned, write.integers(-1, count, heads * channels))


def _matmul(op: MatMul, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    left, right = inputs
    if op.transpose:
        rank = 1 + len(shapes[1])
        right = write("Transpose", right, perm=[*range(rank - 2), rank - 1, rank - 2])
    result = write("MatMul", left, right)
    return write("Mul", result, write.number(float(shapes[0][-1] ** -0.5))) if op.scaled else result


def _select_token(op: SelectToken, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("Gather", inputs[0], write.weight("index", np.array(op.index, np.int64)), axis=1)


def _token_mean(op: TokenMean, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("ReduceMean", inputs[0], write.integers(1), keepdims=0)


RULES: dict[type[Operator], Rule] = {
    Conv2d: _conv,
    SharedConv: _shared_conv,
    ChooseAdd: _choose_add,
    Linear: _linear,
    BatchNorm: _norm,
    LayerNorm: _layer_norm,
    LayerScale: _by_channel("Mul"),
    PReLU: _by_channel("PRelu"),
    Position: _position,
    ClassToken: _class_token,
    WeightedAdd: _weighted_add,
    ReLU: _simple("Relu"),
    ReLU6: _relu6,
    HardSwish: _simple("HardSwish"),
    HardSigmoid: _simple("HardSigmoid", alpha=1 / 6, beta=0.5),
    Sigmoid: _simple("Sigmoid"),
    SiLU: _silu,
    GELU: _gelu,
    Tanh: _simple("Tanh"),
    LeakyReLU: _leaky_relu,
    MaxPool: _max_pool,
    AvgPool: _avg_pool,
    AdaptivePool: _adaptive_pool,
    Add: _fold("Add"),
    Mul: _fold("Mul"),
    Concat: _concat,
    Slice: _slice,
    Shuffle: _shuffle,
    Shift: _shift,
    Pad: _pad,
    Upsample: _upsample,
    Flatten: _flatten,
    Identity: _pass,
    Dropout: _pass,
    DropPath: _pass,
    Tokens: _tokens,
    SplitHeads: _split_heads,
    MergeHeads: _merge_heads,
    MatMul: _matmul,
    Softmax: _simple("Softmax", axis=-1),
    SelectToken: _select_token,
    TokenMean: _token_mean,
}
