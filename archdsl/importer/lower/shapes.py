"""Views, slices and joins: what moves values about."""

from __future__ import annotations

from collections.abc import Sequence as Numbers

import torch

from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.lower.along import as_map, kind, over_last, same_order, worked_out
from archdsl.importer.settle import settled, whole
from archdsl.importer.values import Const, Operand, Value
from archdsl.importer.views import View, normal
from archdsl.ops.places import Crop
from archdsl.ops.rearrange import Slice
from archdsl.ops.shapes import Map, Sequence, typed


def permuted(x: Operand, order: Numbers[int]) -> Operand:
    if isinstance(x, Const):
        return x._replace(tensor=x.tensor.permute(*order))
    count = len(x.sizes)
    return x._replace(view=x.view.permuted([axis % count for axis in order]))


def swapped(x: Operand, one: int, other: int) -> Operand:
    order = list(range(len(x.sizes)))
    order[one], order[other] = order[other], order[one]
    return permuted(x, order)


def moved(x: Operand, sources: int | Numbers[int], targets: int | Numbers[int]) -> Operand:
    """Axes put elsewhere; the others keep their order."""
    count = len(x.sizes)
    froms, tos = ([axis % count for axis in ([axes] if isinstance(axes, int) else axes)] for axes in (sources, targets))
    order = [axis for axis in range(count) if axis not in froms]
    for target, source in sorted(zip(tos, froms, strict=True)):
        order.insert(target, source)
    return permuted(x, order)


def reshaped(draft: Draft, x: Operand, sizes: Numbers[int]) -> Operand:
    """The same values as axes of other lengths; one that is -1 follows from the others."""
    if isinstance(x, Const):
        return x._replace(tensor=x.tensor.reshape(*sizes))
    total, wanted = 1, list(sizes)
    for size in x.sizes:
        total *= size
    if -1 in wanted:
        rest = 1
        for size in wanted:
            rest *= size if size != -1 else 1
        wanted[wanted.index(-1)] = total // rest
    if tuple(wanted) == x.sizes:
        return x
    view = x.view.reshaped(wanted)
    if view is None:
        node = whole(draft, x)
        view = node.view.reshaped(wanted)
        if view is None:
            raise NotSaid(f"a reshape from {'x'.join(map(str, x.sizes))} to {'x'.join(map(str, wanted))}")
        return Value(node.node, view)
    return x._replace(view=view)


def flattened(draft: Draft, x: Operand, first: int = 0, last: int = -1) -> Operand:
    sizes = list(x.sizes)
    first, last = first % len(sizes), last % len(sizes)
    total = 1
    for size in sizes[first : last + 1]:
        total *= size
    return reshaped(draft, x, [*sizes[:first], total, *sizes[last + 1 :]])


