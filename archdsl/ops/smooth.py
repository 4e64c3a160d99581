"""Further activations: smooth ones, those that saturate, and gates of one half of the channels by the other."""

from __future__ import annotations

from typing import Any

from archdsl.exact import product
from archdsl.ops.activation import Activation, InPlace
from archdsl.ops.arguments import INVERTIBLE, NOT_NEGATIVE, NUMBER, POSITIVE, arg
from archdsl.ops.errors import ShapeError, refuse
from archdsl.ops.facts import (
    Gradient,
    Kept,
    Layout,
    Memory,
    keeps_input,
    keeps_input_or_copy,
    keeps_input_or_output,
    no_scratch,
    sees_place,
)
from archdsl.ops.operator import Dim, NoMacs, Shape, operator
from archdsl.ops.shapes import typed


class InSteps(Activation):
    """Base of the activations that frameworks compute in two steps: a tensor of the output's size lives until the second is done."""

    def scratch(self, inputs: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
        return product(output) * itemsize

    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        return Kept(input=True, values=product(output))


@operator("mish")
class Mish(InPlace):
    """x tanh(softplus(x)) (Misra 2019)."""

    kept = keeps_input_or_copy


@operator("elu")
class ELU(InPlace):
    """x where positive, otherwise alpha (exp(x) - 1) (Clevert et al. 2015)."""

    kept = keeps_input_or_output

    alpha: Any = arg(NOT_NEGATIVE, 1.0, doc="what negative values go towards, with the sign turned")


@operator("selu")
class SELU(InPlace):
    """ELU with the factors that keep mean 0 and variance 1 from layer to layer (Klambauer et al. 2017)."""

    kept = keeps_input_or_output


@operator("celu")
class CELU(InPlace):
    """x where positive, otherwise alpha (exp(x / alpha) - 1), which has no bend at 0 (Barron 2017)."""

    kept = keeps_input_or_output

    alpha: Any = arg(INVERTIBLE, 1.0, doc="what negative values go towards, with the sign turned")


@operator("softplus")
class Softplus(Activation):
    """log(1 + exp(beta x)) / beta, a smooth ReLU."""

    kept = keeps_input

    beta: Any = arg(POSITIVE, 1.0, doc="how near it is to ReLU")


@operator("softsign")
class Softsign(InSteps):
    """x / (1 + |x|)."""

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        """What comes through the quotient, the sum and the sign."""
        return Gradient(values=3 * product(output))


@operator("logsigmoid")
class LogSigmoid(InSteps):
    """log(1 / (1 + exp(-x)))."""


@operator("hardtanh")
class Hardtanh(InPlace):
    """min(max(x, low), high)."""

    kept = keeps_input_or_copy

    low: Any = arg(NUMBER, -1.0, doc="least value")
    high: Any = arg(NUMBER, 1.0, doc="largest value")

    def shape(self, *inputs: Shape) -> Shape:
        if self.low >= self.high:
            raise ShapeError(
                f"hardtanh has the least value {self.low:g}, which is not below the largest, {self.high:g}", about="low"
            )
        return inputs[0]


@operator("quick_gelu")
class QuickGELU(InSteps):
    """x sigmoid(1.702 x), which is near GELU (Hendrycks & Gimpel 2016)."""

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        return Gradient(values=product(output))  # each factor gets one


@operator("squared_relu")
class SquaredReLU(InSteps):
    """max(x, 0) squared (So et al. 2021)."""

    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        return Kept(values=product(output))  # what ReLU gave, for its gradient and for that of the square

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        """What comes through the square, and the factor on its way."""
        return Gradient(values=2 * product(output))


class Gate(NoMacs):
    """Base of the gates: half of the channels times a function of the other half."""

    memory, layout = Memory.NEW, Layout.PLAIN
    sees = sees_place

    def shape(self, *inputs: Shape) -> Shape:
        arriving = typed(inputs[0])
        channels = arriving[arriving.channel_axis]
        if (ok := channels % 2 == 0) is not True:
            refuse(ok, f"{self.word} halves the channels, {channels} arrive")
        return arriving.with_channels(channels // 2)


@operator("glu")
class GLU(Gate):
    """The first half of the channels times the sigmoid of the second (Dauphin et al. 2017)."""

    kept, scratch = keeps_input, no_scratch


@operator("swiglu")
class SwiGLU(Gate):
    """SiLU of the first half of the channels times the second (Shazeer 2020)."""

    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        return Kept(input=True, values=product(output))

    def scratch(self, inputs: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
        return product(output) * itemsize
