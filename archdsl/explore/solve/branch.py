"""Branch and bound (Land & Doig 1960) over regions of a grid.

A total is a sum of products of small arrays, so a number that no variant of a span is below is the sum of the products of their
least elements. A span that cannot keep to the budgets, or cannot beat what was found, is left out; the others are cut in two, and
small ones are counted variant by variant.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from archdsl.explore.criteria.budget import Budget
from archdsl.explore.criteria.objective import Objective
from archdsl.explore.grid import cut
from archdsl.explore.grid.chunk import Chunk
from archdsl.explore.grid.region import Region
from archdsl.explore.solve.found import Found, Key, Question

LEAF = 1 << 15
"""Variants of a span that are counted one by one instead of cutting it again."""


class TooLong(Exception):
    """A search has looked at more spans than it was to."""


@dataclass
class BranchAndBound:
    """A search for the first `count` variants in the order of the objectives that keep to the budgets.

    Attributes:
        shown: costs that rows hold.
        patience: spans that are looked at before it is given up; None for as many as it takes.
        counted: variants that were counted one by one so far.
        best: the best so far, best first.
    """

    question: Question
    count: int
    shown: Sequence[str]
    patience: int | None = None
    counted: int = 0
    best: list[Found] = field(default_factory=list)

    def run(self, batches: Iterable[Sequence[Region]]) -> list[Found]:
        """The variants, best first. Regions come in batches, so that they need not be held all at once."""
        for regions in batches:
            self._search(regions)
        return self.best

    def _search(self, regions: Sequence[Region]) -> None:
        """Search one batch for what is better than the best so far."""
        serial = itertools.count()
        waiting: list[tuple[Key, int, Region, cut.Span]] = []

        def consider(region: Region, span: cut.Span) -> None:
            if all(_possible(region, span, budget) for budget in self.question.budgets):
                key = tuple(_least(region, span, objective) for objective in self.question.objectives)
                if len(self.best) < self.count or key < self.best[-1].key:
                    heapq.heappush(waiting, (key, next(serial), region, span))

        for region in regions:
            consider(region, cut.whole(region.box.shape))
        while waiting:
            self._tire()
            key, _, region, span = heapq.heappop(waiting)
            if len(self.best) >= self.count and key >= self.best[-1].key:
                break
            if cut.size(span) > LEAF:
                for half in cut.halves(span):
                    consider(region, half)
                continue
            self.best = sorted([*self.best, *self._leaf(Chunk(region, span))], key=lambda found: found.key)[: self.count]

    def _tire(self) -> None:
        """Raises TooLong where no patience is left for one more span."""
        if self.patience is not None:
            self.patience -= 1
            if self.patience < 0:
                raise TooLong

    def _leaf(self, chunk: Chunk) -> list[Found]:
        """The best variants of a chunk."""
        self.counted += chunk.size
        lines = chunk.every_line
        for budget in self.question.budgets:
            bound, column = limit(chunk.region, budget), chunk.column(budget.cost)[lines]
            lines = lines[column <= bound if budget.sense == "max" else column >= bound]
        for other in self.question.away:
            places = _places(chunk, lines)
            unlike = sum((here != place).astype(int) for here, place in zip(places, other, strict=True))
            lines = lines[unlike >= self.question.differ]
        if not len(lines):
            return []
        keys = [objective.column(chunk)[lines] for objective in self.question.objectives]
        order = np.lexsort(tuple(reversed(keys)))[: self.count]
        rows = chunk.rows(lines[order], self.shown)
        where = zip(*(here.tolist() for here in _places(chunk, lines[order])), strict=True)
        return [
            Found(tuple(int(key[line]) for key in keys), row, places)
            for line, row, places in zip(order.tolist(), rows, where, strict=True)
        ]


def _places(chunk: Chunk, lines: np.ndarray) -> list[np.ndarray]:
    """For every axis of the grid the places of some lines."""
    return [chosen[here] for chosen, here in zip(chunk.region.box.chosen, chunk.places(lines), strict=True)]


def limit(region: Region, budget: Budget) -> int:
    """The last numerator of a cost that keeps to its bound."""
    bound = budget.bound * region.total(budget.cost).den
    return math.floor(bound) if budget.sense == "max" else math.ceil(bound)


def keeps(budget: Budget, bound: int, numerator: int) -> bool:
    """Whether a numerator keeps to a budget with this last one."""
    return numerator <= bound if budget.sense == "max" else numerator >= bound


def _possible(region: Region, span: cut.Span, budget: Budget) -> bool:
    """Whether any variant may keep to the budget."""
    low, high = region.total(budget.cost).bounds(span)
    bound = limit(region, budget)
    return low <= bound if budget.sense == "max" else high >= bound


def _least(region: Region, span: cut.Span, objective: Objective) -> int:
    """A number that no variant is below in an objective."""
    total = region.total(objective.name)
    low, high = total.bounds(span)
    return (low if objective.sign > 0 else -high) * (objective.den // total.den)
