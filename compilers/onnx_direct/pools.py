"""Pooling as ONNX nodes."""

from __future__ import annotations

from typing import Any

import numpy as np

from archdsl.compilers.onnx_direct.rule import Rule, both
from archdsl.compilers.onnx_direct.weights import Tensors
from archdsl.compilers.onnx_direct.writer import Writer
from archdsl.compilers.onnx_pools import ends
from archdsl.ops import Operator, Shape
from archdsl.ops.pool import AdaptivePool, AvgPool, MaxPool


def _window(op: MaxPool | AvgPool, shapes: tuple[Shape, ...]) -> dict[str, Any]:
    """Attributes of a pooling window.

    Where `ceil` means another number of windows in ONNX, it is said by padding (see `archdsl.compilers.onnx_pools`).
    """
    begin = op.window.pads
    window = {"kernel_shape": op.kernel, "strides": op.window.stride, "pads": both(begin)}
    if not op.ceil:
        return window
    end = ends(shapes[0][1:], op.shape(*shapes)[1:], tuple(op.kernel), tuple(op.window.stride), tuple(begin))
    if end is None:
        return {**window, "ceil_mode": 1}
    return {**window, "pads": [*begin, *end]}


def _max_pool(op: MaxPool, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("MaxPool", inputs[0], **_window(op, shapes))


def _avg_pool(op: AvgPool, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    window = _window(op, shapes)
    counted = op.count_padding and any(op.window.pads)
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


POOLS: dict[type[Operator], Rule] = {
    MaxPool: _max_pool,
    AvgPool: _avg_pool,
    AdaptivePool: _adaptive_pool,
}
