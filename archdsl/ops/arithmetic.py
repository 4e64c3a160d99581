"""Plain arithmetic: differences and quotients of tensors, factors, summands, bounds, lengths of vectors; tensors that become an axis."""

from __future__ import annotations

from typing import Any

from archdsl.exact import product
from archdsl.ops.arguments import FLAG, NUMBER, POSITIVE, arg, optional, word
from archdsl.ops.errors import ArgumentError, RankError, ShapeError, refuse
from archdsl.ops.facts import (
    Dim,
    Gradient,
    Kept,
    Layout,
    Memory,
    Reach,
    keeps_input,
    keeps_nothing,
    no_scratch,
    passes_gradient,
    sees_place,
)
from archdsl.ops.join import _Combine, _Join
from archdsl.ops.operator import Operator, SameShape, Shape, operator
from archdsl.ops.shapes import Heads, Map, Sequence, Vector, channel_axis, described, heads, typed


class _OfTwo(_Combine):
    """The first and the second."""

    scratch = no_scratch
    stretches = True

    def shape(self, *inputs: Shape) -> Shape:
        if len(inputs) != 2:
            raise ShapeError(f"{self.word} takes two tensors, {len(inputs)} arrive")
        return super().shape(*inputs)


@operator("sub")
class Sub(_OfTwo):
    """The first input less the second; a 1x1 map is stretched."""

    kept = keeps_nothing
    overwritable = True


@operator("div")
class Div(_OfTwo):
    """The first input by the second; a 1x1 map is stretched."""

    kept = keeps_input

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        """The gradient of the second is a product of quotients."""
        return Gradient(values=2 * product(output))


@operator("stack")
class Stack(_Join):
    """Tensors of one shape along a new axis: vectors make a sequence, sequences groups of tokens, maps a map with one more place."""

    layout = Layout.PLAIN
    kept, scratch = keeps_nothing, no_scratch
    overwritable = side_by_side = True

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        return Gradient(passes=True, parts=True)

    def shape(self, *inputs: Shape) -> Shape:
        names = self.axis_names(inputs)
        first = typed(inputs[0])
        for shape in inputs[1:]:
            for a, b, name in zip(first, shape, names, strict=True):
                if a is not b:
                    self.agree(name, a, b)
        made = [*first]
        made.insert(self.along(first), len(inputs))
        if isinstance(first, Map) and len(first) < 4:
            return Map(made)
        if isinstance(first, Vector) or (isinstance(first, Sequence) and len(first) == 2):
            return Sequence(made)
        raise RankError(f"stack takes vectors, tokens or maps, {described(first)} arrives")

    def agree(self, name: str, a: Dim, b: Dim) -> None:
        if (ok := a == b) is not True:
            refuse(ok, f"stack of unequal shapes: {a} and {b} differ in {name}")

    def along(self, shape: Shape) -> int:
        """Where the new axis stands, without the batch."""
        return 1 if isinstance(typed(shape), Map) else 0


@operator("gain")
class Gain(SameShape):
    """Times one number, learned or fixed; inside attention one for each head, if asked."""

    memory, layout = Memory.NEW, Layout.FOLLOWS
    scratch, sees = no_scratch, sees_place

    begin: Any = arg(NUMBER, 1.0, doc="the number, to begin with where it is learned")
    learned: Any = arg(FLAG, True, doc="whether it is learned")
    per: Any = arg(word("tensor", "head"), "tensor", doc="one for everything, or one for each head")

    def shape(self, *inputs: Shape) -> Shape:
        if self.per == "head":
            heads(self, inputs[0])
        return inputs[0]

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        if not self.learned:
            return {}
        return {"weight": (inputs[0][-3], 1, 1) if self.per == "head" else (1,)}

    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        return Kept(input=self.learned)

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        return Gradient(values=product(output) if self.learned else 0)


@operator("offset")
class Offset(SameShape):
    """Plus one number, learned or fixed; or a learned one for each channel, or inside attention for each head."""

    memory, layout = Memory.NEW, Layout.FOLLOWS
    kept, gradient, scratch, sees = keeps_nothing, passes_gradient, no_scratch, sees_place

    begin: Any = arg(NUMBER, 0.0, doc="the number, to begin with where it is learned")
    learned: Any = arg(FLAG, True, doc="whether it is learned")
    per: Any = arg(word("tensor", "channel", "head"), "tensor", doc="one for everything, for each channel, or for each head")

    def shape(self, *inputs: Shape) -> Shape:
        if self.per == "head":
            heads(self, inputs[0])
        return inputs[0]

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        if not self.learned:
            return {}
        shape = inputs[0]
        return {"weight": (1 if self.per == "tensor" else shape[channel_axis(shape)] if self.per == "channel" else shape[-3],)}


@operator("clamp")
class Clamp(SameShape):
    """Values kept within bounds."""

    memory, layout = Memory.NEW, Layout.FOLLOWS
    kept, scratch, sees = keeps_input, no_scratch, sees_place

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        """For each bound which values keep to it, a byte each."""
        bounds = (self.least is not None) + (self.most is not None)
        return Gradient(values=bounds * product(output) // 4)

    least: Any = arg(optional(NUMBER), None, doc="lower bound; none where not given")
    most: Any = arg(optional(NUMBER), None, doc="upper bound; none where not given")

    @classmethod
    def read(cls, values: dict[str, Any]) -> Operator:
        made = super().read(values)
        assert isinstance(made, Clamp)
        if made.least is not None and made.most is not None and made.least > made.most:
            raise ArgumentError(f"'least' of clamp must be at most 'most', which is {made.most:g}", "", "least")
        return made

    def shape(self, *inputs: Shape) -> Shape:
        if self.least is None and self.most is None:
            raise ShapeError("clamp needs a bound", "least: 0, most: 6, or both")
        return inputs[0]


@operator("l2_norm")
class L2Norm(SameShape):
    """Vectors divided by their length, so that it is 1: over the channels, or over the tokens of each channel."""

    memory, layout = Memory.NEW, Layout.PLAIN

    over: Any = arg(word("channels", "tokens"), "channels", doc="axis that the length is of")
    eps: Any = arg(POSITIVE, 1e-12, doc="least length that is divided by")

    def shape(self, *inputs: Shape) -> Shape:
        if self.over == "tokens" and not isinstance(typed(inputs[0]), (Sequence, Heads)):
            raise RankError(f"l2_norm over tokens takes tokens, {described(typed(inputs[0]))} arrives")
        return inputs[0]

    def along(self, shape: Shape) -> int:
        """The axis, without the batch."""
        return len(shape) - 2 if self.over == "tokens" else typed(shape).channel_axis

    def _lengths(self, shape: Shape) -> Dim:
        return product(extent for axis, extent in enumerate(shape) if axis != self.along(shape))

    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        return Kept(input=True, values=2 * self._lengths(inputs[0]))

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        """What comes through the quotient and the length."""
        return Gradient(values=3 * product(output))

    def scratch(self, inputs: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
        return self._lengths(inputs[0]) * itemsize

    def sees(self, inputs: tuple[Shape, ...], output: Shape) -> Reach:
        return Reach.EVERYTHING if self.over == "tokens" else Reach.PLACE
