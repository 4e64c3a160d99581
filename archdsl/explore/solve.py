"""The best variants inside a budget, and the proof that no other is better.

Branch and bound (Land & Doig 1960): a total is a sum of products of small arrays, so a number that no variant of a box is below is
the sum of the products of their least elements. A box that cannot keep to the budget, or cannot beat what was found, is left
out; the others are cut in two, and small ones are counted variant by variant.
"""

from __future__ import annotations

import heapq
import itertools
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from archdsl.errors import InputError
from archdsl.explore.blocks import Block, Costed, blocks
from archdsl.explore.box import boxes
from archdsl.explore.budget import Budget
from archdsl.explore.keepers import Outcome
from archdsl.explore.objective import Objective, denominator
from archdsl.explore.partition import Part, Partition
from archdsl.explore.sweep import Sweep
from archdsl.explore.total import Index
from archdsl.explore.variants import Row, Variants

LEAF = 1 << 15
"""Variants of a box that are counted one by one instead of cutting it again."""

Key = tuple[int, ...]
"""The objectives in order, as integers of which smaller is better; compared one after the other."""


@dataclass(frozen=True)
class Binding:
    """A budget that keeps a better variant out.

    Attributes:
        without: the first objective's best value if this budget alone were dropped; None where it is the same.
    """

    budget: Budget
    without: Any


@dataclass(frozen=True)
class Lack:
    """What stands in the way where no variant keeps to the budget.

    Attributes:
        alone: budgets that no variant keeps to, each with the variant that comes closest and its cost.
        closest: the variant whose worst excess over all budgets, as a share of the bound, is the least.
        excess: that share.
    """

    alone: list[tuple[Budget, Any, Row]]
    closest: Row | None
    excess: float


@dataclass(frozen=True)
class Solution:
    """The best variants, or what stands in the way.

    Attributes:
        best: in the order of the objectives; empty where none is feasible.
        binding: budgets that keep a better one out.
        counted: variants that were counted one by one; all others of the grid are proven to be no better.
    """

    best: Variants
    binding: list[Binding]
    lack: Lack | None
    counted: int
    seconds: float


