"""Cutting a grid: spans of its axes, cut in halves or into pieces of bounded size, and what arrays hold there.

An array that belongs to a grid has one axis for each axis of the grid, of length 1 where the axis makes no difference.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from math import prod
from typing import Any

import numpy as np

Span = tuple[slice, ...]
"""A part of a grid: a slice of every axis, with a start and a stop and in steps of 1."""

Index = tuple[Any, ...]
"""A span, or single variants: an array of places for every axis, all of one length."""


def whole(shape: Sequence[int]) -> Span:
    """All of a grid."""
    return tuple(slice(0, length) for length in shape)


def lengths(span: Span) -> tuple[int, ...]:
    """The shape of a part."""
    return tuple(part.stop - part.start for part in span)


def size(span: Span) -> int:
    """How many variants a part has."""
    return prod(lengths(span))


def halves(span: Span, preferred: Collection[int] = ()) -> list[Span]:
    """A part of more than one variant, cut in two along its longest axis.

    Args:
        preferred: axes one of which is cut if any of them has more than one place.
    """
    shape = lengths(span)
    long = [number for number, length in enumerate(shape) if length > 1]
    number = max([n for n in long if n in preferred] or long, key=lambda n: shape[n])
    part = span[number]
    middle = (part.start + part.stop) // 2
    return [(*span[:number], half, *span[number + 1 :]) for half in (slice(part.start, middle), slice(middle, part.stop))]


def pieces(shape: Sequence[int], most: int, first: Collection[int] = ()) -> Iterator[Span]:
    """A whole grid in pieces of at most `most` variants each.

    The last axes are whole in every piece, the one before them is cut into slices, and all others come place by place. So the
    pieces, and the variants in them, keep the order of the grid.

    Args:
        first: axes that come place by place before any other does; where it names some, the order is another.
    """
    steps, inner, room = [1] * len(shape), 1, True
    for number in sorted(range(len(shape)), key=lambda n: (n in first, -n)):
        if room:
            steps[number] = min(shape[number], max(1, most // inner))
            room = steps[number] == shape[number]
            inner *= shape[number]
    counts = [-(-length // step) for length, step in zip(shape, steps, strict=True)]
    for places in _combinations(counts):
        yield tuple(
            slice(place * step, min((place + 1) * step, length)) for place, step, length in zip(places, steps, shape, strict=True)
        )


def _combinations(counts: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every combination of places. Unlike itertools.product, this holds no list of the places of a long axis."""
    if not counts:
        yield ()
        return
    for places in _combinations(counts[:-1]):
        for place in range(counts[-1]):
            yield (*places, place)


def elements(array: np.ndarray, index: Index) -> np.ndarray:
    """What an array of a grid holds in a span (broadcasting to its lengths), or for single variants (broadcasting to their number)."""
    found: np.ndarray = array[
        tuple(
            (slice(None) if isinstance(part, slice) else np.zeros_like(part)) if length == 1 else part
            for length, part in zip(array.shape, index, strict=True)
        )
    ]
    return found
