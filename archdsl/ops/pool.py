"""Pooling."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from archdsl.exact import one_answer, product
from archdsl.ops.arguments import FLAG, PADDING, PAIR, arg, optional, word
from archdsl.ops.axes import NONE, ONE, any_map, spread
from archdsl.ops.errors import ShapeError, refuse
from archdsl.ops.facts import INDEX_BYTES, Gradient, Kept, Layout, Memory, Reach, Window, no_scratch
from archdsl.ops.operator import Dim, NoMacs, Shape, operator
from archdsl.ops.shapes import Map
from archdsl.ops.window import Sliding, keeps_padded_input, needs_padded_gradient, uneven


class Pool(Sliding, NoMacs):
    """Base of pooling by a window that slides over each channel. Without a stride it steps by its own size."""

    memory, layout = Memory.NEW, Layout.BLOCKED
    alike = True

    kernel: Any
    stride: Any
    padding: Any
    ceil: Any

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        return needs_padded_gradient(self, inputs, output)._replace(plain=True)

    @cached_property
    def window(self) -> Window:
        return Window(self.kernel, self.kernel if self.stride is None else self.stride, self.padding, ONE)

    def shape(self, *inputs: Shape) -> Shape:
        arriving = any_map(self, inputs[0])
        if isinstance(self.padding, str):
            if self.ceil and self.padding != "same":
                raise ShapeError(f"with padding {self.padding} no window of {self.word} is cut off at the end", about="ceil")
        else:
            for pad, extent in zip(spread(self, "padding", arriving), spread(self, "kernel", arriving), strict=True):
                if (ok := 2 * pad <= extent) is not True:
                    refuse(ok, f"{self.word} takes padding up to half of its window of {extent}, {pad} came", about="padding")
        return Map((arriving[0], *self.slid(arriving, self.ceil)))


@operator("maxpool")
class MaxPool(Pool):
    """Largest value of each window."""

    keeps_scale = True

    kernel: Any = arg(PAIR, doc="height and width of the window")
    stride: Any = arg(optional(PAIR), None, doc="step of the window; the window's size where not given")
    padding: Any = arg(PADDING, NONE, doc="on either side; never the largest value")
    ceil: Any = arg(FLAG, False, doc="whether a window that is cut off at the end counts")

    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        return keeps_padded_input(self, inputs, output, in_place)._replace(indices=product(output))

    def scratch(self, inputs: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
        return product(output) * INDEX_BYTES


@operator("avgpool")
class AvgPool(Pool):
    """Mean of each window."""

    kept, scratch = keeps_padded_input, no_scratch

    kernel: Any = arg(PAIR, doc="height and width of the window")
    stride: Any = arg(optional(PAIR), None, doc="step of the window; the window's size where not given")
    padding: Any = arg(PADDING, NONE, doc="zeros on either side")
    ceil: Any = arg(FLAG, False, doc="whether a window that is cut off at the end counts")
    count_padding: Any = arg(FLAG, True, doc="whether the mean counts the padding")

    def shape(self, *inputs: Shape) -> Shape:
        found = super().shape(*inputs)
        if not self.count_padding and (ok := uneven(self.over(inputs[0])) is False) is not True:
            refuse(
                ok,
                "a mean over padding that differs at the two ends counts it",
                "count_padding: true, or a pad of its own",
                "padding",
            )
        return found


@operator("adaptive_pool")
class AdaptivePool(NoMacs):
    """Pooling to a fixed height and width, 1x1 unless said otherwise: the global pooling of classifiers."""

    memory, layout = Memory.NEW, Layout.BLOCKED
    alike = True

    size: Any = arg(PAIR, ONE, doc="height and width of the output")
    mode: Any = arg(word("avg", "max"), "avg", doc="mean or largest value")

    def shape(self, *inputs: Shape) -> Shape:
        arriving = any_map(self, inputs[0])
        return Map((arriving[0], *spread(self, "size", arriving)))

    @property
    def is_global(self) -> Any:
        """Whether it makes one place of all: true, false, or the variants where it does."""
        found: Any = True
        for extent in self.size:
            found = (extent == 1) & found
        return found

    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        if self.mode == "max":
            return Kept(input=True, indices=product(output))
        return Kept(input=not all((extent == 1) is True for extent in self.size))  # a mean over everything needs its shape alone

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        return Gradient(plain=True)

    def scratch(self, inputs: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
        return product(output) * INDEX_BYTES if self.mode == "max" else 0

    def sees(self, inputs: tuple[Shape, ...], output: Shape) -> Window | Reach:
        """Windows of equal size where the extents divide evenly; to one value, or by uneven windows, everything."""
        axes = list(zip(inputs[0][1:], output[1:], strict=True))
        if one_answer(self.is_global) or not all(one_answer(extent % count == 0) for extent, count in axes):
            return Reach.EVERYTHING
        kernel = tuple([extent // count for extent, count in axes])
        return Window(kernel, kernel, (0,) * len(kernel), (1,) * len(kernel))
