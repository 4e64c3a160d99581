"""Where tokens come from and where they stand: embeddings of indices, positions that are not learned."""

from __future__ import annotations

from typing import Any

from archdsl.exact import product
from archdsl.ops.arguments import COUNT, FLAG, PLANE, POSITIVE, WHOLE, arg, optional, word
from archdsl.ops.errors import ArgumentError, RankError, refuse
from archdsl.ops.facts import Dim, Gradient, Kept, Layout, Memory, keeps_nothing, no_scratch, passes_gradient, sees_place
from archdsl.ops.operator import NoMacs, Operator, SameShape, Shape, operator
from archdsl.ops.shapes import Ids, Map, Sequence, feature_map, heads, size
from archdsl.ops.tokens import ungrouped


@operator("embedding")
class Embedding(NoMacs):
    """A learned vector for every index: (tokens,) of whole numbers to (tokens, channels)."""

    memory, layout = Memory.NEW, Layout.PLAIN
    scratch, sees = no_scratch, sees_place

    vocabulary: Any = arg(COUNT, doc="how many different indices there are")
    channels: Any = arg(COUNT, doc="length of a vector")
    deviation: Any = arg(POSITIVE, 0.02, doc="standard deviation to begin with")

    def shape(self, *inputs: Shape) -> Shape:
        if not isinstance(inputs[0], Ids):
            hint = "input: {ids: [$length]} makes indices come in"
            raise RankError(f"embedding takes indices, {size(inputs[0])} arrives", hint)
        return Sequence((*inputs[0], self.channels))

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        return {"weight": (self.vocabulary, self.channels)}

    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        return Kept(input=True)


class _Even(SameShape):
    memory, layout = Memory.NEW, Layout.PLAIN
    kept, sees = keeps_nothing, sees_place

    base: Any

    def even(self, channels: Dim) -> None:
        if (ok := channels % 2 == 0) is not True:
            refuse(ok, f"{self.word} turns pairs of channels, {channels} arrive")


@operator("sinusoidal")
class Sinusoidal(_Even):
    """Adds sines and cosines of the place to every token, of one wavelength for each pair of channels (Vaswani et al. 2017, Sec. 3.5)."""

    gradient, scratch = passes_gradient, no_scratch

    base: Any = arg(POSITIVE, 10000.0, doc="ratio of the longest wavelength to the shortest")

    def shape(self, *inputs: Shape) -> Shape:
        self.even(ungrouped(self, inputs[0])[1])
        return inputs[0]

    def constants(self, *inputs: Shape) -> dict[str, Shape]:
        return {"table": inputs[0]}


@operator("rotary")
class Rotary(_Even):
    """Turns pairs of channels of queries or keys by an angle that grows with the place of the token (Su et al. 2021).

    With a `map` the tokens are its places, row by row: the first half of the pairs turns by the row, the second by the column. With
    `centred` these run from -1 to 1 over the middles of the places, times 2 pi, whatever the size of the map (Siméoni et al. 2025).
    """

    base: Any = arg(POSITIVE, 10000.0, doc="ratio of the longest wavelength to the shortest")
    pairs: Any = arg(word("halves", "neighbours"), "halves", doc="which channels turn together: i and i + half, or 2i and 2i + 1")
    map: Any = arg(optional(PLANE), None, doc="height and width of the map whose places the tokens are")
    centred: Any = arg(FLAG, False, doc="whether rows and columns run from -1 to 1, times 2 pi; only with `map`")
    class_tokens: Any = arg(WHOLE, 0, doc="tokens at the beginning that have no place and stay as they are")

    @classmethod
    def read(cls, values: dict[str, Any]) -> Operator:
        made = super().read(values)
        assert isinstance(made, Rotary)
        if made.centred and made.map is None:
            raise ArgumentError("'centred' of rotary goes with 'map' alone", "", "centred")
        return made

    def shape(self, *inputs: Shape) -> Shape:
        *_, tokens, channels = heads(self, inputs[0])
        self.even(channels)
        if self.map is None:
            if (ok := self.class_tokens < tokens) is not True:
                told = f"{tokens} tokens arrive, of which {self.class_tokens} have no place"
                refuse(ok, told, about="class_tokens")
            return inputs[0]
        if (ok := channels % 4 == 0) is not True:
            refuse(
                ok, f"rotary over a map turns pairs by the row and pairs by the column, {channels} channels arrive", about="map"
            )
        places = product(self.map) + self.class_tokens
        if (ok := places == tokens) is not True:
            told = f"a map of {size(self.map)}" + (f" and {self.class_tokens} class tokens" if self.class_tokens != 0 else "")
            refuse(ok, f"{told} are {places} tokens, {tokens} arrive", about="map")
        return inputs[0]

    def constants(self, *inputs: Shape) -> dict[str, Shape]:
        return {"cos": inputs[0][-2:], "sin": inputs[0][-2:]}

    def scratch(self, inputs: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
        """The part along the cosine, and what is turned before and after it meets the sine."""
        return 3 * product(output) * itemsize


@operator("fourier_position")
class FourierPosition(NoMacs):
    """Sines and cosines of the height and width of each place, as a map of its own (as DETR and EdgeNeXt have them).

    What arrives gives the height and width alone. Places are counted from 1 and divided by the last, times 2 pi.
    """

    memory, layout = Memory.NEW, Layout.PLAIN
    kept, scratch, sees = keeps_nothing, no_scratch, sees_place

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        return Gradient(reached=0)

    channels: Any = arg(COUNT, 32, doc="channels for the height, and for the width")
    base: Any = arg(POSITIVE, 10000.0, doc="ratio of the longest wavelength to the shortest")

    def shape(self, *inputs: Shape) -> Shape:
        _, height, width = feature_map(self, inputs[0])
        if (ok := self.channels % 2 == 0) is not True:
            refuse(ok, f"a sine and a cosine make a pair, {self.channels} channels are odd", about="channels")
        return Map((2 * self.channels, height, width))

    def constants(self, *inputs: Shape) -> dict[str, Shape]:
        return {"table": self.shape(*inputs)}
