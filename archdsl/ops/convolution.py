"""Convolution, and its transpose."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any

from archdsl.exact import product
from archdsl.ops.arguments import COUNT, FLAG, PADDING, PAIR, WHOLE_AXES, arg
from archdsl.ops.axes import NONE, ONE, any_map, spread
from archdsl.ops.errors import ShapeError, refuse
from archdsl.ops.facts import Layout, Memory, Window, keeps_input, no_scratch
from archdsl.ops.operator import Dim, Operator, Shape, operator
from archdsl.ops.shapes import Map
from archdsl.ops.window import Sliding, keeps_padded_input, needs_padded_gradient


class Grouped(Operator):
    """Base of the layers that convolve groups of channels apart."""

    out: Any
    groups: Any
    bias: Any

    def need_groups(self, channels: Dim) -> None:
        """Raises ShapeError where channels cannot be shared out over the groups."""
        if self.groups != 1:
            for count, what in ((channels, "input"), (self.out, "output")):
                if (ok := count % self.groups == 0) is not True:
                    refuse(ok, f"{count} {what} channels cannot be divided into {self.groups} groups", about="groups")


class Convolving(Sliding, Grouped):
    """Base of the convolutions by a window of weights: its shape rule, weights and counts."""

    kernel: Any
    stride: Any
    padding: Any
    dilation: Any

    @cached_property
    def window(self) -> Window:
        return Window(self.kernel, self.stride, self.padding, self.dilation)

    def shape(self, *inputs: Shape) -> Shape:
        arriving = any_map(self, inputs[0])
        self.need_groups(arriving[0])
        return Map((self.out, *self.slid(arriving)))

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        weight = (self.out, inputs[0][0] // self.groups, *self.over(inputs[0]).kernel)
        return {"weight": weight, "bias": (self.out,)} if self.bias else {"weight": weight}

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> Dim:
        return product(output) * (inputs[0][0] // self.groups) * product(self.over(inputs[0]).kernel)


@operator("conv")
class Conv2d(Convolving):
    """Convolution over one, two or three places. `groups: $in` makes it depthwise.

    `padding: tf_same` is TensorFlow's SAME, with more at the end where it cannot be even; `causal`, over one place, pads the
    beginning alone, so that nothing sees what comes after it.
    """

    memory, layout = Memory.NEW, Layout.BLOCKED
    kept, gradient, scratch = keeps_padded_input, needs_padded_gradient, no_scratch
    overwritable = takes_norm = True

    out: Any = arg(COUNT, doc="output channels")
    kernel: Any = arg(PAIR, ONE, doc="height and width of the kernel")
    stride: Any = arg(PAIR, ONE, doc="step of the kernel")
    padding: Any = arg(PADDING, "same", doc="zeros on either side; same keeps height and width at stride 1")
    dilation: Any = arg(PAIR, ONE, doc="spacing of the kernel's elements")
    groups: Any = arg(COUNT, 1, doc="number of groups that are convolved apart")
    bias: Any = arg(FLAG, False, doc="whether a bias is added to each output channel")


@operator("conv_transpose")
class ConvTranspose(Grouped):
    """Transposed convolution (Dumoulin & Visin 2016): the gradient of a convolution, which enlarges a map by its stride.

    Along an axis the output is stride (n - 1) + dilation (kernel - 1) + 1 + output_padding - 2 padding long.
    """

    memory, layout = Memory.NEW, Layout.BLOCKED
    kept, scratch = keeps_input, no_scratch
    overwritable = True

    out: Any = arg(COUNT, doc="output channels")
    kernel: Any = arg(PAIR, doc="height and width of the kernel")
    stride: Any = arg(PAIR, ONE, doc="how far apart the kernel is put down, the factor of height and width")
    padding: Any = arg(WHOLE_AXES, NONE, doc="what is cut off on either side")
    output_padding: Any = arg(WHOLE_AXES, NONE, doc="what is added at the end, less than stride or dilation")
    dilation: Any = arg(PAIR, ONE, doc="spacing of the kernel's elements")
    groups: Any = arg(COUNT, 1, doc="number of groups that are convolved apart")
    bias: Any = arg(FLAG, False, doc="whether a bias is added to each output channel")

    def axes(self, shape: Shape) -> tuple[tuple[Dim, ...], ...]:
        """Kernel, stride, padding, output padding and dilation for the places of a map."""
        return tuple([spread(self, name, shape) for name in ("kernel", "stride", "padding", "output_padding", "dilation")])

    def shape(self, *inputs: Shape) -> Shape:
        arriving = any_map(self, inputs[0])
        self.need_groups(arriving[0])
        return Map((self.out, *map(_enlarged, arriving[1:], *self.axes(arriving))))

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        weight = (inputs[0][0], self.out // self.groups, *spread(self, "kernel", inputs[0]))
        return {"weight": weight, "bias": (self.out,)} if self.bias else {"weight": weight}

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> Dim:
        """Every value of the input takes the whole kernel."""
        return product(inputs[0]) * (self.out // self.groups) * product(spread(self, "kernel", inputs[0]))

    def sees(self, inputs: tuple[Shape, ...], output: Shape) -> Window:
        """What reaches one value of the output lies stride / gcd(stride, dilation) elements of the kernel apart."""
        kernel, stride, _, _, dilation = self.axes(inputs[0])
        shared = [_common(s, d) for s, d in zip(stride, dilation, strict=True)]
        seen = tuple([-(-k * g // s) for k, s, g in zip(kernel, stride, shared, strict=True)])
        apart = tuple([d // g for d, g in zip(dilation, shared, strict=True)])
        return Window(seen, (1,) * len(seen), (0,) * len(seen), apart, stride)


def _enlarged(extent: Dim, kernel: Dim, stride: Dim, padding: Dim, more: Dim, dilation: Dim) -> Dim:
    if (ok := (more < stride) | (more < dilation)) is not True:
        refuse(
            ok,
            f"output_padding must be less than stride or dilation, {more} came with a stride of {stride}",
            about="output_padding",
        )
    length = (extent - 1) * stride + dilation * (kernel - 1) + 1 + more - 2 * padding
    if (ok := length >= 1) is not True:
        refuse(ok, f"a padding of {padding} cuts off all that a kernel of {kernel} makes of {extent}", about="padding")
    return length


def _common(stride: Dim, dilation: Dim) -> Dim:
    """The greatest common divisor."""
    if type(stride) is int and type(dilation) is int:
        return math.gcd(stride, dilation)
    if (dilation == 1) is True or (stride == 1) is True:
        return 1
    raise ShapeError("the receptive field of a dilated conv_transpose needs one stride and dilation")