class Solver:
    """A grid, elaborated once, that questions are asked of."""

    def __init__(self, sweep: Sweep, budgets: Sequence[Budget], objectives: Sequence[Objective], count: int = 10):
        """
        Args:
            sweep: the grid; its condition is not looked at.
            objectives: the first decides, each further one between variants that are equal in those before it.
            count: how many variants are wanted.
        """
        if not objectives:
            raise InputError("nothing to maximize or minimize")
        self.sweep, self.budgets, self.objectives, self.count = sweep, list(budgets), list(objectives), count
        self.dens = {budget: denominator(budget.cost, sweep.net, sweep.axes) for budget in budgets}
        self.outcome = Outcome()
        self.counted = 0
        self.parts: list[Costed] = []
        begin = time.perf_counter()
        names = [*sweep.shown, *(budget.cost for budget in budgets), *(objective.name for objective in objectives)]
        asked = tuple(dict.fromkeys(name for name in names if name not in sweep.settings))
        for found in Partition(sweep.net, boxes(sweep.axes), asked):
            self.outcome.variants += found.box.size
            if isinstance(found, Part):
                self.outcome.structures += 1
                self.outcome.masked += found.masked()
                self.parts.append(Costed(found))
            else:
                self.outcome.masked[found.reason] += found.box.size
        self.outcome.seconds = time.perf_counter() - begin

    def solve(self) -> Solution:
        """The best variants, which budgets bind, and where none is feasible what stands in the way."""
        begin = time.perf_counter()
        found = self.search(self.budgets, self.objectives, self.count)
        counted = self.counted
        lack = None if found else self.lack()
        binding = [b for b in (self.binding(budget, found[0][0][0]) for budget in self.budgets) if b is not None] if found else []
        best = self.sweep.variants([row for _, row in found], self.outcome)
        seconds = time.perf_counter() - begin
        self.outcome.seconds += seconds
        return Solution(best, binding, lack, counted, seconds)

    def binding(self, budget: Budget, best: int) -> Binding | None:
        """The budget, if the first objective would be better without it."""
        others = [other for other in self.budgets if other is not budget]
        free = self.search(others, self.objectives[:1], 1)
        return Binding(budget, self.objectives[0].value(free[0][0][0])) if free and free[0][0][0] < best else None

    def lack(self) -> Lack:
        """What stands in the way of all variants."""
        alone = []
        for budget in self.budgets:
            wanted = Objective(budget.cost, 1 if budget.sense == "max" else -1, self.dens[budget])
            found = self.search([], [wanted], 1)
            if found:
                value = wanted.value(found[0][0][0])
                if budget.violation(value) > 0:
                    alone.append((budget, value, found[0][1]))
        closest: tuple[float, Row | None] = (math.inf, None)
        for costed in self.parts:
            for block in blocks(costed):
                lines = np.arange(block.size) if block.lines is None else block.lines
                if not len(lines):
                    continue
                worst = np.maximum.reduce([self.excess(block, budget) for budget in self.budgets])[lines]
                least = int(np.argmin(worst))
                if worst[least] < closest[0]:
                    closest = float(worst[least]), self.sweep.table(block, lines[least : least + 1])[0]
        return Lack(alone, closest[1], closest[0])

    def excess(self, block: Block, budget: Budget) -> Any:
        """How far every variant of a block lies outside of a budget, as a share of its bound."""
        cost = block.column(budget.cost).astype(float) / block.costed.total(budget.cost).den
        bound = float(budget.bound)
        return (cost - bound if budget.sense == "max" else bound - cost) / (bound or 1.0)

    # -- branch and bound ------------------------------------------------------------------------------------------------------

    def search(self, budgets: Sequence[Budget], objectives: Sequence[Objective], count: int) -> list[tuple[Key, Row]]:
        """The first `count` variants in the order of the objectives that keep to the budgets."""
        serial = itertools.count()
        waiting: list[tuple[Key, int, Costed, Index]] = []
        best: list[tuple[Key, Row]] = []

        def consider(costed: Costed, index: Index) -> None:
            if all(self.possible(costed, index, budget) for budget in budgets):
                key = tuple(_least(costed, index, objective) for objective in objectives)
                if len(best) < count or key < best[-1][0]:
                    heapq.heappush(waiting, (key, next(serial), costed, index))

        for costed in self.parts:
            consider(costed, tuple(slice(0, length) for length in costed.part.box.shape))
        while waiting:
            key, _, costed, index = heapq.heappop(waiting)
            if len(best) >= count and key >= best[-1][0]:
                break
            if _size(index) > LEAF:
                for half in _halves(index):
                    consider(costed, half)
                continue
            best = sorted([*best, *self.leaf(Block(costed, index), budgets, objectives, count)], key=lambda found: found[0])[
                :count
            ]
        return best

    def leaf(self, block: Block, budgets: Sequence[Budget], objectives: Sequence[Objective], count: int) -> list[tuple[Key, Row]]:
        """The best variants of a block."""
        self.counted += block.size
        lines = np.arange(block.size) if block.lines is None else block.lines
        for budget in budgets:
            limit, column = self.limit(block.costed, budget), block.column(budget.cost)[lines]
            lines = lines[column <= limit if budget.sense == "max" else column >= limit]
        if not len(lines):
            return []
        keys = [objective.column(block)[lines] for objective in objectives]
        order = np.lexsort(tuple(reversed(keys)))[:count]
        rows = self.sweep.table(block, lines[order])
        return [(tuple(int(key[line]) for key in keys), row) for line, row in zip(order.tolist(), rows, strict=True)]

    def limit(self, costed: Costed, budget: Budget) -> int:
        """The last numerator of a cost inside of its bound."""
        bound = budget.bound * costed.total(budget.cost).den
        return math.floor(bound) if budget.sense == "max" else math.ceil(bound)

    def possible(self, costed: Costed, index: Index, budget: Budget) -> bool:
        """Whether any variant may keep to the budget."""
        low, high = costed.total(budget.cost).bounds(index)
        limit = self.limit(costed, budget)
        return low <= limit if budget.sense == "max" else high >= limit


def _least(costed: Costed, index: Index, objective: Objective) -> int:
    """What no variant is better than in an objective."""
    total = costed.total(objective.name)
    low, high = total.bounds(index)
    return (low if objective.sign > 0 else -high) * (objective.den // total.den)


def _size(index: Index) -> int:
    return math.prod(part.stop - part.start for part in index)


def _halves(index: Index) -> list[Index]:
    """An index cut in two along its longest axis."""
    number = max(range(len(index)), key=lambda n: index[n].stop - index[n].start)
    part = index[number]
    middle = (part.start + part.stop) // 2
    return [(*index[:number], half, *index[number + 1 :]) for half in (slice(part.start, middle), slice(middle, part.stop))]
