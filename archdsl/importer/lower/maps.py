"""What is done to maps: pooling, resizing, shuffles, rolls."""

from __future__ import annotations

from collections.abc import Sequence as Numbers
from typing import Any

from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.lower.along import as_map, kind, worked_out
from archdsl.importer.lower.layers import number
from archdsl.importer.lower.windows import Steps, each, spread
from archdsl.importer.settle import in_depth, settled
from archdsl.importer.values import Operand, Value
from archdsl.importer.views import BATCH
from archdsl.ops.shapes import Map


def pool(draft: Draft, x: Operand, word: str, kernel: Numbers[int], steps: Steps, ceil: bool, counted: bool = True) -> Value:
    """A pooling by a window. What is padded is counted in an average unless told otherwise."""
    if any(step != 1 for step in steps.dilation):
        raise NotSaid("a pooling with dilation")
    arguments: dict[str, Any] = {
        "kernel": each(kernel),
        "stride": None if list(steps.stride) == list(kernel) else each(steps.stride),
        "padding": each(steps.padding),
        "ceil": ceil,
        "count_padding": None if word == "maxpool" or counted or not any(steps.padding) else False,
    }
    value = worked_out(x)
    if len(kernel) != 2 or len(value.sizes) != 4 or value.view.axes[0] in ((BATCH,), ()):
        return draft.add(word, as_map(draft, value), **arguments)
    windows = in_depth(draft, value)
    deep = Steps([1, *steps.stride], [0, *steps.padding], [1, 1, 1])
    made = pool(draft, draft.value(windows.node), word, [1, *kernel], deep, ceil, counted)
    view = windows.view
    for axis, length in zip((2, 3), draft.shape(made)[2:], strict=True):
        view = view.with_length(axis, length)
    return made._replace(view=view)


def adaptive_pool(draft: Draft, x: Operand, size: Any, mode: str) -> Value:
    value = as_map(draft, x)
    places = len(value.sizes) - 2
    wanted = spread(size, places)
    sizes = [there if extent is None else extent for extent, there in zip(wanted, value.sizes[2:], strict=True)]
    return draft.add("adaptive_pool", value, size=each(sizes), mode=mode)


def resized(
    draft: Draft, x: Operand, mode: str, size: Numbers[int] | None, scales: Numbers[float] | None, corners: bool
) -> Value:
    value = as_map(draft, x)
    if scales is None and size is not None:
        factors = [wanted / there for wanted, there in zip(size, value.sizes[2:], strict=True)]
        if all(factor == int(factor) for factor in factors):
            scales = factors
    if scales is not None:
        if any(float(extent * scale) != int(extent * scale) for extent, scale in zip(value.sizes[2:], scales, strict=True)):
            raise NotSaid("a scale that gives no whole number of places")
        numbers = [number(int(scale) if scale == int(scale) else scale) for scale in scales]
        factor = numbers[0] if len(set(numbers)) == 1 else numbers
        return draft.add("upsample", value, scale=factor, mode=mode, align_corners=corners)
    assert size is not None
    return draft.add("upsample", value, size=each(size), mode=mode, align_corners=corners)


def shuffled(draft: Draft, x: Operand, word: str, factor: int) -> Value:
    return draft.add(word, as_map(draft, x), factor=factor)


def rolled(draft: Draft, x: Operand, shifts: Numbers[int], axes: Numbers[int]) -> Value:
    value = worked_out(x)
    if kind(draft, value) is not Map or value.view.permutation is None:
        value = settled(draft, value, "")
    order = value.view.permutation
    by_axis = {order[axis] if order else axis: shift for axis, shift in zip(axes, shifts, strict=True)}
    if kind(draft, value) is not Map or not set(by_axis) <= {2, 3}:
        raise NotSaid("a roll of what is no map")
    return draft.add("roll", value, shifts=[by_axis.get(2, 0), by_axis.get(3, 0)])._replace(view=value.view)
