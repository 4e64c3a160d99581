"""Calls of ATen that move values: views, slices, pieces, joins."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from archdsl.importer.aten_call import call
from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.lower import shapes, stacks
from archdsl.importer.settle import once_more
from archdsl.importer.values import Const, Operand


@call("view", "reshape", "_unsafe_view", "view_copy")
def _view(draft: Draft, x: Operand, sizes: Sequence[int]) -> Any:
    return shapes.reshaped(draft, x, sizes)


@call("reshape_as", "view_as")
def _reshape_as(draft: Draft, x: Operand, other: Operand) -> Any:
    return shapes.reshaped(draft, x, other.sizes)


@call("flatten")
def _flatten(draft: Draft, x: Operand, first: int = 0, last: int = -1) -> Any:
    return shapes.flattened(draft, x, first, last)


@call("unflatten")
def _unflatten(draft: Draft, x: Operand, axis: int, sizes: Sequence[int]) -> Any:
    axis %= len(x.sizes)
    wanted = list(sizes)
    if -1 in wanted:
        wanted[wanted.index(-1)] = x.sizes[axis] // -math.prod(wanted)
    return shapes.reshaped(draft, x, [*x.sizes[:axis], *wanted, *x.sizes[axis + 1 :]])


@call("permute", "permute_copy")
def _permute(draft: Draft, x: Operand, order: Sequence[int]) -> Any:
    return shapes.permuted(x, order)


@call("transpose", "swapaxes")
def _transpose(draft: Draft, x: Operand, one: int, other: int) -> Any:
    return shapes.swapped(x, one, other)


@call("movedim", "moveaxis")
def _moved(draft: Draft, x: Operand, sources: Any, targets: Any) -> Any:
    return shapes.moved(x, sources, targets)


@call("t")
def _t(draft: Draft, x: Operand) -> Any:
    return shapes.swapped(x, 0, 1) if len(x.sizes) == 2 else x


@call("squeeze")
def _squeeze(draft: Draft, x: Operand, axes: int | Sequence[int] | None = None) -> Any:
    found = range(len(x.sizes)) if axes is None else [axes] if isinstance(axes, int) else axes
    for axis in sorted((axis % len(x.sizes) for axis in found), reverse=True):
        x = shapes.squeezed(x, axis) if x.sizes[axis] == 1 else x
    return x


@call("unsqueeze")
def _unsqueeze(draft: Draft, x: Operand, axis: int) -> Any:
    return shapes.unsqueezed(x, axis)


@call("repeat_interleave")
def _repeat_interleave(draft: Draft, x: Operand, times: Any, axis: int | None = None, **ignored: Any) -> Any:
    if times == 1:
        return x
    if isinstance(x, Const) or not isinstance(times, int) or axis is None or axis % len(x.sizes):
        raise NotSaid("values that are repeated")
    return once_more(draft, x, times)


@call("expand", "expand_as")
def _expand(draft: Draft, x: Operand, sizes: Any, **more: Any) -> Any:
    wanted = sizes.sizes if isinstance(sizes, tuple) and hasattr(sizes, "sizes") else sizes
    if isinstance(x, Const):
        return x._replace(tensor=x.tensor.expand(*wanted))
    lengths = [old if new == -1 else new for old, new in zip(x.sizes, wanted[-len(x.sizes) :], strict=True)]
    if len(wanted) == len(x.sizes) and all(old in (new, 1) for old, new in zip(x.sizes, lengths, strict=True)):
        return x  # what it is combined with stretches it
    raise NotSaid("a tensor that is repeated")


@call("slice", "slice_copy")
def _slice(draft: Draft, x: Operand, axis: int = 0, start: int | None = None, stop: int | None = None, step: int = 1) -> Any:
    length = x.sizes[axis]
    return shapes.narrowed(draft, x, axis, start or 0, length if stop is None else min(stop, length), step)


@call("narrow")
def _narrow(draft: Draft, x: Operand, axis: int, start: int, length: int) -> Any:
    return shapes.narrowed(draft, x, axis, start, start + length)


@call("select", "select_copy")
def _select(draft: Draft, x: Operand, axis: int, index: int) -> Any:
    return shapes.selected(draft, x, axis, index)


@call("split", "split_with_sizes", "split_copy", "split_with_sizes_copy")
def _split(draft: Draft, x: Operand, lengths: int | Sequence[int], axis: int = 0) -> Any:
    length = x.sizes[axis]
    if isinstance(lengths, int):
        lengths = [min(lengths, length - start) for start in range(0, length, lengths)]
    return shapes.pieces(draft, x, axis, lengths)


@call("chunk")
def chunk(draft: Draft, x: Operand, count: int, axis: int = 0) -> Any:
    return _split(draft, x, -(-x.sizes[axis] // count), axis)


@call("unbind")
def _unbind(draft: Draft, x: Operand, axis: int = 0) -> Any:
    return [shapes.selected(draft, x, axis, index) for index in range(x.sizes[axis])]


@call("cat", "concat")
def _cat(draft: Draft, parts: Sequence[Operand], axis: int = 0) -> Any:
    return shapes.concatenated(draft, parts, axis)


@call("stack")
def _stack(draft: Draft, parts: Sequence[Operand], axis: int = 0) -> Any:
    return stacks.stacked(draft, parts, axis)


@call("slice_scatter")
def _slice_scatter(
    draft: Draft, x: Operand, part: Operand, axis: int = 0, start: int | None = None, stop: int | None = None, step: int = 1
) -> Any:
    length = x.sizes[axis]
    first, last = (
        (bound + length if bound < 0 else min(bound, length)) for bound in (start or 0, length if stop is None else stop)
    )
    if step != 1:
        raise NotSaid("places written into that do not lie side by side")
    return shapes.replaced(draft, x, part, axis, first, last)


@call("select_scatter")
def _select_scatter(draft: Draft, x: Operand, part: Operand, axis: int, index: int) -> Any:
    axis, index = axis % len(x.sizes), index % x.sizes[axis]
    return shapes.replaced(draft, x, shapes.unsqueezed(part, axis), axis, index, index + 1)


@call("copy")
def _copy(draft: Draft, x: Operand, written: Operand, waits: bool = False) -> Any:
    return _expand(draft, written, x.sizes) if len(written.sizes) == len(x.sizes) else written
