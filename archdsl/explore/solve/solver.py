"""The questions that are asked of a grid: which variants are best, which budgets bind, and what stands in the way."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from archdsl.design import Design
from archdsl.errors import InputError
from archdsl.exact import exact
from archdsl.exact.shown import shown
from archdsl.explore.criteria.budget import Budget
from archdsl.explore.criteria.objective import Objective, denominator
from archdsl.explore.grid.axis import Axis, size
from archdsl.explore.grid.box import boxes
from archdsl.explore.grid.chunk import Chunk, chunks
from archdsl.explore.grid.partition import OVERHEAD, Partition
from archdsl.explore.grid.region import Refused, Region
from archdsl.explore.outcome import Outcome
from archdsl.explore.solve.branch import BranchAndBound, TooLong
from archdsl.explore.solve.found import Found, Places, Question
from archdsl.explore.solve.program import TooWide
from archdsl.explore.solve.proof import Proof
from archdsl.explore.solve.solution import Binding, Lack, Solution
from archdsl.explore.sweep import Progress, Sweep
from archdsl.explore.variants import Row, Variants

MANY = 1 << 22
"""Variants up to which branch and bound goes on for as long as it takes."""

PATIENCE = 3000
"""Spans that it looks at on a larger grid, before a proof by sums of tables is tried."""

HELD = 8_000_000
"""Array elements of regions that are held from one question to the next."""


def solver_on(
    net: Design,
    axes: Sequence[Axis],
    objectives: Sequence[str],
    budgets: Sequence[Budget],
    count: int = 10,
    show: Iterable[str] = (),
    differ: int | None = None,
) -> Solver:
    """What finds the best variants of a grid inside budgets, and proves that no other is better.

    Args:
        objectives: `macs`, `max:width`; a further one decides between variants that are equal in those before it.
        show: costs that rows hold beside params, macs and those that are asked for.
        differ: in how many axes those that are listed differ from each other, at least; a quarter of them where it is None.
    """
    read = [*(text.rpartition(":")[2] for text in objectives), *(budget.cost for budget in budgets)]
    sweep = Sweep(net, axes, shown=[*read, *show])
    return Solver(sweep, budgets, [sweep.objective(text) for text in objectives], count, differ)


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
        differ: int | None = None,
    ):
        """
        Args:
            sweep: the grid; its condition is not looked at.
            objectives: the first decides, each further one between variants that are equal in those before it.
            count: how many variants are wanted.
            differ: as of `solver_on`.
        """
        if not objectives:
            raise InputError("nothing to maximize or minimize")
        if count < 1 or (differ is not None and differ < 1):
            raise InputError("how many are listed, and in how many settings they differ, is at least 1")
        self.sweep, self.budgets, self.objectives, self.count = sweep, list(budgets), list(objectives), count
        self.dens = {budget: denominator(budget.cost, sweep.net, sweep.axes) for budget in budgets}
        self.outcome = Outcome()
        self.progress: Progress | None = None
        self.held: list[Region] | None = None
        self.pending: list[Region] = []  # elaborated and not searched yet
        self.differ = max(1, len(sweep.axes) // 4) if differ is None else differ
        self.counted = 0
        self.proof: Proof | None = None
        self.patient = size(sweep.axes) <= MANY
        self.search = self._branching(Question(self.budgets, self.objectives), count)
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
        found = self._several()
        counted = None if self.proof is not None else self.counted
        lack = None if found else self.lack()
        binding = (
            [b for b in (self.binding(budget, found[0].key[0]) for budget in self.budgets) if b is not None] if found else []
        )
        self.outcome.seconds = seconds = time.perf_counter() - begin
        wanted = tuple(self.objectives), tuple(self.budgets)
        gap = found[0].gap if found else 0.0
        best = self.sweep.variants([one.row for one in found], self.outcome)
        return Solution(best, binding, lack, counted, gap, self.differ, seconds, *wanted, self.sweep.axes)

    def front(self, points: int) -> Solution:
        """Variants of which none is better in both of two objectives, each of them proven: the ends of the front, and as many between.

        The second objective is bounded in even steps, and the first is made as good as it can be.
        """
        if len(self.objectives) != 2 or self.objectives[0].name == self.objectives[1].name:
            raise InputError("a front is of two costs or settings")
        if points < 2:
            raise InputError("a front has two ends, so at least 2 variants are listed")
        begin = time.perf_counter()
        first, second = self.objectives
        pairs = ([first, second], [second, first])
        ends = [self._best(self.budgets, pair) for pair in pairs]
        found = {
            frozenset(zip(pair, one.key, strict=True)): one for pair, one in zip(pairs, ends, strict=True) if one is not None
        }
        if len(found) == 2:
            low, high = (one.row[second.name] for one in (ends[1], ends[0]) if one is not None)
            for step in range(1, points - 1):
                bound = exact(low + (high - low) * Fraction(step, points - 1))
                budget = Budget(second.name, Fraction(bound), "max" if second.sign > 0 else "min", shown(bound))
                one = self._best([*self.budgets, budget], [first, second])
                if one is not None:
                    found.setdefault(frozenset(zip(pairs[0], one.key, strict=True)), one)
        listed = sorted(found.values(), key=lambda one: one.row[first.name] * first.sign)
        self.outcome.seconds = seconds = time.perf_counter() - begin
        gap = max((one.gap for one in listed), default=0.0)
        best = self.sweep.variants([one.row for one in listed], self.outcome)
        counted = None if self.proof is not None else self.counted
        lack = None if listed else self.lack()
        wanted = tuple(self.objectives), tuple(self.budgets)
        return Solution(best, [], lack, counted, gap, 1, seconds, *wanted, self.sweep.axes, front=True)

    def known(self) -> Variants:
        """The best of the variants so far, after an interrupt."""
        found = [] if self.proof is not None else self.search.run([self._taken()])
        return self.sweep.variants([one.row for one in found], self.outcome)

    def _branching(self, question: Question, count: int) -> BranchAndBound:
        return BranchAndBound(question, count, self.sweep.shown, None if self.patient else PATIENCE)

    def _found(self, question: Question, count: int) -> list[Found]:
        """The best variants: by branch and bound, and by sums of tables where that takes too long and they are narrow enough."""
        if self.proof is None:
            self.search = self._branching(question, count)
            try:
                found = self.search.run(self.batches())
                self.counted += self.search.counted
                return found
            except TooLong:
                if self.held is None:  # not gone through to the end
                    self.outcome = Outcome()
                self.proof = Proof.over(self.batches(), self.budgets, self.objectives, self.sweep.shown)
                self.patient = True
                return self._found(question, count)
        found = []
        while len(found) < count:
            away = (*question.away, *(one.places for one in found))
            best = self.proof.best(replace(question, away=away))
            if best is None:
                break
            found.append(best)
        return found

    def _several(self) -> list[Found]:
        """The best variants, each unlike those before it."""
        question = Question(self.budgets, self.objectives)
        if self.differ <= 1:
            return self._found(question, self.count)
        listed: list[Found] = []
        while len(listed) < self.count:
            away = tuple(one.places for one in listed)
            best = self._best(self.budgets, self.objectives, away)
            if best is None:
                break
            listed.append(best)
        return listed

    def binding(self, budget: Budget, best: int) -> Binding | None:
        """The budget, if the first objective would be better than `best` without it; and what a hundredth more of it would give."""
        others = [other for other in self.budgets if other is not budget]
        objective = self.objectives[0]
        free = self._best(others, [objective])
        if free is None or free.key[0] >= best:
            return None
        more = self._best([*others, budget.eased(Fraction(1, 100))], [objective])
        assert more is not None
        return Binding(budget, objective.value(free.key[0]), objective.value(more.key[0]))

    def lack(self) -> Lack:
        """What stands in the way of all variants."""
        alone = []
        for budget in self.budgets:
            wanted = Objective(budget.cost, 1 if budget.sense == "max" else -1, self.dens[budget])
            try:
                found = self._best([], [wanted])
            except TooWide:  # the most of a largest is not asked of a proof by tables
                continue
            if found is not None and budget.violation(value := wanted.value(found.key[0])) > 0:
                alone.append((budget, value, found.row))
        clash = [] if alone else self._clash()
        if self.proof is not None:
            row, excess = self.proof.closest(self.budgets) or (None, math.inf)
            return Lack(alone, clash, row, excess, tuple(self.budgets))
        closest: tuple[float, Row | None] = (math.inf, None)
        for chunk in (chunk for regions in self.batches() for region in regions for chunk in chunks(region)):
            lines = chunk.every_line
            if not len(lines):
                continue
            worst = np.maximum.reduce([_excess(chunk, budget) for budget in self.budgets])[lines]
            least = int(np.argmin(worst))
            if worst[least] < closest[0]:
                closest = float(worst[least]), chunk.rows(lines[least : least + 1], self.sweep.shown)[0]
        return Lack(alone, clash, closest[1], closest[0], tuple(self.budgets))

    def _clash(self) -> list[Budget]:
        """Budgets that cannot be kept to together, of which any one less can."""
        left = list(self.budgets)
        for budget in self.budgets:
            others = [other for other in left if other is not budget]
            if self._best(others, self.objectives[:1]) is None:
                left = others
        return left

    def _best(self, budgets: Sequence[Budget], objectives: Sequence[Objective], away: tuple[Places, ...] = ()) -> Found | None:
        """The one best variant, unlike some; None where none keeps to the budgets."""
        found = self._found(Question(budgets, objectives, away, self.differ), 1)
        return found[0] if found else None


def _excess(chunk: Chunk, budget: Budget) -> Any:
    """How far every line of a chunk lies outside a budget, as a share of its bound."""
    cost = chunk.column(budget.cost).astype(float) / chunk.region.total(budget.cost).den
    bound = float(budget.bound)
    return (cost - bound if budget.sense == "max" else bound - cost) / (abs(bound) or 1.0)
