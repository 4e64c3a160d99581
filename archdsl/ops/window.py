"""Windows that slide over maps: convolutions and pooling, with kernel, stride, padding and dilation for each axis."""

from __future__ import annotations

from functools import cached_property
from itertools import repeat
from typing import Any

from archdsl.errors import BackendError
from archdsl.ops.errors import refuse
from archdsl.ops.facts import Dim, Shape, Window
from archdsl.ops.operator import Operator


class Sliding(Operator):
    """Base of the operators whose output is made by a window that slides over a map."""

    @cached_property
    def window(self) -> Window:
        """The window. Raises BackendError where the operator does not say it."""
        raise BackendError(f"the operator {self.word} does not say what its window is (window)")

    def sees(self, inputs: tuple[Shape, ...], output: Shape) -> Window:
        return self.window

    def slid(self, extents: Shape, ceil: bool = False) -> Shape:
        """Lengths of all axes after the window has slid over them. Raises ShapeError where it does not fit."""
        strides = self._dividing
        if strides is not None:
            return tuple([(extent + stride - 1) // stride for extent, stride in zip(extents, strides, strict=True)])
        kernel, stride, padding, dilation, _ = self.window
        sides = repeat(padding) if padding == "same" else padding
        return tuple(map(slide, extents, kernel, stride, sides, dilation, repeat(ceil)))

    @cached_property
    def _dividing(self) -> tuple[Dim, ...] | None:
        """The strides, where all that the window does to lengths is to divide them: `same` around a window of odd extent."""
        kernel, stride, padding, dilation, _ = self.window
        if padding != "same" or not all(type(extent) is int for extent in (*kernel, *dilation)):
            return None
        return stride if all((d * (k - 1)) % 2 == 0 for k, d in zip(kernel, dilation, strict=True)) else None


def slide(extent: Dim, kernel: Dim, stride: Dim, padding: Any, dilation: Dim, ceil: bool) -> Dim:
    """Length after a sliding window, along one axis.

    `same` pads half the window on either side, so the length is divided by the stride and rounded up whatever the window is;
    that needs a window of odd extent.
    """
    if padding == "same":
        if (ok := (dilation * (kernel - 1)) % 2 == 0) is not True:
            hint = "take an odd kernel, give the padding as a number, or put a pad before it"
            refuse(ok, f"an even kernel, {kernel}, cannot be padded by the same amount on both sides", hint, "kernel")
        return (extent + stride - 1) // stride
    rest = extent + 2 * padding - dilation * (kernel - 1) - 1
    if (ok := rest >= 0) is not True:
        refuse(ok, f"a window of {dilation * (kernel - 1) + 1} does not fit into {extent} with padding {padding}", about="kernel")
    if not ceil:
        return rest // stride + 1
    from archdsl.exact import select

    length = (rest + stride - 1) // stride + 1
    # A window that would begin in the padding past the end is dropped, as in PyTorch.
    return select((length - 1) * stride >= extent + padding, length - 1, length)
