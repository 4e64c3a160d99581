"""Tokens of vision transformers (Dosovitskiy et al. 2021): from maps to sequences and from sequences to vectors."""

from __future__ import annotations

from typing import Any

from archdsl.exact import product
from archdsl.ops.arguments import COUNT, NOT_NEGATIVE, PLANE, POSITIVE, WHOLE, arg, optional, word
from archdsl.ops.errors import RankError, refuse
from archdsl.ops.facts import Layout, Memory, keeps_nothing, no_scratch, passes_gradient, sees_everything, sees_place
from archdsl.ops.operator import Dim, NoMacs, Operator, SameShape, Shape, View, operator
from archdsl.ops.shapes import Map, Sequence, Vector, described, feature_map, sequence, size, typed


def ungrouped(op: Operator, shape: Shape) -> tuple[Dim, Dim]:
    """Tokens and channels of a sequence whose tokens stand in no groups. Raises ShapeError for anything else."""
    if len(found := sequence(op, shape)) != 2:
        raise RankError(f"{op.word} takes tokens x channels, groups of tokens arrive: {size(shape)}")
    return found


@operator("tokens")
class Tokens(View):
    """The places of a map as tokens, row by row: (channels, height, width) to (height * width, channels)."""

    sees = sees_place

    def shape(self, *inputs: Shape) -> Shape:
        channels, height, width = feature_map(self, inputs[0])
        return Sequence((height * width, channels))


@operator("class_token")
class ClassToken(NoMacs):
    """Learned tokens before the others, one unless more are asked for (registers of Darcet et al. 2024)."""

    memory, layout = Memory.NEW, Layout.PLAIN
    kept, gradient, scratch, sees = keeps_nothing, passes_gradient, no_scratch, sees_place

    deviation: Any = arg(NOT_NEGATIVE, 1e-6, doc="standard deviation to begin with")
    count: Any = arg(COUNT, 1, doc="how many")

    def shape(self, *inputs: Shape) -> Shape:
        tokens, channels = ungrouped(self, inputs[0])
        return Sequence((tokens + self.count, channels))

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        return {"weight": (self.count, inputs[0][-1])}


@operator("position")
class Position(SameShape):
    """Adds a learned embedding to every token, or to every place of a map: a number to each value that arrives.

    With a `size` the embedding of a map is that large and fills the map by interpolation, or in tiles, the same in each.
    """

    memory, layout = Memory.NEW, Layout.PLAIN
    kept, gradient, sees = keeps_nothing, passes_gradient, sees_place
    shared_scratch = True

    deviation: Any = arg(POSITIVE, 0.02, doc="standard deviation to begin with, cut off at -2 and 2")
    size: Any = arg(optional(PLANE), None, doc="height and width of what is learned; those of the map where not given")
    fill: Any = arg(word("bicubic", "bilinear", "tiles"), "bicubic", doc="how what is learned at a `size` fills the map")

    def shape(self, *inputs: Shape) -> Shape:
        if self.size is not None:
            _, *places = feature_map(self, inputs[0])
            for own, extent in zip(self.size, places, strict=True):
                if self.fill == "tiles" and (ok := extent % own == 0) is not True:
                    refuse(ok, f"tiles of {size(self.size)} do not fill a map of {size(tuple(places))}", about="size")
        elif not isinstance(typed(inputs[0]), (Sequence, Map)):
            raise RankError(f"position takes tokens or a map, {described(typed(inputs[0]))} arrives")
        return inputs[0]

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        return {"weight": inputs[0] if self.size is None else (inputs[0][0], *self.size)}

    def scratch(self, inputs: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
        """The embedding that fills the map, once for the batch."""
        return 0 if self.size is None else product(output) * itemsize


@operator("select_token")
class SelectToken(View):
    """One token as a vector: what a classifier takes from the class token."""

    sees = sees_place

    index: Any = arg(WHOLE, 0, doc="number of the token, counted from 0")

    def shape(self, *inputs: Shape) -> Shape:
        count, channels = ungrouped(self, inputs[0])
        if (ok := self.index < count) is not True:
            refuse(ok, f"there is no token {self.index} among {count}", about="index")
        return Vector((channels,))


@operator("slice_tokens")
class SliceTokens(View):
    """Tokens from `start` up to, and without, `stop`: class tokens apart from those of patches."""

    sees = sees_place

    start: Any = arg(WHOLE, 0, doc="first token, counted from 0")
    stop: Any = arg(optional(COUNT), None, doc="token after the last; the end where not given")

    def shape(self, *inputs: Shape) -> Shape:
        count, channels = ungrouped(self, inputs[0])
        stop = count if self.stop is None else self.stop
        if (ok := (self.start < stop) & (stop <= count)) is not True:
            refuse(ok, f"a slice from {self.start} to {stop} does not lie within {count} tokens")
        return Sequence((stop - self.start, channels))


@operator("token_mean")
class TokenMean(NoMacs):
    """Mean of all tokens as a vector."""

    memory, layout = Memory.NEW, Layout.PLAIN
    kept, scratch, sees = keeps_nothing, no_scratch, sees_everything

    def shape(self, *inputs: Shape) -> Shape:
        _, channels = ungrouped(self, inputs[0])
        return Vector((channels,))
