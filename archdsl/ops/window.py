"""Windows that slide over maps: convolutions and pooling, with kernel, stride, padding and dilation for each axis."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from archdsl.errors import BackendError
from archdsl.exact import maximum, one_answer, product, select
from archdsl.ops.axes import spread
from archdsl.ops.errors import ShapeError, refuse
from archdsl.ops.facts import Dim, Gradient, Kept, Shape, Window
from archdsl.ops.operator import Operator
from archdsl.ops.shapes import Map, size

OF_SIZE = ("tf_same", "causal")
"""Paddings that may differ at the two ends of an axis."""


class Sliding(Operator):
    """Base of the operators whose output is made by a window that slides over a map of one to three places."""

    @cached_property
    def window(self) -> Window:
        """The window over a map of two places. Raises BackendError where the operator does not say it."""
        raise BackendError(f"the operator {self.word} does not say what its window is (window)")

    def over(self, shape: Shape) -> Window:
        """The window over a map of this shape. Raises ShapeError where the operator says another number of axes."""
        if len(shape) == 3 and self._is_flat:
            return self.window
        return self._spread(shape)

    def sees(self, inputs: tuple[Shape, ...], output: Shape) -> Window:
        return self.over(inputs[0])

    def partial(self, inputs: tuple[Shape, ...], output: Shape) -> list[tuple[str, Shape]]:
        copy = padded(self, inputs[0])
        return [] if copy is None else [("padded", copy)]

    def slid(self, shape: Shape, ceil: bool = False) -> list[Dim]:
        """Lengths of all axes of a map's places after the window has slid over them. Raises ShapeError where it does not fit."""
        if len(shape) == 3 and (strides := self._dividing) is not None:
            return [(extent + stride - 1) // stride for extent, stride in zip(shape[1:], strides, strict=True)]
        window = self.over(shape)
        if window.padding == "same":
            return [*map(_divided, shape[1:], window.kernel, window.stride, window.dilation)]
        sides = zip(window.pads, window.ends, strict=True)
        ceils = [ceil] * len(window.kernel)
        return [*map(slide, shape[1:], window.kernel, window.stride, sides, window.dilation, ceils)]

    @cached_property
    def _is_flat(self) -> bool:
        """Whether `window` holds for any map of two places."""
        kernel, stride, padding, dilation, *_ = self.window
        return padding not in OF_SIZE and all(
            len(axes) == 2 for axes in (kernel, stride, dilation, "__" if padding == "same" else padding)
        )

    @cached_property
    def _dividing(self) -> tuple[Dim, ...] | None:
        """The strides, where all that the window does to lengths is to divide them: `same` around a window of odd extent."""
        kernel, stride, padding, dilation, *_ = self.window
        if padding != "same" or not self._is_flat or not all(type(extent) is int for extent in (*kernel, *dilation)):
            return None
        return stride if all((d * (k - 1)) % 2 == 0 for k, d in zip(kernel, dilation, strict=True)) else None

    def _spread(self, shape: Shape) -> Window:
        """The window over the places of a map, where its numbers have to be told first."""
        found = {
            name: spread(self, name, shape) for name in ("kernel", "stride", "dilation") if getattr(self, name, None) is not None
        }
        kernel = found["kernel"]
        stride = found.get("stride", kernel if hasattr(self, "stride") else (1,) * len(kernel))
        dilation = found.get("dilation", (1,) * len(kernel))
        padding = self.window.padding
        if padding == "same":
            return Window(kernel, stride, padding, dilation)
        if padding not in OF_SIZE:
            return Window(kernel, stride, spread(self, "padding", shape), dilation)
        reach = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
        if padding == "causal":
            if len(shape) != 2:
                raise ShapeError(f"causal padding is of one place, a map of {size(shape)} arrives", about="padding")
            return Window(kernel, stride, tuple(reach), dilation, behind=(0,))
        total = [_missing(extent, r, s) for extent, r, s in zip(shape[1:], reach, stride, strict=True)]
        before = tuple([count // 2 for count in total])
        return Window(kernel, stride, before, dilation, behind=tuple([t - b for t, b in zip(total, before, strict=True)]))


def _missing(extent: Dim, reach: Dim, stride: Dim) -> Dim:
    """What a map lacks of an axis for `ceil(extent / stride)` windows, as TensorFlow's SAME fills it up."""
    return maximum(((extent + stride - 1) // stride - 1) * stride + reach + 1 - extent, 0)


def uneven(window: Window) -> Any:
    """Whether a window pads the two ends of some axis differently: false, true, or the variants where it does."""
    if window.behind is None:
        return False
    found: Any = False
    for before, behind in zip(window.pads, window.behind, strict=True):
        found = (before != behind) | found
    return found


def padded(op: Sliding, shape: Shape) -> Map | None:
    """The copy with padding around it that frameworks make first where the two ends differ; None where they do not."""
    window = op.over(shape)
    differ = uneven(window)
    if differ is False or not one_answer(differ):
        return None
    axes = zip(shape[1:], window.pads, window.ends, strict=True)
    return Map((shape[0], *[extent + before + behind for extent, before, behind in axes]))


def keeps_padded_input(op: Sliding, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
    """The input, or the copy that was padded."""
    copy = padded(op, inputs[0])
    return Kept(input=True) if copy is None else Kept(values=product(copy))


def needs_padded_gradient(op: Sliding, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
    """The gradient of the copy that was padded, before the padding is cut off; what was kept goes before that is done."""
    copy = padded(op, inputs[0])
    return Gradient() if copy is None else Gradient(values=product(copy) - product(inputs[0]))


def _divided(extent: Dim, kernel: Dim, stride: Dim, dilation: Dim) -> Dim:
    """Length where `same` pads half the window on either side: divided by the stride and rounded up, whatever the window is.

    That needs a window of odd extent.
    """
    if (ok := (dilation * (kernel - 1)) % 2 == 0) is not True:
        hint = "take an odd kernel, give the padding as a number, or put a pad before it"
        refuse(ok, f"an even kernel, {kernel}, cannot be padded by the same amount on both sides", hint, "kernel")
    return (extent + stride - 1) // stride


def slide(extent: Dim, kernel: Dim, stride: Dim, sides: tuple[Dim, Dim], dilation: Dim, ceil: bool) -> Dim:
    """Length after a sliding window, along one axis with padding on both sides."""
    before, behind = sides
    rest = extent + before + behind - dilation * (kernel - 1) - 1
    if (ok := rest >= 0) is not True:
        refuse(ok, f"a window of {dilation * (kernel - 1) + 1} does not fit into {extent} with padding {before}", about="kernel")
    if not ceil:
        return rest // stride + 1
    length = (rest + stride - 1) // stride + 1
    # A window that would begin in the padding past the end is dropped, as in PyTorch.
    return select((length - 1) * stride >= extent + before, length - 1, length)
