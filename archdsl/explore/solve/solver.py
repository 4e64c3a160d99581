"""The questions that are asked of a grid: which variants are best, which budgets bind, and what stands in the way."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from archdsl.design import Design
from archdsl.errors import InputError
from archdsl.explore.criteria.budget import Budget
from archdsl.explore.criteria.objective import Objective, denominator
from archdsl.explore.grid.axis import Axis
from archdsl.explore.grid.box import boxes
from archdsl.explore.grid.chunk import Chunk, chunks
from archdsl.explore.grid.partition import OVERHEAD, Partition
from archdsl.explore.grid.region import Refused, Region
from archdsl.explore.outcome import Outcome
from archdsl.explore.solve.branch import BranchAndBound, Key
from archdsl.explore.solve.solution import Binding, Lack, Solution
from archdsl.explore.sweep import Progress, Sweep
from archdsl.explore.variants import Row, Variants

HELD = 8_000_000
"""Array elements of regions that are held from one question to the next."""


def solver_on(
    net: Design,
    axes: Sequence[Axis],
    objectives: Sequence[str],
    budgets: Sequence[Budget],
    count: int = 10,
    show: Iterable[str] = (),
) -> Solver:
    """What finds the best variants of a grid inside budgets, and proves that no other is better.

    Args:
        objectives: `macs`, `max:width`; a further one decides between variants that are equal in those before it.
        show: costs that rows hold beside params, macs and those that are asked for.
    """
    read = [*(text.rpartition(":")[2] for text in objectives), *(budget.cost for budget in budgets)]
    sweep = Sweep(net, axes, shown=[*read, *show])
    return Solver(sweep, budgets, [sweep.objective(text) for text in objectives], count)


class Solver:
    """A grid that questions are asked of. It is elaborated once, or for every question anew where it has too many regions to hold.

    Attributes:
        outcome: what the grid holds, as far as it has been gone through.
        decisive: costs and settings that have to be known, because budgets and objectives are of them.
        progress: told how many more variants of the grid are elaborated, at the first question.
    """

    def __init__(
        self,
        sweep: Sweep,
        budgets: Sequence[Budget],
        objectives: Sequence[Objective],
        count: int = 10,
    ):
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
        self.progress: Progress | None = None
        self.held: list[Region] | None = None
        self.pending: list[Region] = []  # elaborated and not searched yet
        self.search = BranchAndBound(self.budgets, self.objectives, count, sweep.shown)
        names = [*sweep.shown, *(budget.cost for budget in budgets), *(objective.name for objective in objectives)]
        self.decisive = (*(budget.cost for budget in budgets), *(objective.name for objective in objectives))
        self.asked = tuple(dict.fromkeys(name for name in names if name not in sweep.settings))

    def batches(self) -> Iterator[list[Region]]:
        """The regions of the grid, as many at a time as can be held."""
        if self.held is not None:
            yield self.held
            return
        first = self.outcome.variants == 0
        self.pending = []
        elements, whole = 0, True
        for found in Partition(self.sweep.net, boxes(self.sweep.axes), self.asked):
            if first:
                self._note(found)
            if not isinstance(found, Region):
                continue
            if elements > HELD:
                yield self._taken()
                elements, whole = 0, False
            self.pending.append(found)
            elements += OVERHEAD + found.elements
            for name in self.decisive:
                found.known(name)
        if whole:
            self.held = self.pending
        yield self._taken()

    def _taken(self) -> list[Region]:
        """The regions that wait to be searched, which wait no more."""
        batch, self.pending = self.pending, []
        return batch

    def _note(self, found: Region | Refused) -> None:
        """Count what was elaborated for the first time."""
        self.outcome.variants += found.box.size
        if isinstance(found, Region):
            self.outcome.structures += 1
            for reason, count in found.masked().items():
                self.outcome.mask(reason, count)
        else:
            self.outcome.mask(found.reason, found.box.size)
        if self.progress is not None:
            self.progress(found.box.size)

    def solve(self) -> Solution:
        """The best variants and which budgets bind, or where none is feasible what stands in the way."""
        begin = time.perf_counter()
        search = self.search = BranchAndBound(self.budgets, self.objectives, self.count, self.sweep.shown)
        found = search.run(self.batches())
        lack = None if found else self.lack()
        binding = [b for b in (self.binding(budget, found[0][0][0]) for budget in self.budgets) if b is not None] if found else []
        self.outcome.seconds = seconds = time.perf_counter() - begin
        wanted = tuple(self.objectives), tuple(self.budgets)
        return Solution(self._best_rows(), binding, lack, search.counted, seconds, *wanted, self.sweep.axes)

    def known(self) -> Variants:
        """The best of the variants so far, after an interrupt."""
        self.search.run([self._taken()])
        return self._best_rows()

    def _best_rows(self) -> Variants:
        return self.sweep.variants([row for _, row in self.search.best], self.outcome)

    def binding(self, budget: Budget, best: int) -> Binding | None:
        """The budget, if the first objective would be better than `best` without it."""
        others = [other for other in self.budgets if other is not budget]
        free = self._best(others, self.objectives[0])
        return Binding(budget, self.objectives[0].value(free[0][0])) if free and free[0][0] < best else None

    def lack(self) -> Lack:
        """What stands in the way of all variants."""
        alone = []
        for budget in self.budgets:
            wanted = Objective(budget.cost, 1 if budget.sense == "max" else -1, self.dens[budget])
            if found := self._best([], wanted):
                value = wanted.value(found[0][0])
                if budget.violation(value) > 0:
                    alone.append((budget, value, found[1]))
        closest: tuple[float, Row | None] = (math.inf, None)
        for chunk in (chunk for regions in self.batches() for region in regions for chunk in chunks(region)):
            lines = chunk.every_line
            if not len(lines):
                continue
            worst = np.maximum.reduce([_excess(chunk, budget) for budget in self.budgets])[lines]
            least = int(np.argmin(worst))
            if worst[least] < closest[0]:
                closest = float(worst[least]), chunk.rows(lines[least : least + 1], self.sweep.shown)[0]
        return Lack(alone, closest[1], closest[0], tuple(self.budgets))

    def _best(self, budgets: Sequence[Budget], objective: Objective) -> tuple[Key, Row] | None:
        """The one best variant in one objective; None where none keeps to the budgets."""
        found = BranchAndBound(budgets, [objective], 1, self.sweep.shown).run(self.batches())
        return found[0] if found else None


def _excess(chunk: Chunk, budget: Budget) -> Any:
    """How far every line of a chunk lies outside a budget, as a share of its bound."""
    cost = chunk.column(budget.cost).astype(float) / chunk.region.total(budget.cost).den
    bound = float(budget.bound)
    return (cost - bound if budget.sense == "max" else bound - cost) / (bound or 1.0)
