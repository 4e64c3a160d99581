"""Activations as ONNX nodes."""

from __future__ import annotations

from archdsl.compilers.onnx_direct.rule import Rule, simple
from archdsl.compilers.onnx_direct.weights import Tensors
from archdsl.compilers.onnx_direct.writer import Writer
from archdsl.ops import Operator, Shape
from archdsl.ops.activation import GELU, HardSigmoid, HardSwish, LeakyReLU, ReLU, ReLU6, Sigmoid, SiLU, Tanh
from archdsl.ops.attention import Softmax


def _relu6(op: ReLU6, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("Clip", inputs[0], write.number(0.0), write.number(6.0))


def _silu(op: SiLU, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("Mul", inputs[0], write("Sigmoid", inputs[0]))


def _gelu(op: GELU, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("Gelu", inputs[0], approximate=op.approximate)


def _leaky_relu(op: LeakyReLU, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("LeakyRelu", inputs[0], alpha=op.slope)


ACTIVATIONS: dict[type[Operator], Rule] = {
    ReLU: simple("Relu"),
    ReLU6: _relu6,
    HardSwish: simple("HardSwish"),
    HardSigmoid: simple("HardSigmoid", alpha=1 / 6, beta=0.5),
    Sigmoid: simple("Sigmoid"),
    SiLU: _silu,
    GELU: _gelu,
    Tanh: simple("Tanh"),
    LeakyReLU: _leaky_relu,
    Softmax: simple("Softmax", axis=-1),
}
