"""Activations. Names are the short ones of papers: hswish, silu, relu6."""

from __future__ import annotations

from typing import Any

from archdsl.ops.arguments import FLAG, NUMBER, arg, word
from archdsl.ops.facts import (
    Layout,
    Memory,
    keeps_input,
    keeps_input_or_copy,
    keeps_input_or_output,
    keeps_output,
    needs_output_again,
    no_scratch,
    sees_place,
)
from archdsl.ops.operator import SameShape, Shape, operator
from archdsl.ops.shapes import channel_axis


class Activation(SameShape):
    """Base of the activations: value by value, no multiply-accumulates. Each says what it keeps for its gradient."""

    memory, layout = Memory.NEW, Layout.FOLLOWS
    scratch, sees = no_scratch, sees_place
    alike = True


class InPlace(Activation):
    """Base of the activations that frameworks offer in place."""

    def overwrites(self) -> bool:
        return True


@operator("relu")
class ReLU(InPlace):
    """max(x, 0)."""

    kept = keeps_output
    keeps_scale = True


@operator("relu6")
class ReLU6(InPlace):
    """min(max(x, 0), 6)."""

    kept = keeps_input_or_copy
    keeps_scale = True


@operator("hswish")
class HardSwish(InPlace):
    """x relu6(x + 3) / 6 (Howard et al. 2019)."""

    kept = keeps_input_or_copy


@operator("hsigmoid")
class HardSigmoid(InPlace):
    """relu6(x + 3) / 6 (Howard et al. 2019)."""

    kept = keeps_input_or_copy


@operator("sigmoid")
class Sigmoid(Activation):
    """1 / (1 + exp(-x))."""

    kept = keeps_output


@operator("silu")
class SiLU(InPlace):
    """x sigmoid(x), also called swish."""

    kept = keeps_input_or_copy


@operator("gelu")
class GELU(Activation):
    """x Phi(x), Phi the distribution of the standard normal (Hendrycks & Gimpel 2016)."""

    kept = keeps_input

    approximate: Any = arg(word("none", "tanh"), "none", doc="exact, or by the hyperbolic tangent")


@operator("tanh")
class Tanh(Activation):
    """Hyperbolic tangent."""

    kept = keeps_output


@operator("leaky_relu")
class LeakyReLU(Activation):
    """x where positive, otherwise slope * x."""

    kept = keeps_input_or_output

    slope: Any = arg(NUMBER, 0.01, doc="factor of negative values")

    def overwrites(self) -> bool:
        return bool(self.slope >= 0)  # below, the sign of the output no longer tells that of the input


@operator("prelu")
class PReLU(Activation):
    """Leaky ReLU whose slope is learned (He et al. 2015)."""

    kept, gradient = keeps_input, needs_output_again
    alike = False

    shared: Any = arg(FLAG, True, doc="one slope for all channels, otherwise one for each")
    slope: Any = arg(NUMBER, 0.25, doc="slope to begin with")

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        return {"weight": (1 if self.shared else inputs[0][channel_axis(inputs[0])],)}
