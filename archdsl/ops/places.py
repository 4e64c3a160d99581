"""Operators over the places of maps that compute nothing: padding, cuts, and the exchange of places for channels."""

from __future__ import annotations

from typing import Any

from archdsl.exact import select
from archdsl.ops.arguments import COUNT, ENDS, PAIR, SIDES, START, STOP, arg, optional, word
from archdsl.ops.axes import NONE, ONE, any_map, each, spread
from archdsl.ops.errors import refuse
from archdsl.ops.facts import Kept, Layout, Memory, Window, keeps_nothing, no_scratch, sees_place
from archdsl.ops.operator import Dim, NoMacs, Shape, View, operator
from archdsl.ops.shapes import Map, feature_map, size


@operator("pad")
class Pad(NoMacs):
    """Padding of the places, each side by itself, or of the channels."""

    memory, layout = Memory.NEW, Layout.PLAIN
    scratch, sees = no_scratch, sees_place
    keeps_scale = True

    sides: Any = arg(SIDES, each(0, 2), doc="amount on each side: left, right, top, bottom; front and back in three dimensions")
    channels: Any = arg(ENDS, (0, 0), doc="channels of zeros before and after")
    mode: Any = arg(word("zeros", "reflect", "replicate"), "zeros", doc="what is filled in")

    def shape(self, *inputs: Shape) -> Shape:
        arriving = any_map(self, inputs[0])
        before, after = self.channels
        if self.mode != "zeros" and (ok := (before == 0) & (after == 0)) is not True:
            refuse(ok, f"channels are filled with zeros, not by {self.mode}", about="channels")
        sides, places = spread(self, "sides", arriving, 2), []
        for axis, extent in enumerate(reversed(arriving[1:])):
            low, high = sides[2 * axis : 2 * axis + 2]
            for side in (low, high):
                if self.mode == "reflect" and (ok := side < extent) is not True:
                    refuse(ok, f"a reflection of {side} needs a larger map than {size(arriving)}", about="sides")
            places.append(extent + low + high)
        return Map((arriving[0] + before + after, *reversed(places)))

    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        return Kept(input=self.mode != "zeros")


@operator("crop")
class Crop(View):
    """Places from `start` up to, and without, `stop`, every `step`-th: x[:, start:stop:step] along each axis.

    Negative numbers count from the end.
    """

    start: Any = arg(START, NONE, doc="first place along height and width")
    stop: Any = arg(optional(STOP), None, doc="place after the last; the end where not given")
    step: Any = arg(PAIR, ONE, doc="from one place that is kept to the next")

    def bounds(self, shape: Shape) -> list[tuple[Dim, Dim, Dim]]:
        """Start, stop and step along each axis of the places, counted from the beginning."""
        places = shape[1:]
        stops = places if self.stop is None else spread(self, "stop", shape)
        axes = zip(places, spread(self, "start", shape), stops, spread(self, "step", shape), strict=True)
        return [(_counted(start, extent), _counted(stop, extent), step) for extent, start, stop, step in axes]

    def shape(self, *inputs: Shape) -> Shape:
        arriving = any_map(self, inputs[0])
        kept = []
        for extent, (start, stop, step) in zip(arriving[1:], self.bounds(arriving), strict=True):
            if (ok := (start >= 0) & (start < stop) & (stop <= extent)) is not True:
                refuse(ok, f"a cut from {start} to {stop} does not lie within {extent} places")
            kept.append((stop - start + step - 1) // step)
        return Map((arriving[0], *kept))

    def sees(self, inputs: tuple[Shape, ...], output: Shape) -> Window:
        step = spread(self, "step", inputs[0])
        ones = (1,) * len(step)
        return Window(ones, step, (0,) * len(step), ones)


def _counted(place: Dim, extent: Dim) -> Dim:
    return select(place < 0, place + extent, place)


class Blocks(NoMacs):
    """Base of the operators that exchange blocks of places for channels."""

    memory, layout = Memory.NEW, Layout.PLAIN
    kept, scratch = keeps_nothing, no_scratch
    keeps_scale = True

    factor: Any
    first: Any


FIRST = "which of them the channels are ordered by first: channels, as PyTorch, or places, as TensorFlow"


@operator("pixel_shuffle")
class PixelShuffle(Blocks):
    """Channels become places (Shi et al. 2016): (channels factor², height, width) to (channels, height factor, width factor)."""

    factor: Any = arg(COUNT, 2, doc="factor of height and width")
    first: Any = arg(word("channels", "places"), "channels", doc=FIRST)

    def shape(self, *inputs: Shape) -> Shape:
        channels, height, width = feature_map(self, inputs[0])
        square = self.factor * self.factor
        if (ok := channels % square == 0) is not True:
            refuse(ok, f"{channels} channels cannot be shared out over {self.factor}x{self.factor} places", about="factor")
        return Map((channels // square, height * self.factor, width * self.factor))

    def sees(self, inputs: tuple[Shape, ...], output: Shape) -> Window:
        return Window((1, 1), (1, 1), (0, 0), (1, 1), (self.factor, self.factor))


@operator("pixel_unshuffle")
class PixelUnshuffle(Blocks):
    """Places become channels, space to depth: (channels, height, width) to (channels factor², height / factor, width / factor)."""

    factor: Any = arg(COUNT, 2, doc="divisor of height and width")
    first: Any = arg(word("channels", "places"), "channels", doc=FIRST)

    def shape(self, *inputs: Shape) -> Shape:
        channels, height, width = feature_map(self, inputs[0])
        for extent in (height, width):
            if (ok := extent % self.factor == 0) is not True:
                refuse(
                    ok, f"{size(inputs[0])} cannot be divided into blocks of {self.factor}x{self.factor} places", about="factor"
                )
        return Map((channels * self.factor * self.factor, height // self.factor, width // self.factor))

    def sees(self, inputs: tuple[Shape, ...], output: Shape) -> Window:
        sides = (self.factor, self.factor)
        return Window(sides, sides, (0, 0), (1, 1))
