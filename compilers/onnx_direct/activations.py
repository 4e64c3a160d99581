"""Activations as ONNX nodes."""

from __future__ import annotations

from archdsl.compilers.onnx_direct.rule import Rule, simple
from archdsl.compilers.onnx_direct.weights import Tensors
from archdsl.compilers.onnx_direct.writer import Writer
from archdsl.ops import Operator, Shape
from archdsl.ops.activation import GELU, HardSigmoid, HardSwish, LeakyReLU, ReLU, ReLU6, Sigmoid, SiLU, Tanh
from archdsl.ops.shapes import channel_axis
from archdsl.ops.smooth import (
    CELU,
    ELU,
    GLU,
    SELU,
    Gate,
    Hardtanh,
    LogSigmoid,
    Mish,
    QuickGELU,
    Softplus,
    Softsign,
    SquaredReLU,
    SwiGLU,
)


def _relu6(op: ReLU6, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("Clip", inputs[0], write.number(0.0), write.number(6.0))


def _silu(op: SiLU, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("Mul", inputs[0], write("Sigmoid", inputs[0]))


def _gelu(op: GELU, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("Gelu", inputs[0], approximate=op.approximate)


def _leaky_relu(op: LeakyReLU, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("LeakyRelu", inputs[0], alpha=op.slope)


def _with_alpha(op_type: str) -> Rule:
    return lambda op, shapes, inputs, tensors, write: write(op_type, inputs[0], alpha=op.alpha)


def _softplus(op: Softplus, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    if op.beta == 1:
        return write("Softplus", inputs[0])
    beta = write.number(op.beta)
    return write("Div", write("Softplus", write("Mul", inputs[0], beta)), beta)


def _logsigmoid(op: LogSigmoid, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("Neg", write("Softplus", write("Neg", inputs[0])))


def _hardtanh(op: Hardtanh, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("Clip", inputs[0], write.number(op.low), write.number(op.high))


def _quick_gelu(op: QuickGELU, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    return write("Mul", inputs[0], write("Sigmoid", write("Mul", inputs[0], write.number(1.702))))


def _squared_relu(op: SquaredReLU, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    value = write("Relu", inputs[0])
    return write("Mul", value, value)


def _halves(op: Gate, shapes: tuple[Shape, ...], inputs: list[str], write: Writer) -> list[str]:
    axis = channel_axis(shapes[0])
    channels = shapes[0][axis]
    bounds = ((0, channels // 2), (channels // 2, channels))
    return [write("Slice", inputs[0], *[write.integers(n) for n in (*ends, 1 + axis, 1)]) for ends in bounds]


def _glu(op: GLU, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    value, gate = _halves(op, shapes, inputs, write)
    return write("Mul", value, write("Sigmoid", gate))


def _swiglu(op: SwiGLU, shapes: tuple[Shape, ...], inputs: list[str], tensors: Tensors, write: Writer) -> str:
    gate, value = _halves(op, shapes, inputs, write)
    return write("Mul", write("Mul", gate, write("Sigmoid", gate)), value)


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
    Mish: simple("Mish"),
    ELU: _with_alpha("Elu"),
    SELU: simple("Selu"),
    CELU: _with_alpha("Celu"),
    Softplus: _softplus,
    Softsign: simple("Softsign"),
    LogSigmoid: _logsigmoid,
    Hardtanh: _hardtanh,
    QuickGELU: _quick_gelu,
    SquaredReLU: _squared_relu,
    GLU: _glu,
    SwiGLU: _swiglu,
}
