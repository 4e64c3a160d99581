"""Norms other than batch and layer norm as ONNX nodes."""

from __future__ import annotations

import numpy as np

from archdsl.compilers.onnx_direct.rule import Rule
from archdsl.compilers.onnx_direct.weights import Tensor, Tensors
from archdsl.compilers.onnx_direct.writer import Writer
from archdsl.ops import Operator, Shape
from archdsl.ops.group_norm import GlobalResponseNorm, GroupNorm, InstanceNorm, LocalResponseNorm
from archdsl.ops.norm import RMSNorm
from archdsl.ops.shapes import channel_axis


def _rms_norm(op: RMSNorm, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    axis = channel_axis(shapes[0])
    mean = write("ReduceMean", write("Mul", inputs[0], inputs[0]), write.integers(1 + axis), keepdims=1)
    value = write("Div", inputs[0], write("Sqrt", write("Add", mean, write.number(op.eps))))
    if "weight" not in tensors:
        return value
    return write("Mul", value, write.weight("weight", _by_channel(tensors["weight"], shapes[0], axis)))


def _group_norm(op: GroupNorm, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    apart = write("Reshape", inputs[0], write.integers(0, op.groups, -1))
    ones, zeros = np.ones(op.groups, np.float32), np.zeros(op.groups, np.float32)
    plain = [write.weight("ones", ones), write.weight("zeros", zeros)]
    even = write("InstanceNormalization", apart, *plain, epsilon=op.eps)
    value = write("Reshape", even, write.integers(0, *shapes[0]))
    if "weight" not in tensors:
        return value
    for name, op_type in (("weight", "Mul"), ("bias", "Add")):
        if name in tensors:
            value = write(op_type, value, write.weight(name, _by_channel(tensors[name], shapes[0], 0)))
    return value


def _instance_norm(op: InstanceNorm, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    channels = shapes[0][0]
    plain = {"weight": np.ones(channels, np.float32), "bias": np.zeros(channels, np.float32)}
    names = [write.weight(name, tensor) for name, tensor in {**plain, **tensors}.items()]
    return write("InstanceNormalization", inputs[0], *names, epsilon=op.eps)


def _grn(op: GlobalResponseNorm, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    size = write("ReduceL2", inputs[0], write.integers(*range(2, 1 + len(shapes[0]))), keepdims=1)
    mean = write("Add", write("ReduceMean", size, write.integers(1), keepdims=1), write.number(op.eps))
    scaled = write("Mul", inputs[0], write("Div", size, mean))
    scale, shift = (write.weight(name, _by_channel(tensors[name], shapes[0], 0)) for name in ("weight", "bias"))
    return write("Add", inputs[0], write("Add", write("Mul", scaled, scale), shift))


def _lrn(op: LocalResponseNorm, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("LRN", inputs[0], size=op.size, alpha=op.alpha, beta=op.beta, bias=op.k)


def _by_channel(values: Tensor, shape: Shape, axis: int) -> Tensor:
    """Values of the channels, stretched over what comes after them."""
    found: Tensor = values.reshape(-1, *[1] * (len(shape) - 1 - axis))
    return found


NORMS: dict[type[Operator], Rule] = {
    RMSNorm: _rms_norm,
    GroupNorm: _group_norm,
    InstanceNorm: _instance_norm,
    GlobalResponseNorm: _grn,
    LocalResponseNorm: _lrn,
}
