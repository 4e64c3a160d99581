"""Means, sums, extremes and softmax along any axes that are seen: the axes are brought to where an operator has names for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Sequence as Numbers
from typing import Any

from archdsl.importer.draft import AcrossImages, Draft, NotSaid
from archdsl.importer.lower.along import kind, worked_out
from archdsl.importer.settle import apart, settled
from archdsl.importer.values import Operand, Value
from archdsl.importer.views import BATCH, normal
from archdsl.ops.axes import names_of_axes
from archdsl.ops.shapes import Map, Sequence, typed

WORDS = {"mean": "a mean", "sum": "a sum", "max": "a maximum", "min": "a minimum"}


def reduced(draft: Draft, x: Operand, axes: Numbers[int], keep: bool, mode: str = "mean") -> Operand:
    """The mean, sum, largest or least value along axes.

    Args:
        keep: whether the axes stay, with a length of 1.
        mode: as `reduce` has it.

    Raises:
        NotSaid: no kind of tensor has these axes as axes of its own.
    """
    value = worked_out(x)
    over = sorted({axis % len(value.sizes) for axis in axes})
    if any(BATCH in value.view.axes[axis] for axis in over):
        raise AcrossImages(f"{WORDS[mode]} over the images of a batch")
    if not over:
        return value
    added = [axis for axis in over if not value.view.axes[axis]] if len(value.sizes) > len(value.view.source) else []
    if added and mode != "sum":  # an axis that was put in, so that a sound is a map of two places, has nothing to take a mean of
        rest = [axis - (axis > added[0]) for axis in over if axis != added[0]]
        found = reduced(draft, value._replace(view=value.view.without_axis(added[0])), rest, keep, mode)
        return found._replace(view=found.view.with_axis(added[0])) if keep and isinstance(found, Value) else found
    if not keep and len(over) == len(value.sizes) - 1:
        raise NotSaid(f"{WORDS[mode]} over everything but the batch")
    if value.view.is_plain and _is_tokens(draft, value) and over == [1] and mode == "mean":
        made = draft.add("token_mean", value)
        return made._replace(view=made.view.with_axis(1)) if keep else made
    return _tried(draft, value, over, lambda found: _over(draft, found, over, keep, mode), WORDS[mode])


def softmax(draft: Draft, x: Operand, axis: int, word: str = "softmax") -> Value:
    """Exponentials over their sum along an axis, or the logarithm of that."""
    value = worked_out(x)
    axis %= len(value.sizes)
    if BATCH in value.view.axes[axis]:
        raise AcrossImages(f"{word} over the images of a batch")

    def make(found: Value) -> Value:
        (place,) = _places(found, [axis])
        last = place == len(found.view.source) - 1 and kind(draft, found) is not Map
        over = None if last else names_of_axes(typed(draft.shape(found)))[place - 1]
        return draft.add(word, found, over=over)._replace(view=found.view)

    return _tried(draft, value, [axis], make, word)


def _is_tokens(draft: Draft, value: Value) -> bool:
    return kind(draft, value) is Sequence and len(draft.shape(value)) == 2


def _tried(draft: Draft, value: Value, over: Numbers[int], make: Callable[[Value], Value], what: str) -> Value:
    """What is made of the first form of a value that has the axes as axes of its own."""
    known = set(draft.graph.nodes)
    for form in _forms(draft, value, over):
        try:
            return make(form())
        except NotSaid:
            draft.forget(known)
    raise NotSaid(f"{what} over {'axis' if len(over) == 1 else 'axes'} {', '.join(map(str, over))}")


def _forms(draft: Draft, value: Value, over: Numbers[int]) -> Iterator[Callable[[], Value]]:
    """The value as it is, and over nodes whose axes are closer to those that are seen."""
    if all(value.view.axes[axis] in value.view.source or not value.view.axes[axis] for axis in over):
        yield lambda: value
    if len(over) == 1:
        yield lambda: apart(draft, value, value.view.axes[over[0]])
    for want in ("", "heads", "map", "last", "tokens"):
        yield lambda want=want: settled(draft, value, want)  # type: ignore[misc]


def _places(value: Value, over: Numbers[int]) -> list[int]:
    """For each axis that is seen the axis of the node that it is, the batch counted. Raises NotSaid where one is none."""
    view, order = value.view, value.view.permutation
    if order is not None:
        return [order[axis] for axis in over]
    if any(view.axes[axis] not in view.source[1:] or not view.axes[axis] for axis in over):
        raise NotSaid("a part of an axis")
    return [view.source.index(view.axes[axis]) for axis in over]


def _over(draft: Draft, value: Value, over: Numbers[int], keep: bool, mode: str) -> Value:
    places, shape = _places(value, over), typed(draft.shape(value))
    if type(shape) is Map and sorted(places) == list(range(2, len(shape) + 1)):
        value = _over_places(draft, value, over, keep, mode)
    else:
        for axis, place in sorted(zip(over, places, strict=True), key=lambda pair: -pair[1]):
            value = _along(draft, value, axis, place, keep, mode)
    for axis in () if keep else reversed(over):
        value = value._replace(view=value.view.without_axis(axis))
    return value


def _over_places(draft: Draft, value: Value, over: Numbers[int], keep: bool, mode: str) -> Value:
    """All places of a map brought down to one."""
    view = value.view
    source = [group if number < 2 else () for number, group in enumerate(view.source)]
    axes = [() if axis in over else group for axis, group in enumerate(view.axes)]
    if mode in ("mean", "max"):
        made = draft.add("adaptive_pool", value, mode="max" if mode == "max" else None)
    else:
        made = draft.add("reduce", value, over="places", mode=mode, keep=None if keep else False)
        source = source if keep else source[:2]
    return made._replace(view=normal(view.lengths, source, axes))


def _along(draft: Draft, value: Value, axis: int, place: int, keep: bool, mode: str) -> Value:
    """One axis brought down to a length of 1; of the node it goes away where it may and what is left is a tensor of the language."""
    arguments: dict[str, Any] = {
        "over": names_of_axes(typed(draft.shape(value)))[place - 1],
        "mode": None if mode == "mean" else mode,
    }
    view = value.view
    source = [*view.source[:place], (), *view.source[place + 1 :]]
    axes = [*view.axes[:axis], (), *view.axes[axis + 1 :]]
    if not keep:
        try:
            made = draft.add("reduce", value, **arguments, keep=False)
            del source[place]
            return made._replace(view=normal(view.lengths, source, axes))
        except NotSaid:  # it stays in the node and is not seen
            pass
    return draft.add("reduce", value, **arguments)._replace(view=normal(view.lengths, source, axes))
