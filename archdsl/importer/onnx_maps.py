"""What ONNX does to maps: pooling, means, resizing, padding."""

from __future__ import annotations

from typing import Any

from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.lower import maps, reductions, shapes
from archdsl.importer.lower.along import as_map
from archdsl.importer.lower.windows import Steps
from archdsl.importer.onnx_call import Call, operator, short
from archdsl.importer.onnx_windows import ahead, window
from archdsl.importer.values import Operand, Value


@operator("MaxPool", "AveragePool")
def _pool(draft: Draft, call: Call) -> Any:
    if call.outputs > 1 or call.get("storage_order"):
        raise NotSaid("a pooling that tells where its values stood")
    word = "maxpool" if call.op == "MaxPool" else "avgpool"
    counted = word == "maxpool" or bool(call.get("count_include_pad", 0))
    given = window(call, call.get("kernel_shape"), call.x.sizes[2:])
    x, padding, ceil = call.x, given.begin, bool(call.get("ceil_mode", 0))
    if given.begin != given.end:
        if not counted or word == "maxpool":
            x, padding, ceil = _held(draft, call, given, word)
        else:
            x, padding = ahead(draft, x, given)
    return maps.pool(draft, x, word, given.kernel, Steps(given.stride, padding, given.dilation), ceil, counted)


def _held(draft: Draft, call: Call, given: Any, word: str) -> tuple[Operand, list[int], bool]:
    """Padding past the end that only holds the last window is what `ceil` says."""
    places = zip(call.x.sizes[2:], given.kernel, given.stride, given.begin, given.end, strict=True)
    for extent, size, step, begin, end in places:
        plain = (extent + begin + end - size) // step + 1
        ceil = -(-(extent + 2 * begin - size) // step) + 1
        if (ceil - 1) * step >= extent + begin:
            ceil -= 1
        if plain != ceil or not begin <= end:
            if word == "avgpool" or any(extent < 0 for extent in given.begin):
                raise NotSaid("a pooling with padding that differs from side to side and is not counted")
            raise NotSaid("a maximum with padding that differs from side to side")
    return call.x, given.begin, True


@operator("GlobalAveragePool", "GlobalMaxPool")
def _global(draft: Draft, call: Call) -> Any:
    axes = range(2, len(call.x.sizes))
    return reductions.reduced(draft, call.x, axes, True, "max" if call.op == "GlobalMaxPool" else "mean")


@operator("ReduceMean", "ReduceMax", "ReduceMin", "ReduceSum")
def _reduced(draft: Draft, call: Call) -> Any:
    axes = list(call.moved("axes", 13 if call.op == "ReduceSum" else 18) or range(len(call.x.sizes)))
    x, keep = call.x, bool(call.get("keepdims", 1))
    if isinstance(x, Value) and len(x.sizes) > len(x.view.source) and not keep:  # axes that came for the mean and go with it
        axes = sorted(axis % len(x.sizes) for axis in axes)
        spare = [axis for axis in axes if not x.view.axes[axis]][: len(x.sizes) - len(x.view.source)]
        axes = [axis - sum(other < axis for other in spare) for axis in axes if axis not in spare]
        for axis in reversed(spare):
            x = shapes.squeezed(x, axis)
    return reductions.reduced(draft, x, axes, keep, call.op.removeprefix("Reduce").lower())


@operator("Resize", "Upsample")
def _resize(draft: Draft, call: Call) -> Any:
    x = call.x
    new = call.op == "Resize" and call.opset >= 11
    scales = call.numbers(2 if new else 1) if call.opset >= 9 else call.get("scales")
    size = call.numbers(3) if new else None
    how = call.get("coordinate_transformation_mode", "half_pixel" if new else "asymmetric")
    mode = {"nearest": "nearest", "linear": "bilinear", "bilinear": "bilinear", "cubic": "bicubic"}[call.get("mode", "nearest")]
    if call.get("antialias") or call.get("axes") or (mode == "bicubic" and call.get("cubic_coeff_a", -0.75) != -0.75):
        raise NotSaid("a resizing with smoothing")
    wanted = [int(extent * scale + 1e-4) for extent, scale in zip(x.sizes, scales, strict=True)] if scales else size
    if wanted is None or list(wanted[:2]) != list(x.sizes[:2]):
        raise NotSaid("a resizing of channels")
    factors = list(scales[2:]) if scales else None
    whole = all(new % old == 0 for new, old in zip(wanted[2:], x.sizes[2:], strict=True))
    if mode == "nearest":
        rounding = call.get("nearest_mode", "round_prefer_floor" if new else "floor")
        # In whole steps the place below and the nearest one seen from the middles are the same.
        if not (how == "asymmetric" and rounding == "floor") and not (
            whole and how == "half_pixel" and rounding.startswith("round")
        ):
            raise NotSaid(f"nearest places counted as {how} and rounded by {rounding}")
    elif how == "pytorch_half_pixel" and min(wanted[2:]) == 1:
        raise NotSaid("a resizing to one place")
    elif how not in ("half_pixel", "pytorch_half_pixel", "align_corners"):
        raise NotSaid(f"a resizing with places counted as {how}")
    return maps.resized(draft, x, mode, wanted[2:], factors, how == "align_corners")


@operator("DepthToSpace")
def _depth_to_space(draft: Draft, call: Call) -> Any:
    first = "channels" if call.get("mode", "DCR") == "CRD" else "places"
    return draft.add("pixel_shuffle", as_map(draft, call.x), factor=call.get("blocksize"), first=first)


@operator("SpaceToDepth")
def _space_to_depth(draft: Draft, call: Call) -> Any:
    return draft.add("pixel_unshuffle", as_map(draft, call.x), factor=call.get("blocksize"), first="places")


@operator("LRN")
def _lrn(draft: Draft, call: Call) -> Any:
    numbers = {
        name: short(call.get(given, usual))
        for name, given, usual in (("alpha", "alpha", 1e-4), ("beta", "beta", 0.75), ("k", "bias", 1.0))
    }
    return draft.add("lrn", as_map(draft, call.x), size=call.get("size"), **numbers)


@operator("Pad")
def _pad(draft: Draft, call: Call) -> Any:
    pads = call.moved("pads", 11)
    if pads is None:
        raise NotSaid("padding that an input changes")
    filled = call.get("value", 0.0) if call.opset < 11 else (call.numbers(2) or [0.0])[0]
    count = len(call.x.sizes)
    axes = [axis % count for axis in (call.numbers(3) or range(count))]
    half = len(axes)
    by_axis = {axis: (int(pads[place]), int(pads[half + place])) for place, axis in enumerate(axes)}
    amounts = [amount for axis in range(count - 1, -1, -1) for amount in by_axis.get(axis, (0, 0))]
    mode = {"edge": "replicate"}.get(call.get("mode", "constant"), call.get("mode", "constant"))
    return shapes.padded(draft, call.x, amounts, mode, filled)
