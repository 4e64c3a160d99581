"""Convolution."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from archdsl.ops.arguments import COUNT, FLAG, PADDING, PAIR, arg
from archdsl.ops.errors import refuse
from archdsl.ops.facts import Layout, Memory, Window, keeps_input, no_scratch
from archdsl.ops.operator import Dim, Shape, operator
from archdsl.ops.shapes import Map, feature_map
from archdsl.ops.window import Sliding


@operator("conv")
class Conv2d(Sliding):
    """Two-dimensional convolution. `groups: $in` makes it depthwise."""

    memory, layout = Memory.NEW, Layout.BLOCKED
    kept, scratch = keeps_input, no_scratch
    overwritable = takes_norm = True

    out: Any = arg(COUNT, doc="output channels")
    kernel: Any = arg(PAIR, (1, 1), doc="height and width of the kernel")
    stride: Any = arg(PAIR, (1, 1), doc="step of the kernel")
    padding: Any = arg(PADDING, "same", doc="zeros on either side; same keeps height and width at stride 1")
    dilation: Any = arg(PAIR, (1, 1), doc="spacing of the kernel's elements")
    groups: Any = arg(COUNT, 1, doc="number of groups that are convolved apart")
    bias: Any = arg(FLAG, False, doc="whether a bias is added to each output channel")

    @cached_property
    def window(self) -> Window:
        return Window(self.kernel, self.stride, self.padding, self.dilation)

    def shape(self, *inputs: Shape) -> Shape:
        channels, height, width = feature_map(self, inputs[0])
        if self.groups != 1:
            for count, what in ((channels, "input"), (self.out, "output")):
                if (ok := count % self.groups == 0) is not True:
                    refuse(ok, f"{count} {what} channels cannot be divided into {self.groups} groups", about="groups")
        return Map((self.out, *self.slid((height, width))))

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        weight = (self.out, inputs[0][0] // self.groups, *self.kernel)
        return {"weight": weight, "bias": (self.out,)} if self.bias else {"weight": weight}

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> Dim:
        out, height, width = output
        return out * height * width * (inputs[0][0] // self.groups) * self.kernel[0] * self.kernel[1]
