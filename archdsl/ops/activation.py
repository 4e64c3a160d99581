"""Activations. Names are the short ones of papers: hswish, silu, relu6."""

from __future__ import annotations

from typing import Any

from archdsl.ops.arguments import FLAG, NUMBER, arg, word
from archdsl.ops.operator import Elementwise, Shape, channel_axis, operator


class Activation(Elementwise):
    """Base of the activations: elementwise, no multiply-accumulates."""


@operator("relu")
class ReLU(Activation):
    """max(x, 0)."""


@operator("relu6")
class ReLU6(Activation):
    """min(max(x, 0), 6)."""


@operator("hswish")
class HardSwish(Activation):
    """x relu6(x + 3) / 6 (Howard et al. 2019)."""


@operator("hsigmoid")
class HardSigmoid(Activation):
    """relu6(x + 3) / 6 (Howard et al. 2019)."""


@operator("sigmoid")
class Sigmoid(Activation):
    """1 / (1 + exp(-x))."""


@operator("silu")
class SiLU(Activation):
    """x sigmoid(x), also called swish."""


@operator("gelu")
class GELU(Activation):
    """x Phi(x), Phi the distribution of the standard normal (Hendrycks & Gimpel 2016)."""

    approximate: Any = arg(word("none", "tanh"), "none", doc="exact, or by the hyperbolic tangent")


@operator("tanh")
class Tanh(Activation):
    """Hyperbolic tangent."""


@operator("leaky_relu")
class LeakyReLU(Activation):
    """x where positive, otherwise slope * x."""

    slope: Any = arg(NUMBER, 0.01, doc="factor of negative values")


@operator("prelu")
class PReLU(Activation):
    """Leaky ReLU whose slope is learned (He et al. 2015)."""

    shared: Any = arg(FLAG, True, doc="one slope for all channels, otherwise one for each")
    slope: Any = arg(NUMBER, 0.25, doc="slope to begin with")

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        return {"weight": (1 if self.shared else inputs[0][channel_axis(inputs[0])],)}
