"""Windows of ONNX: kernel, stride, dilation and padding, which may differ at the two ends of an axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from archdsl.importer.draft import Draft
from archdsl.importer.lower import shapes
from archdsl.importer.values import Operand

if TYPE_CHECKING:
    from archdsl.importer.onnx_call import Call


class Window(NamedTuple):
    """A window for each place of a map.

    Attributes:
        begin, end: padding before and past each place's extent.
    """

    kernel: list[int]
    stride: list[int]
    dilation: list[int]
    begin: list[int]
    end: list[int]


def window(call: Call, kernel: Sequence[int], extents: Sequence[int]) -> Window:
    """The window of a convolution or pooling over a map of these extents; `auto_pad` is worked out."""
    places = len(kernel)
    stride, dilation = (list(call.get(name) or [1] * places) for name in ("strides", "dilations"))
    pads = list(call.get("pads") or [0] * 2 * places)
    begin, end = pads[:places], pads[places:]
    if (auto := call.get("auto_pad", "NOTSET")) in ("SAME_UPPER", "SAME_LOWER"):
        numbers = zip(extents, kernel, stride, dilation, strict=True)
        totals = [max(0, (-(-extent // step) - 1) * step + (size - 1) * gap + 1 - extent) for extent, size, step, gap in numbers]
        less, more = [total // 2 for total in totals], [total - total // 2 for total in totals]
        begin, end = (less, more) if auto == "SAME_UPPER" else (more, less)
    elif auto == "VALID":
        begin, end = [0] * places, [0] * places
    return Window(list(kernel), stride, dilation, begin, end)


def ahead(draft: Draft, x: Operand, given: Window) -> tuple[Operand, list[int]]:
    """The input and the padding that is left to the window: what differs from end to end is a pad step before it."""
    if given.begin == given.end:
        return x, given.begin
    places = range(len(given.begin) - 1, -1, -1)
    amounts = [amount for place in places for amount in (given.begin[place], given.end[place])]
    return shapes.padded(draft, x, amounts, "constant", 0), [0] * len(given.begin)
