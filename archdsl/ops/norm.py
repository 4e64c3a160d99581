"""Normalisation."""

from __future__ import annotations

from typing import Any

from archdsl.ops.arguments import FLAG, NUMBER, arg
from archdsl.ops.operator import Elementwise, Shape, channel_axis, operator


@operator("norm")
class BatchNorm(Elementwise):
    """Batch normalisation over the channels (Ioffe & Szegedy 2015)."""

    eps: Any = arg(NUMBER, 1e-5, doc="added to the variance")
    momentum: Any = arg(NUMBER, 0.1, doc="share of the new batch in the running statistics")
    affine: Any = arg(FLAG, True, doc="whether scale and shift are learned")

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        channels = (inputs[0][channel_axis(inputs[0])],)
        return {"weight": channels, "bias": channels} if self.affine else {}

    def buffers(self, *inputs: Shape) -> dict[str, Shape]:
        channels = (inputs[0][channel_axis(inputs[0])],)
        return {"running_mean": channels, "running_var": channels}


@operator("layer_norm")
class LayerNorm(Elementwise):
    """Layer normalisation over the channels of each token, or of each place of a map (Ba et al. 2016)."""

    eps: Any = arg(NUMBER, 1e-5, doc="added to the variance")
    affine: Any = arg(FLAG, True, doc="whether scale and shift are learned")

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        channels = (inputs[0][channel_axis(inputs[0])],)
        return {"weight": channels, "bias": channels} if self.affine else {}
