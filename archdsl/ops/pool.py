"""Pooling."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from archdsl.exact import one_answer, product
from archdsl.ops.arguments import FLAG, PADDING, PAIR, arg, optional, word
from archdsl.ops.errors import refuse
from archdsl.ops.facts import INDEX_BYTES, Kept, Layout, Memory, Reach, Window, keeps_input, no_scratch
from archdsl.ops.operator import Dim, NoMacs, Shape, operator
from archdsl.ops.shapes import Map, feature_map
from archdsl.ops.window import Sliding


class Pool(Sliding, NoMacs):
    """Base of pooling by a window that slides over each channel. Without a stride it steps by its own size."""

    memory, layout = Memory.NEW, Layout.BLOCKED
    alike = True

    kernel: Any
    stride: Any
    padding: Any
    ceil: Any

    @cached_property
    def window(self) -> Window:
        return Window(self.kernel, self.kernel if self.stride is None else self.stride, self.padding, (1, 1))

    def shape(self, *inputs: Shape) -> Shape:
        channels, *extents = feature_map(self, inputs[0])
        for pad, extent in zip(self.padding if self.padding != "same" else (), self.kernel, strict=False):
            if (ok := 2 * pad <= extent) is not True:
                refuse(ok, f"{self.word} takes padding up to half of its window of {extent}, {pad} came", about="padding")
        return Map((channels, *self.slid(tuple(extents), self.ceil)))


@operator("maxpool")
class MaxPool(Pool):
    """Largest value of each window."""

    kernel: Any = arg(PAIR, doc="height and width of the window")
    stride: Any = arg(optional(PAIR), None, doc="step of the window; the window's size where not given")
    padding: Any = arg(PADDING, (0, 0), doc="on either side; never the largest value")
    ceil: Any = arg(FLAG, False, doc="whether a window that is cut off at the end counts")

    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        return Kept(input=True, indices=product(output))

    def scratch(self, inputs: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
        return product(output) * INDEX_BYTES


@operator("avgpool")
class AvgPool(Pool):
    """Mean of each window."""

    kept, scratch = keeps_input, no_scratch

    kernel: Any = arg(PAIR, doc="height and width of the window")
    stride: Any = arg(optional(PAIR), None, doc="step of the window; the window's size where not given")
    padding: Any = arg(PADDING, (0, 0), doc="zeros on either side")
    ceil: Any = arg(FLAG, False, doc="whether a window that is cut off at the end counts")
    count_padding: Any = arg(FLAG, True, doc="whether the mean counts the padding")


@operator("adaptive_pool")
class AdaptivePool(NoMacs):
    """Pooling to a fixed height and width, 1x1 unless said otherwise: the global pooling of classifiers."""

    memory, layout = Memory.NEW, Layout.BLOCKED
    alike = True

    size: Any = arg(PAIR, (1, 1), doc="height and width of the output")
    mode: Any = arg(word("avg", "max"), "avg", doc="mean or largest value")

    def shape(self, *inputs: Shape) -> Shape:
        channels, _, _ = feature_map(self, inputs[0])
        return Map((channels, *self.size))

    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        if self.mode == "max":
            return Kept(input=True, indices=product(output))
        return Kept(input=self.size != (1, 1))  # a mean over everything needs its shape alone

    def scratch(self, inputs: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
        return product(output) * INDEX_BYTES if self.mode == "max" else 0

    def sees(self, inputs: tuple[Shape, ...], output: Shape) -> Window | Reach:
        """Windows of equal size where the extents divide evenly; to one value, or by uneven windows, everything."""
        (_, height, width), (_, rows, columns) = inputs[0], output
        if one_answer((rows == 1) & (columns == 1)) or not one_answer((height % rows == 0) & (width % columns == 0)):
            return Reach.EVERYTHING
        kernel = (height // rows, width // columns)
        return Window(kernel, kernel, (0, 0), (1, 1))
