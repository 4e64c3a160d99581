"""Learned factors."""

from __future__ import annotations

from typing import Any

from archdsl.ops.arguments import NUMBER, arg
from archdsl.ops.facts import Layout, Memory, keeps_input, needs_output_again, no_scratch, sees_place
from archdsl.ops.operator import SameShape, Shape, operator
from archdsl.ops.shapes import channel_axis


@operator("layer_scale")
class LayerScale(SameShape):
    """One learned factor for each channel, small at first, so that a residual path begins near nothing (Touvron et al. 2021)."""

    memory, layout = Memory.NEW, Layout.FOLLOWS
    kept, gradient, scratch, sees = keeps_input, needs_output_again, no_scratch, sees_place

    begin: Any = arg(NUMBER, 1e-6, doc="factor to begin with")

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        return {"weight": (inputs[0][channel_axis(inputs[0])],)}
