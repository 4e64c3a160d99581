"""Operators that bring several tensors together."""

from __future__ import annotations

from typing import Any

from archdsl.exact import product, select
from archdsl.ops.arguments import NUMBER, WHOLE, arg, optional
from archdsl.ops.axes import names_of_axes
from archdsl.ops.errors import ShapeError, refuse
from archdsl.ops.facts import (
    Gradient,
    Kept,
    Layout,
    Memory,
    keeps_factors,
    keeps_nothing,
    no_scratch,
    passes_gradient,
    sees_place,
)
from archdsl.ops.operator import Dim, NoMacs, Shape, operator
from archdsl.ops.shapes import channel_axis, described, size, typed


class Mismatch(ShapeError):
    """Inputs of a join whose shapes do not agree; `index` is the input that differs from the first."""

    def __init__(self, message: str, index: int, hint: str = ""):
        super().__init__(message, hint)
        self.index = index


def _agree(word: str, axis_name: str, a: Any, b: Any, index: int, inputs: tuple[Shape, ...]) -> None:
    ok = a == b
    if ok is True:
        return
    shapes = f"{size(inputs[0])} and {size(inputs[index])}"
    if ok is False:
        hint = ""
        if axis_name == "channels" and word != "concat":
            hint = f"a 1x1 projection is missing: {{conv: {{out: {b if index == 0 else a}}}}} and norm on the path that differs"
        elif axis_name in ("height", "width"):
            hint = "give both paths the same stride"
        raise Mismatch(f"{word} of unequal shapes: {shapes} differ in {axis_name}", index, hint)
    refuse(ok, f"{word} of unequal shapes: {shapes} differ in {axis_name}")


class _Join(NoMacs):
    memory = Memory.NEW
    sees = sees_place
    joins = True

    def axis_names(self, inputs: tuple[Shape, ...]) -> tuple[str, ...]:
        first = typed(inputs[0])
        rank, kind = len(first), type(first)
        for index, shape in enumerate(inputs):
            if len(shape) != rank:
                raise Mismatch(f"{self.word} of unequal shapes: {size(first)} and {size(shape)}", index)
            if type(shape) is not kind and type(typed(shape)) is not kind:
                raise Mismatch(f"{self.word} of unlike tensors: {described(first)} and {described(typed(shape))}", index)
        return names_of_axes(first)


@operator("concat")
class Concat(_Join):
    """Tensors one after the other, along the channels unless said otherwise."""

    layout = Layout.PLAIN
    kept, scratch = keeps_nothing, no_scratch
    neutral = overwritable = side_by_side = True

    axis: Any = arg(optional(WHOLE), None, doc="axis without the batch; the channels where not given")

    def shape(self, *inputs: Shape) -> Shape:
        names = self.axis_names(inputs)
        along = self.along(inputs[0])
        for index, shape in enumerate(inputs[1:], 1):
            for axis, name in enumerate(names):
                if axis != along and shape[axis] is not inputs[0][axis]:
                    _agree(self.word, name, inputs[0][axis], shape[axis], index, inputs)
        return type(typed(inputs[0]))(sum(s[a] for s in inputs) if a == along else d for a, d in enumerate(inputs[0]))

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        return Gradient(passes=True, parts=True)

    def along(self, shape: Shape) -> int:
        """The axis without the batch."""
        axis = channel_axis(shape) if self.axis is None else self.axis
        if axis >= len(shape):
            raise ShapeError(f"concat along axis {axis}, {size(shape)} has {len(shape)} axes", about="axis")
        return axis


class _Combine(_Join):
    """Value by value over inputs of one shape; an axis of length 1 is stretched where `stretches` says so."""

    layout = Layout.FOLLOWS

    def shape(self, *inputs: Shape) -> Shape:
        names = self.axis_names(inputs)
        result = list(inputs[0])
        for index, shape in enumerate(inputs[1:], 1):
            for axis, name in enumerate(names):
                a, b = result[axis], shape[axis]
                if a is b or (self.stretches and type(b) is int and b == 1):
                    continue
                if self.stretches and type(a) is int and a == 1:
                    result[axis] = b
                    continue
                _agree(self.word, name, a, b, index, inputs)
        return type(typed(inputs[0]))(result)


class _Fold(_Combine):
    """Two inputs at a time, from the left."""

    scratch = no_scratch
    pairwise = neutral = True

    def partial(self, inputs: tuple[Shape, ...], output: Shape) -> list[tuple[str, Shape]]:
        return [(f"first {count}", self.shape(*inputs[:count])) for count in range(2, len(inputs))]


@operator("add")
class Add(_Fold):
    """Sum of the inputs."""

    kept, gradient = keeps_nothing, passes_gradient
    overwritable = True


@operator("mul")
class Mul(_Fold):
    """Product of the inputs; an axis of length 1 is stretched to the other's (gates of channels or of places)."""

    kept = keeps_factors
    stretches = True

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        """The gradient of what was stretched is as large as the output before it is summed up; of more than two inputs that of the
        product before comes with each."""
        if len(inputs) > 2:
            return Gradient(values=product(output), in_turn=True)
        return Gradient(values=sum(select(product(shape) < product(output), product(output), 0) for shape in inputs))


@operator("weighted_add")
class WeightedAdd(_Combine):
    """Sum of the inputs, each times the sigmoid of one learned number, as the nodes of a random graph add (Xie et al. 2019)."""

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        """For each input the products that are summed up into the gradient of its number."""
        return Gradient(values=product(output), in_turn=True)

    begin: Any = arg(NUMBER, 0.0, doc="number to begin with")

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        return {"weight": (len(inputs),)}

    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        return Kept(input=True, once=len(inputs))  # and the factors

    def scratch(self, inputs: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
        """The factors; and while two terms are added, both."""
        return (len(inputs) + (2 * product(output) if len(inputs) > 1 else 0)) * itemsize
