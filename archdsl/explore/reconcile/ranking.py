"""All combinations of the readings of several specs, best first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from archdsl.exact.broadcasting import together
from archdsl.explore.grid import cut
from archdsl.explore.grid.axis import Axis
from archdsl.explore.keep.front import First
from archdsl.explore.reconcile.tally import FAR, Tally

PIECE = 1 << 20
"""Combinations that are ranked at once."""


class Ranking:
    """All combinations in the order of what they explain, then of how few changes they take, then of how close the rest is.

    Attributes:
        first: the places on all axes of the first few.
        levels: for each number of explained figures, how many combinations explain as many.
        searched, unbuildable: how many combinations were looked at, and how many of these cannot be built.
    """

    def __init__(self, tallies: list[Tally], axes: Sequence[Axis], most: int, count: int):
        """
        Args:
            most: how many readings may differ from the first value of their axis.
            count: how many combinations are kept.
        """
        self.tallies, self.most = tallies, most
        self.first = First(count)
        self.levels: Counter[int] = Counter()
        self.searched = self.unbuildable = 0
        for span in cut.pieces([len(axis) for axis in axes], PIECE):
            self._take(span)

    def _take(self, span: cut.Span) -> None:
        """Rank one piece of the grid."""
        shape = cut.lengths(span)
        changed = _changed(span)
        searched = changed <= self.most
        buildable = [cut.elements(tally.buildable, span) for tally in self.tallies]
        ok = np.logical_and.reduce(together(searched, *buildable))
        explained = sum(cut.elements(tally.explained, span).astype(np.int64) for tally in self.tallies)
        distance = sum(cut.elements(tally.distance, span) for tally in self.tallies)
        lines = np.flatnonzero(np.broadcast_to(ok, shape))
        many = int(np.count_nonzero(np.broadcast_to(searched, shape)))
        self.searched += many
        self.unbuildable += many - len(lines)
        explained, distance, changed = (np.broadcast_to(array, shape).reshape(-1) for array in (explained, distance, changed))
        levels = np.bincount(explained[lines])
        self.levels.update({level: int(levels[level]) for level in np.flatnonzero(levels).tolist()})

        def places(kept: np.ndarray) -> list[tuple[int, ...]]:
            found = [place + part.start for place, part in zip(np.unravel_index(kept, shape), span, strict=True)]
            return list(zip(*(place.tolist() for place in found), strict=True))

        self.first.add((-explained << 52) + (changed << 44) + np.minimum(distance, FAR), places, lines)


def _changed(span: cut.Span) -> np.ndarray:
    """How many readings differ from the first value of their axis, for every combination of a span."""
    found = np.zeros((1,) * len(span), dtype=np.int64)
    for number, part in enumerate(span):
        differs = (np.arange(part.start, part.stop) > 0).astype(np.int64)
        found = found + differs.reshape([-1 if n == number else 1 for n in range(len(span))])
    return found
