"""Two sequences aligned: which members of the one are counterparts of which members of the other, in the order of both.

The pairs are those whose scores add up to the most (Needleman & Wunsch 1970, with gaps that cost nothing): an exact optimum, as
long as there are few enough cells. Equal heads and tails are taken off first, which loses nothing where nothing scores more than
being equal. What is too large still is cut at members that stand exactly once on both sides, in the order in which most of them
agree (patience), and in halves where there are none.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np

H = TypeVar("H", bound=Hashable)
Score = Callable[[H, H], int]
Places = list[tuple[int, int]]

CELLS = 25_000_000  # a byte each
SCORES = 400_000  # different pairs: a score takes microseconds
_BOTH, _FIRST, _SECOND = 1, 2, 3


def matched(first: Sequence[H], second: Sequence[H], score: Score[H]) -> Places:
    """The places of counterparts, in order.

    The same for both orders of the two, up to exchanging the places.

    Args:
        score: of two members as counterparts: symmetric, 0 where they cannot be, and never more than of equal ones.
    """
    if (len(first), repr(first)) <= (len(second), repr(second)):  # so that ties fall alike for both orders
        return [*_earliest(first, second, _aligned(first, second, score))]
    return [(b, a) for a, b in _earliest(second, first, _aligned(second, first, score))]


def _earliest(first: Sequence[H], second: Sequence[H], places: Places) -> Iterator[tuple[int, int]]:
    """The same pairs; of a run of equal members, as a repeat is, the first ones."""
    free = 0, 0
    for a, b in places:
        a = free[0] if first[free[0]] == first[a] else a
        b = free[1] if second[free[1]] == second[b] else b
        yield a, b
        free = a + 1, b + 1


def _aligned(first: Sequence[H], second: Sequence[H], score: Score[H]) -> Places:
    shorter = min(len(first), len(second))
    head = 0
    while head < shorter and first[head] == second[head]:
        head += 1
    tail = 0
    while tail < shorter - head and first[-1 - tail] == second[-1 - tail]:
        tail += 1
    ends = len(first) - tail, len(second) - tail
    found = [(place, place) for place in range(head)]
    found += _shifted(_middle(first[head : ends[0]], second[head : ends[1]], score), head, head)
    return found + [(ends[0] + place, ends[1] + place) for place in range(tail)]


def _middle(first: Sequence[H], second: Sequence[H], score: Score[H]) -> Places:
    if not first or not second:
        return []
    if len(first) * len(second) <= CELLS and len(set(first)) * len(set(second)) <= SCORES:
        return _best(first, second, score)
    cuts = _anchors(first, second) or [(len(first) // 2, len(second) // 2)]
    found: Places = []
    for (a, b), (c, d) in zip([(0, 0), *cuts], [*cuts, (len(first), len(second))], strict=True):
        found += _shifted(_aligned(first[a:c], second[b:d], score), a, b)
    return found


def _anchors(first: Sequence[H], second: Sequence[H]) -> Places:
    """Places of members that both have exactly once, as many as stand in one order. Each is the first after a cut."""
    once = [{member for member, times in Counter(side).items() if times == 1} for side in (first, second)]
    common = once[0] & once[1]
    there = {member: place for place, member in enumerate(second) if member in common}
    places = [(a, there[member]) for a, member in enumerate(first) if member in common]
    ends: list[int] = []  # the least place in the second at which a chain of each length ends
    chains: list[tuple[int, int, Any]] = []  # its last pair, and the chain before it
    for a, b in places:
        length = bisect_left(ends, b)
        chain: Any = (a, b, chains[length - 1] if length else None)
        if length == len(ends):
            ends.append(b)
            chains.append(chain)
        else:
            ends[length], chains[length] = b, chain
    found: Places = []
    chain = chains[-1] if chains else None
    while chain is not None:
        found.append(chain[:2])
        chain = chain[2]
    return found[::-1]


def _best(first: Sequence[H], second: Sequence[H], score: Score[H]) -> Places:
    """The best pairs of all, of equally good ones the earliest.

    A row of cells at a time, from the end: each cell has the best sum from there on, and what its first step is.
    """
    kinds_a, kinds_b = ({member: n for n, member in enumerate(dict.fromkeys(side))} for side in (first, second))
    scores = np.array([[score(a, b) for b in kinds_b] for a in kinds_a], dtype=np.int64)
    columns = np.array([kinds_b[member] for member in reversed(second)])
    steps = np.empty((len(first), len(second)), dtype=np.uint8)
    sums = np.zeros(len(second) + 1, dtype=np.int64)
    for place, member in enumerate(reversed(first)):
        gain = scores[kinds_a[member]][columns]
        both = np.where(gain > 0, sums[:-1] + gain, -1)
        above = sums[1:]
        sums = np.concatenate(([0], np.maximum.accumulate(np.maximum(above, both))))
        steps[place] = np.where(both == sums[1:], _BOTH, np.where(above == sums[1:], _FIRST, _SECOND))
    found: Places = []
    a, b = len(first), len(second)  # members that are left
    while a and b:
        step = steps[a - 1, b - 1]
        if step == _BOTH:
            found.append((len(first) - a, len(second) - b))
        a, b = a - int(step != _SECOND), b - int(step != _FIRST)
    return found


def _shifted(places: Places, a: int, b: int) -> Places:
    return [(x + a, y + b) for x, y in places]
