"""Pooling as ONNX nodes."""

from __future__ import annotations

from typing import Any

import numpy as np

from archdsl.compilers.onnx_direct.rule import Rule
from archdsl.compilers.onnx_direct.weights import Tensors
from archdsl.compilers.onnx_direct.writer import Writer
from archdsl.compilers.onnx_pools import ends
from archdsl.ops import Operator, Shape
from archdsl.ops.axes import spread
from archdsl.ops.pool import AdaptivePool, AvgPool, MaxPool


def _window(op: MaxPool | AvgPool, shapes: tuple[Shape, ...]) -> dict[str, Any]:
    """Attributes of a pooling window.

    Where `ceil` means another number of windows in ONNX, it is said by padding (see `archdsl.compilers.onnx_pools`).
    """
    found = op.over(shapes[0])
    begin = tuple(found.pads)
    window = {"kernel_shape": found.kernel, "strides": found.stride, "pads": [*begin, *found.ends]}
    if not op.ceil:
        return window
    end = ends(shapes[0][1:], op.shape(*shapes)[1:], tuple(found.kernel), tuple(found.stride), begin)
    if end is None:
        return {**window, "ceil_mode": 1}
    return {**window, "pads": [*begin, *end]}


def _max_pool(op: MaxPool, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("MaxPool", inputs[0], **_window(op, shapes))


def _avg_pool(op: AvgPool, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    window = _window(op, shapes)
    places = len(shapes[0]) - 1
    begin, end = window["pads"][:places], window["pads"][places:]
    counted = op.count_padding and any(window["pads"])
    value = inputs[0]
    if counted and op.ceil:  # the padding counts, what a cut window lacks does not
        value = write("Pad", value, write.integers(0, 0, *begin, 0, 0, *begin))
        window["pads"] = [*[0] * places, *[max(0, far - near) for near, far in zip(begin, end, strict=True)]]
        counted = False
    return write("AveragePool", value, **window, count_include_pad=int(counted or (op.count_padding and not op.ceil)))


def _adaptive_pool(op: AdaptivePool, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    axes = list(zip(shapes[0][1:], spread(op, "size", shapes[0]), strict=True))
    if op.is_global:
        reduced = write.integers(*range(-1, -len(axes) - 1, -1))
        return write("ReduceMean" if op.mode == "avg" else "ReduceMax", inputs[0], reduced, keepdims=1)
    if all(extent % count == 0 for extent, count in axes):
        window = [extent // count for extent, count in axes]
        return write("AveragePool" if op.mode == "avg" else "MaxPool", inputs[0], kernel_shape=window, strides=window)
    value = inputs[0]
    if op.mode == "max":
        for axis, (extent, count) in enumerate(axes, 2):
            value = _largest(value, _windows(extent, count), axis, write)
        return value
    for axis, (extent, count) in enumerate(axes):  # the means along each axis as a product of matrices
        value = _mean_along(value, axis, _means(_windows(extent, count), extent), len(axes), write)
    return value


def _mean_along(value: str, axis: int, means: np.ndarray[Any, Any], places: int, write: Writer) -> str:
    name = ("rows", "columns", "layers")[axis]
    if axis == places - 1:
        return write("MatMul", value, write.weight(name, means.T))
    if axis == places - 2:
        return write("MatMul", write.weight(name, means), value)
    turned = write("Transpose", value, perm=[0, 1, 3, 4, 2])
    return write("Transpose", write("MatMul", turned, write.weight(name, means.T)), perm=[0, 1, 4, 2, 3])


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
