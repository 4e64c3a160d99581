"""The questions that are asked of a grid: which variants are best, which budgets bind, and what stands in the way."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from archdsl.design import Design
from archdsl.errors import InputError
from archdsl.explore.criteria.budget import Budget
from archdsl.explore.criteria.objective import Objective, denominator
from archdsl.explore.grid.axis import Axis
from archdsl.explore.grid.box import boxes
from archdsl.explore.grid.chunk import Chunk, chunks
from archdsl.explore.grid.partition import Partition
from archdsl.explore.grid.region import Region
from archdsl.explore.outcome import Outcome
from archdsl.explore.solve.branch import BranchAndBound, Key
from archdsl.explore.solve.solution import Binding, Lack, Solution
from archdsl.explore.sweep import Sweep
from archdsl.explore.variants import Row


def solve(
    net: Design,
    axes: Sequence[Axis],
    objectives: Sequence[str],
    budgets: Sequence[Budget],
    count: int = 10,
    show: Iterable[str] = (),
) -> Solution:
    """The best variants of a grid inside budgets, proven.

    Args:
        objectives: `macs`, `max:width`; a further one decides between variants that are equal in those before it.
        show: costs that rows hold beside params, macs and those that are asked for.
    """
    read = [*(text.rpartition(":")[2] for text in objectives), *(budget.cost for budget in budgets)]
    sweep = Sweep(net, axes, shown=[*read, *show])
    return Solver(sweep, budgets, [sweep.objective(text) for text in objectives], count).solve()


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
        self.regions: list[Region] = []
        begin = time.perf_counter()
        names = [*sweep.shown, *(budget.cost for budget in budgets), *(objective.name for objective in objectives)]
        asked = tuple(dict.fromkeys(name for name in names if name not in sweep.settings))
        for found in Partition(sweep.net, boxes(sweep.axes), asked):
            self.outcome.variants += found.box.size
            if isinstance(found, Region):
                self.outcome.structures += 1
                self.outcome.masked += found.masked()
                self.regions.append(found)
            else:
                self.outcome.masked[found.reason] += found.box.size
        self.outcome.seconds = time.perf_counter() - begin

    def solve(self) -> Solution:
        """The best variants and which budgets bind, or where none is feasible what stands in the way."""
        begin = time.perf_counter()
        search = BranchAndBound(self.budgets, self.objectives, self.count, self.sweep.shown)
        found = search.run(self.regions)
        lack = None if found else self.lack()
        binding = [b for b in (self.binding(budget, found[0][0][0]) for budget in self.budgets) if b is not None] if found else []
        best = self.sweep.variants([row for _, row in found], self.outcome)
        seconds = time.perf_counter() - begin
        self.outcome.seconds += seconds
        wanted = tuple(self.objectives), tuple(self.budgets)
        return Solution(best, binding, lack, search.counted, seconds, *wanted, self.sweep.axes)

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
        for chunk in (chunk for region in self.regions for chunk in chunks(region)):
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
        found = BranchAndBound(budgets, [objective], 1, self.sweep.shown).run(self.regions)
        return found[0] if found else None


def _excess(chunk: Chunk, budget: Budget) -> Any:
    """How far every line of a chunk lies outside a budget, as a share of its bound."""
    cost = chunk.column(budget.cost).astype(float) / chunk.region.total(budget.cost).den
    bound = float(budget.bound)
    return (cost - bound if budget.sense == "max" else bound - cost) / (bound or 1.0)
