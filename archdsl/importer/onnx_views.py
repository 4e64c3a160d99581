"""Views, slices and joins of ONNX."""

from __future__ import annotations

import math
from typing import Any

from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.lower import layers, shapes
from archdsl.importer.lower.along import kind, worked_out
from archdsl.importer.onnx_call import Call, operator
from archdsl.importer.settle import whole
from archdsl.importer.values import Const, Operand, Value
from archdsl.ops.shapes import Map


@operator("Reshape")
def _reshape(draft: Draft, call: Call) -> Any:
    sizes = call.numbers(1)
    if sizes is None:
        raise NotSaid("a reshape to sizes that an input changes")
    kept = bool(call.get("allowzero", 0))
    wanted = [call.x.sizes[axis] if size == 0 and not kept else int(size) for axis, size in enumerate(sizes)]
    return shapes.reshaped(draft, call.x, wanted)


@operator("Flatten")
def _flatten(draft: Draft, call: Call) -> Any:
    x = call.x
    axis = call.get("axis", 1)
    axis = axis + len(x.sizes) if axis < 0 else axis
    return shapes.reshaped(draft, x, [math.prod(x.sizes[:axis]), math.prod(x.sizes[axis:])])


@operator("Transpose")
def _transpose(draft: Draft, call: Call) -> Any:
    return shapes.permuted(call.x, call.get("perm") or range(len(call.x.sizes))[::-1])


@operator("Squeeze")
def _squeeze(draft: Draft, call: Call) -> Any:
    x, axes = call.x, call.moved("axes", 13)
    if axes is None:
        axes = [axis for axis, size in enumerate(x.sizes) if size == 1 and axis > 0]
    for axis in sorted((axis % len(x.sizes) for axis in axes), reverse=True):
        x = shapes.squeezed(x, axis)
    return x


@operator("Unsqueeze")
def _unsqueeze(draft: Draft, call: Call) -> Any:
    x, axes = call.x, call.moved("axes", 13) or []
    for axis in sorted(axis % (len(x.sizes) + len(axes)) for axis in axes):
        x = shapes.unsqueezed(x, axis)
    return x


@operator("Expand")
def _expand(draft: Draft, call: Call) -> Any:
    x, sizes = call.x, call.numbers(1) or []
    while len(x.sizes) < len(sizes):
        x = shapes.unsqueezed(x, 0) if isinstance(x, Const) else x
    wanted = [max(old, int(new)) for old, new in zip(x.sizes, [1] * (len(x.sizes) - len(sizes)) + list(sizes), strict=True)]
    if tuple(wanted) != x.sizes and isinstance(x, Value):
        raise NotSaid("a tensor that is repeated")
    return x


@operator("Slice")
def _slice(draft: Draft, call: Call) -> Any:
    x = call.x
    if call.opset < 10:
        starts, ends, axes, steps = call.get("starts"), call.get("ends"), call.get("axes"), None
    else:
        starts, ends, axes, steps = (call.numbers(place) for place in range(1, 5))
    if starts is None or ends is None:
        raise NotSaid("a slice between bounds that an input changes")
    found = []
    for place, axis in enumerate(axes or range(len(starts))):
        length, step = x.sizes[axis], (steps or [1] * len(starts))[place]
        if step < 1:
            raise NotSaid("a slice backwards")
        start, stop = (max(-length, min(int(bound), length)) for bound in (starts[place], ends[place]))
        found.append((axis % len(x.sizes), start % length if start < 0 else start, stop % length if stop < 0 else stop, step))
    return _cut(draft, x, found)


def _cut(draft: Draft, x: Operand, bounds: list[tuple[int, int, int, int]]) -> Operand:
    """Axes cut from a start to before a stop in steps; several places of a map at once."""
    bounds = [bound for bound in bounds if bound[1:] != (0, x.sizes[bound[0]], 1)]
    if (
        len(bounds) > 1
        and isinstance(x, Value)
        and kind(draft, x) is Map
        and x.view.is_plain
        and all(axis > 1 for axis, *_ in bounds)
    ):
        places = len(x.sizes) - 2
        starts, stops, steps = [0] * places, list(x.sizes[2:]), [1] * places
        for axis, start, stop, step in bounds:
            starts[axis - 2], stops[axis - 2], steps[axis - 2] = start, stop, step
        to_the_end = tuple(stops) == x.sizes[2:]
        return draft.add("crop", x, start=starts, stop=None if to_the_end else stops, step=steps)
    for axis, start, stop, step in bounds:
        x = shapes.narrowed(draft, x, axis, start, stop, step)
    return x


@operator("Split")
def _split(draft: Draft, call: Call) -> Any:
    x, axis = call.x, call.get("axis", 0)
    lengths = call.moved("split", 13)
    if lengths is None:
        count = call.get("num_outputs", call.outputs)
        each = -(-x.sizes[axis] // count)
        lengths = [min(each, x.sizes[axis] - start) for start in range(0, x.sizes[axis], each)]
    return shapes.pieces(draft, x, axis, [int(length) for length in lengths])


@operator("Concat")
def _concat(draft: Draft, call: Call) -> Any:
    return shapes.concatenated(draft, [part for part in call.operands if part is not None], call.get("axis", 1))


@operator("Gather")
def _gather(draft: Draft, call: Call) -> Any:
    x, index = call.x, call.at(1)
    axis = call.get("axis", 0) % len(x.sizes)
    if isinstance(x, Const) and isinstance(index, Value) and axis == 0:
        return layers.embedding(draft, x, index)
    chosen = layers.known(index)
    places = chosen.tensor.flatten().tolist()
    value = worked_out(x)
    if places == list(range(math.prod(chosen.sizes))) and len(places) == value.sizes[axis]:  # each in its turn
        return shapes.reshaped(draft, value, [*value.sizes[:axis], *chosen.sizes, *value.sizes[axis + 1 :]])
    if not chosen.sizes:
        return shapes.selected(draft, value, axis, places[0])
    if len(chosen.sizes) != 1:
        raise NotSaid("places in an order of their own")
    return _picked(draft, value, axis, [place % value.sizes[axis] for place in places])


def _picked(draft: Draft, value: Value, axis: int, places: list[int]) -> Operand:
    """Places along an axis: all of them, some in a row, or each of the heads several times."""
    length, first = value.sizes[axis], places[0]
    if places == list(range(first, first + len(places))):
        return shapes.narrowed(draft, value, axis, first, first + len(places))
    times = len(places) // length
    if (
        axis == len(value.sizes) - 3
        and times * length == len(places)
        and places == [p for p in range(length) for _ in range(times)]
    ):
        heads = whole(draft, value)
        if kind(draft, heads) is not Map:
            return draft.add("repeat_heads", heads, times=times)
    raise NotSaid("places in an order of their own")