def narrowed(draft: Draft, x: Operand, axis: int, start: int, stop: int, step: int = 1) -> Operand:
    """Places from `start` to before `stop` along an axis."""
    length = x.sizes[axis]
    axis %= len(x.sizes)
    start, stop = (max(0, bound + length) if bound < 0 else min(bound, length) for bound in (start, stop))
    if isinstance(x, Const):
        index = [slice(None)] * len(x.sizes)
        index[axis] = slice(start, stop, step)
        return x._replace(tensor=x.tensor[tuple(index)])
    if (start, stop, step) == (0, length, 1):
        return x
    if start >= stop:
        return Const(torch.zeros([*x.sizes[:axis], 0, *x.sizes[axis + 1 :]]))
    view = x.view
    entire = [number for number, group in enumerate(view.source) if group and group == view.axes[axis]]
    if entire:
        made = _cut(draft, x, entire[0], start, stop, step)
        return made._replace(view=view.with_length(axis, -(-(stop - start) // step)))
    if step == 1 and (part := _outermost(draft, x, axis, start, stop)) is not None:
        return part
    made = settled(draft, x, "")
    if made == x:
        raise NotSaid("a slice of a part of an axis")
    return narrowed(draft, made, axis, start, stop, step)


def _cut(draft: Draft, x: Value, axis: int, start: int, stop: int, step: int) -> Value:
    """A slice along one axis of a node."""
    what, shape = kind(draft, x), draft.shape(x)
    channels = 1 if what is Map else len(shape)
    if axis == channels and step == 1:
        return draft.add("slice", x, start=start, stop=stop)
    if what is Map and axis > 1:
        places = len(shape) - 1
        starts, stops, steps = [0] * places, list(shape[1:]), [1] * places
        starts[axis - 2], stops[axis - 2], steps[axis - 2] = start, stop, step
        return _cropped(draft, x, list(zip(starts, stops, steps, strict=True)))
    if what is Sequence and (axis, len(shape), step) == (1, 2, 1):
        return draft.add("slice_tokens", x, start=start, stop=None if stop == shape[0] else stop)
    raise NotSaid(f"a slice along axis {axis} of a {what.word}")


def _cropped(draft: Draft, x: Value, bounds: list[tuple[int, int, int]]) -> Value:
    """Start, stop and step along each axis of a map; of a crop that is one crop of what arrives there."""
    node = draft.graph[x.node]
    if isinstance(node.op, Crop):
        x = draft.value(node.inputs[0])
        before = node.op.bounds(draft.shape(x))
        bounds = [
            (first + start * gap, first + (stop - 1) * gap + 1 if stop < extent else last, step * gap)
            for (first, last, gap), (start, stop, step), extent in zip(before, bounds, node.shape[1:], strict=True)
        ]
    stops = [stop for _, stop, _ in bounds]
    return draft.add(
        "crop",
        x,
        start=[start for start, _, _ in bounds],
        stop=None if stops == list(draft.shape(x)[1:]) else stops,
        step=[step for _, _, step in bounds],
    )


def _outermost(draft: Draft, x: Value, axis: int, start: int, stop: int) -> Value | None:
    """A slice along the outermost factor of the channels, as heads and queries, keys and values are cut."""
    view, group = x.view, x.view.axes[axis]
    for number, source in enumerate(view.source):
        if number and source[: len(group)] == group and len(source) > len(group):
            inner = view.length(source[len(group) :])
            made = _cut(draft, x, number, start * inner, stop * inner, 1)
            sizes = [view.length(other) for place, other in enumerate(view.axes)]
            return _rest(view, number, len(group), stop - start, made.node, axis, sizes)
    return None


def _rest(view: View, number: int, count: int, length: int, node: str, axis: int, sizes: list[int]) -> Value:
    new = len(view.lengths)
    source = list(view.source)
    source[number] = (new, *source[number][count:])
    axes = list(view.axes)
    axes[axis] = (new,)
    return Value(node, normal((*view.lengths, length), source, axes))


def selected(draft: Draft, x: Operand, axis: int, index: int) -> Operand:
    """One place along an axis, which goes away."""
    axis %= len(x.sizes)
    index %= x.sizes[axis]
    if isinstance(x, Const):
        return x._replace(tensor=x.tensor.select(axis, index))
    view = x.view
    if kind(draft, x) is Sequence and len(view.source) == 3 and view.axes[axis] == view.source[1]:
        made = draft.add("select_token", x, index=index)
        axes = [group for place, group in enumerate(view.axes) if place != axis]
        return made._replace(view=normal(view.lengths, (view.source[0], view.source[2]), axes))
    return squeezed(narrowed(draft, x, axis, index, index + 1), axis)


def squeezed(x: Operand, axis: int) -> Operand:
    axis %= len(x.sizes)
    if isinstance(x, Const):
        return x._replace(tensor=x.tensor.squeeze(axis))
    return x if x.sizes[axis] != 1 else x._replace(view=x.view.without_axis(axis))


def unsqueezed(x: Operand, axis: int) -> Operand:
    axis %= len(x.sizes) + 1
    if isinstance(x, Const):
        return x._replace(tensor=x.tensor.unsqueeze(axis))
    return x._replace(view=x.view.with_axis(axis))


def pieces(draft: Draft, x: Operand, axis: int, lengths: Numbers[int]) -> list[Operand]:
    """The value cut along an axis into pieces of these lengths."""
    starts = [sum(lengths[:place]) for place in range(len(lengths))]
    return [narrowed(draft, x, axis, start, start + length) for start, length in zip(starts, lengths, strict=True)]


def concatenated(draft: Draft, parts: Numbers[Operand], axis: int) -> Operand:
    axis %= len(parts[0].sizes)
    parts = [part for part in parts if 0 not in part.sizes]
    if len(parts) == 1:
        return parts[0]
    if (tokens := _class_tokens(draft, parts, axis)) is not None:
        return tokens
    values = same_order(draft, list(parts))
    if values[0].view.permutation is None and len(values[0].view.axes) < len(values[0].view.source):
        values = [whole(draft, value) for value in values]
    view = values[0].view
    if (order := view.permutation) is not None:
        along = order[axis] - 1
    elif view.axes[axis] and view.axes[axis] in view.source:
        along = view.source.index(view.axes[axis]) - 1
    else:
        raise NotSaid("a concatenation along a part of an axis")
    if along < 0:
        raise NotSaid("a concatenation along the batch")
    channels = 0 if kind(draft, values[0]) is Map else len(draft.shape(values[0])) - 1
    if along == channels and (entire := _all_slices(draft, values)) is not None:
        return entire._replace(view=view.with_length(axis, sum(part.sizes[axis] for part in parts)))
    made = draft.add("concat", *values, axis=None if along == channels else along)
    return made._replace(view=view.with_length(axis, sum(part.sizes[axis] for part in parts)))


def replaced(draft: Draft, x: Operand, part: Operand, axis: int, start: int, stop: int) -> Operand:
    """The value with a part of it, from `start` to before `stop` along an axis, put there instead."""
    before, after = narrowed(draft, x, axis, 0, start), narrowed(draft, x, axis, stop, x.sizes[axis])
    return concatenated(draft, [before, part, after], axis)


def _all_slices(draft: Draft, values: Numbers[Value]) -> Value | None:
    """The tensor whose channels, cut into slices, come together again in their order."""
    nodes = [draft.graph[value.node] for value in values]
    cuts = [node.op for node in nodes if isinstance(node.op, Slice)]
    if len(cuts) != len(nodes) or len({node.inputs for node in nodes}) != 1:
        return None
    source = draft.value(nodes[0].inputs[0])
    channels = typed(draft.shape(source))[typed(draft.shape(source)).channel_axis]
    ends = [0, *(cut.stop for cut in cuts)]
    return source if ends == [*(cut.start for cut in cuts), channels] else None


def _class_tokens(draft: Draft, parts: Numbers[Operand], axis: int) -> Value | None:
    """Learned tokens put before others, each image the same."""
    *before, last = parts
    if axis != 1 or not isinstance(last, Value) or len(last.sizes) != 3 or not all(isinstance(part, Const) for part in before):
        return None
    value = last
    for part in reversed(before):
        assert isinstance(part, Const)
        if not part.learned:
            return None
        value = over_last(draft, value, maps=False)
        if not value.view.is_plain:
            value = whole(draft, value)
        table = part._replace(tensor=part.tensor[:1].reshape(-1, part.sizes[-1]))
        value = draft.add("class_token", value, weights={"weight": table}, count=table.sizes[0])
    return value


def padded(draft: Draft, x: Operand, amounts: Numbers[int], mode: str, filled: float) -> Operand:
    """Padding by amounts on the sides, the last axis first, as torch.nn.functional.pad takes them."""
    value = worked_out(x)
    if not any(amounts):
        return x
    word = {"constant": None, "reflect": "reflect", "replicate": "replicate"}.get(mode, "")
    if word == "" or (mode == "constant" and filled != 0):
        raise NotSaid(f"padding with {filled if mode == 'constant' else mode}")
    ends = [tuple(amounts[place : place + 2]) for place in range(0, len(amounts), 2)]
    by_axis = {len(value.sizes) - 1 - place: pair for place, pair in enumerate(ends) if any(pair)}
    order = value.view.permutation
    if kind(draft, value) is not Map or order is None:
        value = as_map(draft, value)
        order = tuple(range(len(value.sizes)))
    sizes = {order[axis]: pair for axis, pair in by_axis.items()}
    if 0 in sizes:
        raise NotSaid("padding of the batch")
    if any(amount < 0 for amount in sizes.get(1, ())):
        raise NotSaid("padding of the channels by less than nothing")
    made = value
    if any(amount < 0 for pair in sizes.values() for amount in pair):
        cut = [tuple(max(0, -amount) for amount in sizes.get(axis, (0, 0))) for axis in range(2, len(order))]
        extents = draft.shape(value)[1:]
        stops = [extent - end for extent, (_, end) in zip(extents, cut, strict=True)]
        made = draft.add("crop", value, start=[start for start, _ in cut], stop=stops)
    sides = [max(0, amount) for axis in range(len(order) - 1, 1, -1) for amount in sizes.get(axis, (0, 0))]
    if any(sides) or any(sizes.get(1, ())):
        made = draft.add("pad", made, sides=sides, channels=list(sizes.get(1, (0, 0))), mode=word)
    view = value.view
    for axis in by_axis:
        view = view.with_length(axis, value.sizes[axis] + sum(by_axis[axis]))
    return made._replace(view=view)
