"""Maps at another size: by a factor, to a size, or to that of another map."""

from __future__ import annotations

from typing import Any

from archdsl.exact import floor, is_integer, select
from archdsl.ops.arguments import FACTORS, FLAG, PAIR, arg, optional, word
from archdsl.ops.axes import any_map, each, spread
from archdsl.ops.errors import ShapeError, refuse
from archdsl.ops.facts import Gradient, Layout, Memory, Window, keeps_nothing, no_scratch
from archdsl.ops.join import Mismatch
from archdsl.ops.operator import Dim, NoMacs, Shape, operator
from archdsl.ops.shapes import Map, size

MODE = word("nearest", "bilinear", "bicubic")
HOW = "how values in between are found; bilinear is linear along every axis"
CORNERS = "whether the values at the corners stay where they are, otherwise the edges"


class Resize(NoMacs):
    """Base of the operators that give a map another size."""

    memory, layout = Memory.NEW, Layout.PLAIN
    kept, scratch = keeps_nothing, no_scratch

    mode: Any
    align_corners: Any

    @property
    def keeps_scale(self) -> bool:  # type: ignore[override]
        """Cubic interpolation alone goes beyond the values that it lies between."""
        return bool(self.mode != "bicubic")

    def need_mode(self, arriving: Shape) -> None:
        """Raises ShapeError where the mode does not suit the number of places."""
        if self.mode == "bicubic" and len(arriving) != 3:
            raise ShapeError(f"bicubic is of height and width, a map of {size(arriving)} arrives", about="mode")
        if self.mode == "nearest" and self.align_corners:
            raise ShapeError("nearest has no corners to align", "leave align_corners out, or say mode: bilinear", "align_corners")

    def sees(self, inputs: tuple[Shape, ...], output: Shape) -> Window:
        """Nearest takes one value; linear mixes two neighbours, cubic four, along each axis that changes."""
        reach = {"nearest": 0, "bilinear": 1, "bicubic": 3}[self.mode]
        axes = list(zip(inputs[0][1:], output[1:], strict=True))
        kernel = tuple([1 + select(before != after, reach, 0) for before, after in axes])
        ones = (1,) * len(axes)
        stride, scale = tuple([before for before, _ in axes]), tuple([after for _, after in axes])
        return Window(kernel, stride, (0,) * len(axes), ones, scale)


@operator("upsample")
class Upsample(Resize):
    """A map of another size: places times `scale`, which may be below 1 (rounded down), or as many as `size` says."""

    scale: Any = arg(FACTORS, each(2), doc="factor of height and width")
    size: Any = arg(optional(PAIR), None, doc="height and width, in place of a factor")
    mode: Any = arg(MODE, "nearest", doc=HOW)
    align_corners: Any = arg(FLAG, False, doc=CORNERS)

    def shape(self, *inputs: Shape) -> Shape:
        arriving = any_map(self, inputs[0])
        self.need_mode(arriving)
        if self.size is not None:
            if self.scale != (2, 2):
                raise ShapeError("upsample takes a scale or a size, not both", about="size")
            return Map((arriving[0], *spread(self, "size", arriving)))
        return Map((arriving[0], *map(_scaled, arriving[1:], spread(self, "scale", arriving))))

    def factors(self, shape: Shape) -> tuple[int, ...] | None:
        """The factor of each axis where all are whole, otherwise None: the size says more then."""
        if self.size is not None:
            return None
        found = spread(self, "scale", shape)
        return tuple(found) if all(is_integer(factor) for factor in found) else None


@operator("resize_like")
class ResizeLike(Resize):
    """The first map at the size of the second: `{resize_like: bilinear, from: [small, large]}`."""

    joins = True

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        return Gradient(reached=1)

    mode: Any = arg(MODE, "bilinear", doc=HOW)
    align_corners: Any = arg(FLAG, False, doc=CORNERS)

    def shape(self, *inputs: Shape) -> Shape:
        if len(inputs) != 2:
            raise ShapeError(f"resize_like takes a map and one to be like, {len(inputs)} tensors arrive")
        arriving, other = any_map(self, inputs[0]), any_map(self, inputs[1])
        if len(arriving) != len(other):
            raise Mismatch(f"resize_like of {size(arriving)} and {size(other)}, which have different axes", 1)
        self.need_mode(arriving)
        return Map((arriving[0], *other[1:]))


def _scaled(extent: Dim, scale: Any) -> Dim:
    if is_integer(scale):
        return extent * scale
    length = floor(extent * scale)
    if (ok := length >= 1) is not True:
        refuse(ok, f"nothing is left of {extent} times {scale}", about="scale")
    return length
