"""Values along an axis brought down to one."""

from __future__ import annotations

from typing import Any

from archdsl.exact import product
from archdsl.ops.arguments import FLAG, arg, word
from archdsl.ops.axes import AXES, any_map, named_axis, names_of_axes
from archdsl.ops.errors import ShapeError
from archdsl.ops.facts import Gradient, Kept, Layout, Memory, Reach, no_scratch
from archdsl.ops.operator import NoMacs, Shape, operator
from archdsl.ops.shapes import Heads, Map, Sequence, Typed, Vector, described, typed


@operator("reduce")
class Reduce(NoMacs):
    """Mean, largest or least value, or sum along one axis, or over all places of a map.

    The axis stays, with a length of 1, so that what is made can gate what it was made of; `keep: false` takes it away: a sequence
    without tokens and a map without places are vectors, a map over height alone is one over its width.
    """

    memory, layout = Memory.NEW, Layout.PLAIN
    scratch = no_scratch

    over: Any = arg(word("places", *AXES), doc="axis; places are all axes of a map but the channels")
    mode: Any = arg(word("mean", "max", "min", "sum"), "mean", doc="what is made of the values")
    keep: Any = arg(FLAG, True, doc="whether the axis stays, with a length of 1")

    def shape(self, *inputs: Shape) -> Shape:
        arriving, axes = typed(inputs[0]), self.along(inputs[0])
        if self.keep:
            return type(arriving)(1 if axis in axes else extent for axis, extent in enumerate(arriving))
        left = [extent for axis, extent in enumerate(arriving) if axis not in axes]
        return self._without(arriving)(left)

    def along(self, shape: Shape) -> tuple[int, ...]:
        """The axes, without the batch."""
        if self.over == "places":
            return tuple(range(1, len(any_map(self, shape))))
        return (named_axis(self, "over", shape),)

    def _without(self, arriving: Typed) -> type[Typed]:
        """The kind of what is left. Raises ShapeError where that is none."""
        names = set(names_of_axes(arriving)) - {self.over}
        if self.over == "places" or names == {"channels"} or (self.over == "channels" and names == {"tokens"}):
            return Vector
        if "channels" not in names or len(arriving) == 1:
            raise ShapeError(f"{described(arriving)} without {self.over} is no tensor of a network", "keep: true", "keep")
        if type(arriving) is Map:
            return Map
        return Heads if names >= {"heads", "tokens"} else Sequence

    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        return Kept(input=True, output=True) if self.mode in ("max", "min") else Kept()

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        """Largest and least values are shared out among those that are equal: which they are, a byte each, and how many."""
        if self.mode not in ("max", "min"):
            return Gradient(passes=self.mode == "sum")
        return Gradient(values=product(inputs[0]) + product(inputs[0]) // 4 + 3 * product(output))

    def sees(self, inputs: tuple[Shape, ...], output: Shape) -> Reach:
        return Reach.PLACE if self.over in ("channels", "heads") else Reach.EVERYTHING
