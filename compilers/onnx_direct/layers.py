"""Layers with weights as ONNX nodes: convolutions, linear layers, norms."""

from __future__ import annotations

from typing import Any

import numpy as np

from archdsl.compilers.onnx_direct.rule import Rule, by_channel
from archdsl.compilers.onnx_direct.weights import Tensors
from archdsl.compilers.onnx_direct.writer import Writer
from archdsl.compilers.passes.standardise import standardised
from archdsl.ops import Operator, Shape
from archdsl.ops.activation import PReLU
from archdsl.ops.convolution import Conv2d, ConvTranspose
from archdsl.ops.facts import Window
from archdsl.ops.lego import ChooseAdd, SharedConv
from archdsl.ops.linear import Linear
from archdsl.ops.norm import BatchNorm, LayerNorm
from archdsl.ops.scale import LayerScale
from archdsl.ops.shapes import Sequence, Vector, channel_axis, is_map, typed
from archdsl.ops.standardised import StdConv2d


def _window(window: Window) -> dict[str, Any]:
    return {
        "kernel_shape": window.kernel,
        "strides": window.stride,
        "pads": [*window.pads, *window.ends],
        "dilations": window.dilation,
    }


def _conv(op: Conv2d, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    names = [write.weight(name, tensor) for name, tensor in tensors.items()]
    return write("Conv", inputs[0], *names, **_window(op.over(shapes[0])), group=op.groups)


def _std_conv(op: StdConv2d, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    """A convolution by the weights as they come out."""
    names = [write.weight("weight", standardised(op, tensors).astype(np.float32))]
    names += [write.weight("bias", tensors["bias"])] if op.bias else []
    return write("Conv", inputs[0], *names, **_window(op.over(shapes[0])), group=op.groups)


def _conv_transpose(op: ConvTranspose, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    names = [write.weight(name, tensor) for name, tensor in tensors.items()]
    kernel, stride, padding, more, dilation = op.axes(shapes[0])
    window = {"kernel_shape": kernel, "strides": stride, "pads": [*padding, *padding], "dilations": dilation}
    return write("ConvTranspose", inputs[0], *names, **window, output_padding=more, group=op.groups)


def _shared_conv(op: SharedConv, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    _, height, width = op.shape(*shapes)
    apart = write("Reshape", inputs[0], write.integers(-1, shapes[0][0] // op.groups, *shapes[0][1:]))
    maps = write("Conv", apart, write.weight("weight", tensors["weight"]), **_window(op.over(shapes[0])), group=1)
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
    if isinstance(typed(shapes[0]), Vector):
        return write("Gemm", inputs[0], *[write.weight(name, tensor) for name, tensor in tensors.items()], transB=1)
    result = write("MatMul", inputs[0], write.weight("weight", tensors["weight"].T))
    return write("Add", result, write.weight("bias", tensors["bias"])) if "bias" in tensors else result


def _norm(op: BatchNorm, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    channels = tensors["running_mean"].shape
    plain = {"weight": np.ones(channels, np.float32), "bias": np.zeros(channels, np.float32)}
    names = [write.weight(name, tensor) for name, tensor in {**plain, **tensors}.items()]
    if not isinstance(typed(shapes[0]), Sequence):
        return write("BatchNormalization", inputs[0], *names, epsilon=op.eps)
    turned = write("Transpose", inputs[0], perm=[0, 2, 1])
    return write("Transpose", write("BatchNormalization", turned, *names, epsilon=op.eps), perm=[0, 2, 1])


def _layer_norm(op: LayerNorm, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    channels = (shapes[0][channel_axis(shapes[0])],)
    plain = {"weight": np.ones(channels, np.float32), "bias": np.zeros(channels, np.float32)}
    names = [write.weight(name, tensor) for name, tensor in {**plain, **tensors}.items()]
    if not is_map(shapes[0], None):
        return write("LayerNormalization", inputs[0], *names, axis=-1, epsilon=op.eps)
    axes = len(shapes[0])
    turned = write("Transpose", inputs[0], perm=[0, *range(2, axes + 1), 1])
    normed = write("LayerNormalization", turned, *names, axis=-1, epsilon=op.eps)
    return write("Transpose", normed, perm=[0, axes, *range(1, axes)])


LAYERS: dict[type[Operator], Rule] = {
    Conv2d: _conv,
    StdConv2d: _std_conv,
    ConvTranspose: _conv_transpose,
    SharedConv: _shared_conv,
    ChooseAdd: _choose_add,
    Linear: _linear,
    BatchNorm: _norm,
    LayerNorm: _layer_norm,
    LayerScale: by_channel("Mul"),
    PReLU: by_channel("PRelu"),
}
