"""Pooling."""

from __future__ import annotations

from typing import Any

from archdsl.ops.arguments import FLAG, PADDING, PAIR, arg, optional, word
from archdsl.ops.errors import refuse
from archdsl.ops.operator import NoMacs, Shape, along, feature_map, operator, slide


class _Window(NoMacs):
    """A window that slides over each channel. Without a stride it steps by its own size."""

    kernel: Any
    stride: Any
    padding: Any
    ceil: Any

    @property
    def steps(self) -> tuple[Any, Any]:
        height, width = self.kernel if self.stride is None else self.stride
        return height, width

    def shape(self, *inputs: Shape) -> Shape:
        channels, height, width = feature_map(self, inputs[0])
        for axis in (0, 1):
            pad = along(self.padding, axis)
            if pad != "same" and (ok := 2 * pad <= self.kernel[axis]) is not True:
                refuse(ok, f"{self.word} takes padding up to half of its window of {self.kernel[axis]}, {pad} came")
        return (
            channels,
            slide(height, self.kernel[0], self.steps[0], along(self.padding, 0), ceil=self.ceil),
            slide(width, self.kernel[1], self.steps[1], along(self.padding, 1), ceil=self.ceil),
        )


@operator("maxpool")
class MaxPool(_Window):
    """Largest value of each window."""

    kernel: Any = arg(PAIR, doc="height and width of the window")
    stride: Any = arg(optional(PAIR), None, doc="step of the window; the window's size where not given")
    padding: Any = arg(PADDING, (0, 0), doc="on either side; never the largest value")
    ceil: Any = arg(FLAG, False, doc="whether a window that is cut off at the end counts")


@operator("avgpool")
class AvgPool(_Window):
    """Mean of each window."""

    kernel: Any = arg(PAIR, doc="height and width of the window")
    stride: Any = arg(optional(PAIR), None, doc="step of the window; the window's size where not given")
    padding: Any = arg(PADDING, (0, 0), doc="zeros on either side")
    ceil: Any = arg(FLAG, False, doc="whether a window that is cut off at the end counts")
    count_padding: Any = arg(FLAG, True, doc="whether the mean counts the padding")


@operator("adaptive_pool")
class AdaptivePool(NoMacs):
    """Pooling to a fixed height and width, 1x1 unless said otherwise: the global pooling of classifiers."""

    size: Any = arg(PAIR, (1, 1), doc="height and width of the output")
    mode: Any = arg(word("avg", "max"), "avg", doc="mean or largest value")

    def shape(self, *inputs: Shape) -> Shape:
        channels, _, _ = feature_map(self, inputs[0])
        return (channels, *self.size)
