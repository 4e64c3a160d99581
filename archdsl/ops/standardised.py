"""Convolution by standardised weights."""

from __future__ import annotations

from typing import Any

from archdsl.exact import maximum, product
from archdsl.ops.arguments import COUNT, FLAG, PADDING, PAIR, POSITIVE, arg
from archdsl.ops.axes import ONE
from archdsl.ops.convolution import Convolving
from archdsl.ops.facts import Gradient, Kept, Layout, Memory
from archdsl.ops.operator import Dim, Shape, operator
from archdsl.ops.shapes import feature_map
from archdsl.ops.window import keeps_padded_input, needs_padded_gradient


@operator("std_conv")
class StdConv2d(Convolving):
    """Convolution whose weights have mean 0 and variance 1 in each output channel (Qiao et al. 2019), as in BiT's ResNets.

    With `gain` they are divided by the square root of their number and get a learned factor, as in networks without norms
    (Brock et al. 2021).
    """

    memory, layout = Memory.NEW, Layout.BLOCKED
    shared_scratch = True
    overwritable = True

    out: Any = arg(COUNT, doc="output channels")
    kernel: Any = arg(PAIR, ONE, doc="height and width of the kernel")
    stride: Any = arg(PAIR, ONE, doc="step of the kernel")
    padding: Any = arg(PADDING, "same", doc="zeros on either side; same keeps height and width at stride 1")
    dilation: Any = arg(PAIR, ONE, doc="spacing of the kernel's elements")
    groups: Any = arg(COUNT, 1, doc="number of groups that are convolved apart")
    bias: Any = arg(FLAG, False, doc="whether a bias is added to each output channel")
    gain: Any = arg(FLAG, False, doc="whether each output channel learns a factor of its weights")
    eps: Any = arg(POSITIVE, 1e-6, doc="added to the variance")

    def shape(self, *inputs: Shape) -> Shape:
        return super().shape(feature_map(self, inputs[0]))

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        found = super().weights(*inputs)
        return {**found, "gain": (self.out,)} if self.gain else found

    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        """The standardised weights, a mean and an inverse deviation of each output channel, and its factor."""
        more = (3 if self.gain else 2) * self.out
        return keeps_padded_input(self, inputs, output, in_place)._replace(once=self.standardised(inputs) + more)

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        """The gradient of the standardised weights too."""
        return needs_padded_gradient(self, inputs, output)._replace(once=self.standardised(inputs))

    def scratch(self, inputs: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
        """The standardised weights and their factors; while they are made, the statistics of each output channel too."""
        factors = self.out if self.gain else 0
        return (self.standardised(inputs) + factors + maximum(2 * self.out - product(output), 0)) * itemsize

    def standardised(self, inputs: tuple[Shape, ...]) -> Dim:
        """Number of weights that are standardised."""
        return product(super().weights(*inputs)["weight"])
