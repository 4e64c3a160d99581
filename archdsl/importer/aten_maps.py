"""Calls of ATen over maps: pooling, resizing, shuffles, padding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from archdsl.importer.aten_call import call
from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.lower import maps, shapes
from archdsl.importer.lower.along import as_map
from archdsl.importer.lower.windows import Steps, spread
from archdsl.importer.values import Operand


@call("max_pool1d", "max_pool2d", "max_pool3d", "max_pool2d_with_indices")
def _max_pool(
    draft: Draft, x: Operand, kernel: Any, stride: Any = (), padding: Any = 0, dilation: Any = 1, ceil: bool = False
) -> Any:
    return maps.pool(draft, x, "maxpool", *_window(x, kernel, stride, padding, dilation), ceil)


@call("avg_pool1d", "avg_pool2d", "avg_pool3d")
def _avg_pool(
    draft: Draft,
    x: Operand,
    kernel: Any,
    stride: Any = (),
    padding: Any = 0,
    ceil: bool = False,
    counted: bool = True,
    divisor: Any = None,
) -> Any:
    if divisor is not None:
        raise NotSaid("an average with a divisor of its own")
    return maps.pool(draft, x, "avgpool", *_window(x, kernel, stride, padding, 1), ceil, counted)


def _window(x: Operand, kernel: Any, stride: Any, padding: Any, dilation: Any) -> tuple[list[int], Steps]:
    """The window of a pooling and how it moves; where no stride is given, by its size."""
    places = len(x.sizes) - 2
    size = spread(kernel, places)
    step = spread(stride, places) if stride not in ((), [], None) else size
    return size, Steps(step, spread(padding, places), spread(dilation, places))


@call("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "_adaptive_avg_pool2d")
def _adaptive_avg_pool(draft: Draft, x: Operand, size: Any) -> Any:
    return maps.adaptive_pool(draft, x, size, "avg")


@call("adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d")
def _adaptive_max_pool(draft: Draft, x: Operand, size: Any) -> Any:
    return (maps.adaptive_pool(draft, x, size, "max"), None)


@call("upsample_nearest1d", "upsample_nearest2d", "upsample_nearest3d")
def _nearest(draft: Draft, x: Operand, size: Any = None, *scales: Any) -> Any:
    return maps.resized(draft, x, "nearest", size, _scales(scales), False)


@call("upsample_bilinear2d", "upsample_linear1d", "upsample_trilinear3d")
def _bilinear(draft: Draft, x: Operand, size: Any, corners: bool, *scales: Any) -> Any:
    return maps.resized(draft, x, "bilinear", size, _scales(scales), corners)


@call("upsample_bicubic2d")
def _bicubic(draft: Draft, x: Operand, size: Any, corners: bool, *scales: Any) -> Any:
    return maps.resized(draft, x, "bicubic", size, _scales(scales), corners)


def _scales(given: Sequence[Any]) -> list[float] | None:
    flat = [scale for item in given for scale in (item if isinstance(item, (list, tuple)) else [item]) if scale is not None]
    return flat or None


@call("im2col")
def _im2col(draft: Draft, x: Operand, kernel: Any, dilation: Any, padding: Any, stride: Any) -> Any:
    """Windows as columns: where none shares a place with another, the places of the map in another order."""
    count, channels, height, width = x.sizes
    (rows, columns), (down, across) = spread(kernel, 2), spread(stride, 2)
    apart = (rows, columns) == (down, across) and height % rows == width % columns == 0
    if not apart or any(spread(padding, 2)) or spread(dilation, 2) != [1, 1]:
        raise NotSaid("windows as columns that share places")
    x = shapes.reshaped(draft, x, [count, channels, height // rows, rows, width // columns, columns])
    x = shapes.permuted(x, [0, 1, 3, 5, 2, 4])
    return shapes.reshaped(draft, x, [count, channels * rows * columns, -1])


@call("pixel_shuffle")
def _pixel_shuffle(draft: Draft, x: Operand, factor: int) -> Any:
    return maps.shuffled(draft, x, "pixel_shuffle", factor)


@call("pixel_unshuffle")
def _pixel_unshuffle(draft: Draft, x: Operand, factor: int) -> Any:
    return maps.shuffled(draft, x, "pixel_unshuffle", factor)


@call("channel_shuffle")
def _channel_shuffle(draft: Draft, x: Operand, groups: int) -> Any:
    return draft.add("shuffle", as_map(draft, x), groups=groups)


@call("roll")
def _roll(draft: Draft, x: Operand, shifts: Sequence[int], axes: Sequence[int] = ()) -> Any:
    return maps.rolled(draft, x, shifts, axes)


@call("pad", "constant_pad_nd")
def _pad(draft: Draft, x: Operand, amounts: Sequence[int], mode: Any = "constant", value: Any = None) -> Any:
    if not isinstance(mode, str):
        mode, value = "constant", mode
    return shapes.padded(draft, x, amounts, mode, value or 0)
