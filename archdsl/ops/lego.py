"""Filters that are used more than once (LegoNet, Yang et al. 2019): convolution by shared filters, and the choice among its maps.

The paper trains the choice through a proxy for each output, group and filter, which is thrown away afterwards. Here the choice is
data beside the weights: it begins at random and is saved and loaded with them.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from archdsl.exact import maximum, minimum, product, select
from archdsl.ops.arguments import COUNT, PADDING, PAIR, arg
from archdsl.ops.axes import ONE
from archdsl.ops.errors import refuse
from archdsl.ops.facts import Gradient, Kept, Layout, Memory, Window, no_scratch, sees_place
from archdsl.ops.operator import Dim, Operator, Shape, operator
from archdsl.ops.shapes import Map, feature_map
from archdsl.ops.window import Sliding, keeps_padded_input, needs_padded_gradient


@operator("shared_conv")
class SharedConv(Sliding):
    """Convolution of equal groups of channels, each by the same filters (split and transform).

    A filter is counted once in the parameters and once for each group in the multiply-accumulates. The maps of the first group
    come first.
    """

    memory, layout = Memory.NEW, Layout.PLAIN
    kept, gradient, scratch = keeps_padded_input, needs_padded_gradient, no_scratch

    filters: Any = arg(COUNT, doc="number of filters, and of maps that each group gives")
    groups: Any = arg(COUNT, doc="number of groups that share them")
    kernel: Any = arg(PAIR, ONE, doc="height and width of the kernel")
    stride: Any = arg(PAIR, ONE, doc="step of the kernel")
    padding: Any = arg(PADDING, "same", doc="zeros on either side; same keeps height and width at stride 1")

    @cached_property
    def window(self) -> Window:
        return Window(self.kernel, self.stride, self.padding, ONE)

    def shape(self, *inputs: Shape) -> Shape:
        channels, *_ = feature_map(self, inputs[0])
        if (ok := channels % self.groups == 0) is not True:
            refuse(ok, f"{channels} input channels cannot be divided into {self.groups} groups", about="groups")
        return Map((self.filters * self.groups, *self.slid(inputs[0])))

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        return {"weight": (self.filters, inputs[0][0] // self.groups, *self.kernel)}

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> Dim:
        maps, height, width = output
        return maps * height * width * (inputs[0][0] // self.groups) * self.kernel[0] * self.kernel[1]


@operator("choose_add")
class ChooseAdd(Operator):
    """Each output channel adds one chosen map of every group, times a learned coefficient (merge).

    It is a pointwise convolution of which one coefficient for each output and group is not zero, and is counted so.
    """

    memory, layout = Memory.NEW, Layout.PLAIN
    sees = sees_place
    integers = frozenset({"choice"})

    out: Any = arg(COUNT, doc="output channels")
    groups: Any = arg(COUNT, doc="number of groups of maps, one is chosen of each")

    def shape(self, *inputs: Shape) -> Shape:
        maps, height, width = feature_map(self, inputs[0])
        if (ok := maps % self.groups == 0) is not True:
            refuse(ok, f"{maps} maps cannot be divided into {self.groups} groups", about="groups")
        return Map((self.out, height, width))

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        return {"weight": (self.out, self.groups)}

    def buffers(self, *inputs: Shape) -> dict[str, Shape]:
        return {"choice": (self.out, self.groups)}

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> Dim:
        out, height, width = output
        return out * height * width * self.groups

    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        return Kept(values=self.groups * product(output))  # what was chosen of each group

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        """The gradient of what was chosen of a group, and what it gives back to the input while that is added to what others did."""
        size, chosen = product(inputs[0]), product(output)
        return Gradient(values=select(self.groups > 1, size + chosen, maximum(2 * chosen - size, 0)))

    def scratch(self, inputs: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
        """What was chosen before it is multiplied; from the second group on, the sum so far too."""
        return product(output) * itemsize * minimum(self.groups, 2)
