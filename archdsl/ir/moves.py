"""Operators that only move values: where each value of the output lies in the input, equal for all ways to write it.

A layout is that of a tensor in order: for each of its factors, outermost first, how long it is and how far apart its values lie in
the input. Factors of length 1 are left out, and two that lie as one are one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from math import prod
from operator import mul
from typing import Any

from archdsl.ops.attention import MergeHeads, SplitHeads
from archdsl.ops.operator import Operator, Shape
from archdsl.ops.places import PixelShuffle, PixelUnshuffle
from archdsl.ops.rearrange import Flatten, Shuffle
from archdsl.ops.reorder import Rearrange, ToMap
from archdsl.ops.tokens import Tokens

Layout = tuple[tuple[int, int], ...]
Factors = tuple[Sequence[int], Sequence[int]]
"""Lengths of the factors as they arrive, and their order as they leave."""


def layout(op: Operator, arriving: Shape) -> Layout | None:
    """The layout of what an operator gives; None for one that computes, and for sizes that are no numbers."""
    rule = FACTORS.get(type(op))
    if rule is None or not all(type(extent) is int for extent in arriving):
        return None
    lengths, order = rule(op, arriving)
    if not all(type(length) is int for length in lengths):
        return None
    apart = [*accumulate([1, *lengths[:0:-1]], mul)][::-1]
    return _joined([(lengths[factor], apart[factor]) for factor in order])


def after(first: Layout, second: Layout) -> Layout | None:
    """The layout of two moves, one after the other; None where a factor of the second lies across factors of the first."""
    found: list[tuple[int, int]] = []
    for length, apart in second:
        parts = _within(first, length, apart)
        if parts is None:
            return None
        found += parts
    return _joined(found)


def stays(found: Layout) -> bool:
    """Whether every value stays where it is."""
    return found == _joined([(prod(length for length, _ in found), 1)])


def _within(first: Layout, length: int, apart: int) -> Layout | None:
    """So many values of a tensor of a layout, so far apart, as factors of that layout."""
    parts: list[tuple[int, int]] = []
    for there, step in reversed(first):
        if length == 1:
            break
        if apart % there == 0:
            apart //= there
            continue
        if there % apart:
            return None
        left, step, apart = there // apart, step * apart, 1
        taken = min(left, length)
        if left % taken or length % taken:
            return None
        parts.insert(0, (taken, step))
        length //= taken
    return tuple(parts)


def _joined(factors: Sequence[tuple[int, int]]) -> Layout:
    found: list[tuple[int, int]] = []
    for length, apart in factors:
        if length == 1:
            continue
        if found and found[-1][1] == length * apart:
            found[-1] = (found[-1][0] * length, apart)
        else:
            found.append((length, apart))
    return tuple(found)


def _rearrange(op: Any, shape: Shape) -> Factors:
    lengths = op.lengths(shape)
    return [lengths[name] for name in op.parsed.arriving], op.parsed.order


def _flatten(op: Any, shape: Shape) -> Factors:
    return shape, range(len(shape))


def _tokens(op: Any, shape: Shape) -> Factors:
    return shape, (1, 2, 0)


def _to_map(op: Any, shape: Shape) -> Factors:
    return shape, (1, 0)


def _split_heads(op: Any, shape: Shape) -> Factors:
    *groups, tokens, channels = shape
    count = len(groups)
    return [*groups, tokens, op.heads, channels // op.heads], [*range(count), count + 1, count, count + 2]


def _merge_heads(op: Any, shape: Shape) -> Factors:
    count = len(shape) - 3
    return shape, [*range(count), count + 1, count, count + 2]


def _shuffle(op: Any, shape: Shape) -> Factors:
    channels, *places = shape
    return [op.groups, channels // op.groups, *places], [1, 0, *range(2, 2 + len(places))]


def _pixel_shuffle(op: Any, shape: Shape) -> Factors:
    channels, height, width = shape
    left = channels // (op.factor * op.factor)
    if op.first == "channels":
        return [left, op.factor, op.factor, height, width], (0, 3, 1, 4, 2)
    return [op.factor, op.factor, left, height, width], (2, 3, 0, 4, 1)


def _pixel_unshuffle(op: Any, shape: Shape) -> Factors:
    channels, height, width = shape
    lengths = [channels, height // op.factor, op.factor, width // op.factor, op.factor]
    return lengths, (0, 2, 4, 1, 3) if op.first == "channels" else (2, 4, 0, 1, 3)


FACTORS: dict[type[Operator], Callable[[Any, Shape], Factors]] = {
    Flatten: _flatten,
    MergeHeads: _merge_heads,
    PixelShuffle: _pixel_shuffle,
    PixelUnshuffle: _pixel_unshuffle,
    Rearrange: _rearrange,
    Shuffle: _shuffle,
    SplitHeads: _split_heads,
    ToMap: _to_map,
    Tokens: _tokens,
}
"""For every operator that only moves values how it takes the axes apart and puts the factors together."""
