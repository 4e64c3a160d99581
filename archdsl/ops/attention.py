"""The parts of attention (Vaswani et al. 2017): heads, the product of two tensors, softmax."""

from __future__ import annotations

from typing import Any

from archdsl.exact import product
from archdsl.ops.arguments import COUNT, FLAG, arg, word
from archdsl.ops.axes import AXES, named_axis
from archdsl.ops.errors import ShapeError, refuse
from archdsl.ops.facts import (
    Layout,
    Memory,
    keeps_factors,
    keeps_nothing,
    keeps_output,
    no_scratch,
    sees_everything,
    sees_place,
)
from archdsl.ops.join import Mismatch
from archdsl.ops.operator import Dim, NoMacs, SameShape, Shape, View, operator
from archdsl.ops.shapes import Heads, Sequence, heads, sequence, size, typed

AXIS = word("last", *AXES)


@operator("split_heads")
class SplitHeads(View):
    """Channels shared out over heads: (tokens, channels) to (heads, tokens, channels / heads)."""

    sees = sees_place

    heads: Any = arg(COUNT, doc="number of heads")

    def shape(self, *inputs: Shape) -> Shape:
        *groups, count, channels = sequence(self, inputs[0])
        if (ok := channels % self.heads == 0) is not True:
            refuse(ok, f"{channels} channels cannot be shared out over {self.heads} heads", about="heads")
        return Heads((*groups, self.heads, count, channels // self.heads))


@operator("merge_heads")
class MergeHeads(NoMacs):
    """Heads side by side: (heads, tokens, channels) to (tokens, heads * channels)."""

    memory, layout = Memory.NEW, Layout.PLAIN
    kept, scratch, sees = keeps_nothing, no_scratch, sees_place
    keeps_scale = True

    def shape(self, *inputs: Shape) -> Shape:
        *groups, count, tokens, channels = heads(self, inputs[0])
        return Sequence((*groups, tokens, count * channels))


@operator("matmul")
class MatMul(NoMacs):
    """Matrix product of two tensors over their last two axes: (..., n, k) and (..., k, m) to (..., n, m)."""

    memory, layout = Memory.NEW, Layout.PLAIN
    kept, scratch, sees = keeps_factors, no_scratch, sees_everything
    joins = True

    transpose: Any = arg(FLAG, False, doc="whether the second comes as (..., m, k)")
    scaled: Any = arg(FLAG, False, doc="whether the product is divided by the square root of k")

    def shape(self, *inputs: Shape) -> Shape:
        if len(inputs) != 2:
            raise ShapeError(f"matmul takes two tensors, {len(inputs)} arrive")
        left, right = inputs
        shapes = f"{size(left)} and {size(right)}"
        if len(left) != len(right) or len(left) < 2:
            raise Mismatch(f"matmul of {shapes}, which have different axes or too few", 1)
        inner, outer = (-1, -2) if self.transpose else (-2, -1)
        pairs = [*zip(left[:-2], right[:-2], strict=True), (left[-1], right[inner])]
        for a, b in pairs:
            if (ok := a == b) is False:
                hint = "" if self.transpose else "transpose: true takes the second the other way round"
                raise Mismatch(f"matmul of {shapes}, which do not fit", 1, hint)
            if ok is not True:
                refuse(ok, f"matmul of {shapes}, which do not fit")
        return typed(left).with_axis(-1, right[outer])

    def partial(self, inputs: tuple[Shape, ...], output: Shape) -> list[tuple[str, Shape]]:
        return [("not scaled", output)] if self.scaled else []

    def products(self, inputs: tuple[Shape, ...], output: Shape) -> Dim:
        return product(output) * inputs[0][-1]


class OverAxis(SameShape):
    """Base of what makes shares of the values along one axis."""

    memory, layout = Memory.NEW, Layout.PLAIN
    kept, scratch, sees = keeps_output, no_scratch, sees_place

    over: Any

    def shape(self, *inputs: Shape) -> Shape:
        self.along(inputs[0])
        return inputs[0]

    def along(self, shape: Shape) -> int:
        """The axis, without the batch."""
        return len(shape) - 1 if self.over == "last" else named_axis(self, "over", shape)


@operator("softmax")
class Softmax(OverAxis):
    """Exponentials over their sum, along one axis: the last unless another is named."""

    over: Any = arg(AXIS, "last", doc="axis whose values add up to 1")


@operator("log_softmax")
class LogSoftmax(OverAxis):
    """Logarithm of the softmax, along one axis: the last unless another is named."""

    over: Any = arg(AXIS, "last", doc="axis whose exponentials add up to 1")
