"""Convolution."""

from __future__ import annotations

from typing import Any

from archdsl.ops.arguments import COUNT, FLAG, PADDING, PAIR, arg
from archdsl.ops.errors import refuse
from archdsl.ops.operator import Dim, Operator, Shape, along, feature_map, operator, slide


@operator("conv")
class Conv2d(Operator):
    """Two-dimensional convolution. `groups: $in` makes it depthwise."""

    out: Any = arg(COUNT, doc="output channels")
    kernel: Any = arg(PAIR, (1, 1), doc="height and width of the kernel")
    stride: Any = arg(PAIR, (1, 1), doc="step of the kernel")
    padding: Any = arg(PADDING, "same", doc="zeros on either side; same keeps height and width at stride 1")
    dilation: Any = arg(PAIR, (1, 1), doc="spacing of the kernel's elements")
    groups: Any = arg(COUNT, 1, doc="number of groups that are convolved apart")
    bias: Any = arg(FLAG, False, doc="whether a bias is added to each output channel")

    def shape(self, *inputs: Shape) -> Shape:
        channels, height, width = feature_map(self, inputs[0])
        if self.groups != 1:
            for count, what in ((channels, "input"), (self.out, "output")):
                if (ok := count % self.groups == 0) is not True:
                    refuse(ok, f"{count} {what} channels cannot be divided into {self.groups} groups")
        pad = self.padding
        return (
            self.out,
            slide(height, self.kernel[0], self.stride[0], along(pad, 0), self.dilation[0]),
            slide(width, self.kernel[1], self.stride[1], along(pad, 1), self.dilation[1]),
        )

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        weight = (self.out, inputs[0][0] // self.groups, *self.kernel)
        return {"weight": weight, "bias": (self.out,)} if self.bias else {"weight": weight}

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> Dim:
        out, height, width = output
        return out * height * width * (inputs[0][0] // self.groups) * self.kernel[0] * self.kernel[1]
