"""The best variant of a region, by HiGHS on its integer program. What the solver says is checked in exact integers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from archdsl.errors import InputError
from archdsl.explore.criteria.budget import Budget
from archdsl.explore.criteria.objective import Objective
from archdsl.explore.grid.chunk import Chunk
from archdsl.explore.grid.region import Region
from archdsl.explore.grid.total import Most
from archdsl.explore.solve.branch import keeps, limit
from archdsl.explore.solve.found import Found, Key, Question
from archdsl.explore.solve.highs import INF, Model
from archdsl.explore.solve.program import LARGEST, TOLERANCE, Cells, Linear, TooWide, axes_of, linear, masks_of, tables_of
from archdsl.explore.variants import Row

SECONDS = 60.0
"""That one question may take; then the best so far is told, and how much better another could be."""

AGAIN = 50
"""Variants that the solver may take for ones that keep to the budgets, within its tolerance, and that do not."""

PROVEN = 1e-9
"""A gap up to which nothing better is left, of costs that are no whole numbers, such as times."""


class Proving:
    """A region that questions are asked of.

    Raises:
        TooWide: a total hangs on too many axes at once.
        Missing: HiGHS is not installed.
    """

    def __init__(self, region: Region, names: Sequence[str], shown: Sequence[str]):
        """
        Args:
            names: of totals and settings that questions are about.
            shown: costs that rows hold.
        """
        self.region, self.shown = region, shown
        totals = {name: region.known(name) for name in names}
        tables = {name: tables_of(total) for name, total in totals.items()}
        masks = masks_of(region)
        self.cells = Cells(region.box.shape, [axes_of(array) for group in (*tables.values(), masks) for array in group])
        self.sums = {
            name: linear(self.cells, tables[name], total.constant)
            for name, total in totals.items()
            if not isinstance(total, Most)
        }
        self.largest = {name: tables[name] for name, total in totals.items() if isinstance(total, Most)}
        upper = np.ones(self.cells.count)
        for ok in masks:
            if ok.size == 1:
                upper *= float(ok.reshape(-1)[0])
                continue
            where, may = self.cells.of(ok)
            upper[where] *= may
        self.model = Model(self.cells, upper)

    def best(self, question: Question, seconds: float = SECONDS) -> Found | None:
        """The best variant; None where the region has none that keeps to the budgets.

        Raises:
            InputError: that is not found out in time.
        """
        with self.model.kept():
            for budget in question.budgets:
                self._budget(budget)
            for other in question.away:
                self._apart(self._local(other), question.differ)
            for _ in range(AGAIN):
                found = self._lexicographic(question, seconds)
                if found is None:
                    return None
                places, gap = found
                if self._keeps(question, places):
                    chosen = tuple(int(chosen[place]) for chosen, place in zip(self.region.box.chosen, places, strict=True))
                    key = self._key(question.objectives, places)
                    return Found(key, self._row_of(places), chosen, self._told(question.objectives[0], key[0], gap))
                self._apart(places, 1)
        raise InputError(
            "too many variants lie within the rounding of double precision of a budget; make it a little smaller or larger"
        )

    def _told(self, objective: Objective, value: int, gap: float) -> float:
        """The gap as it is told: 0 where nothing better is left, of whole numbers no single unit."""
        if objective.den != 1 or objective.name not in self.sums:
            return gap if gap > PROVEN else 0.0
        units = max(gap * abs(value), TOLERANCE * self.sums[objective.name].scale)
        return units / max(abs(value), 1) if units >= 1 else 0.0

    def _keeps(self, question: Question, places: Sequence[int]) -> bool:
        """Whether a variant keeps to all budgets, in exact integers."""
        return all(keeps(budget, limit(self.region, budget), self._at(budget.cost, places)) for budget in question.budgets)

    def closest(self, budgets: Sequence[Budget]) -> tuple[Row, float] | None:
        """The variant whose worst excess over budgets, as a share of the bound, is the least, and that share.

        Of a largest of tables that is to be high nothing is asked here.
        """
        with self.model.kept():
            column = self.model.column(0.0)  # somebody asks because no variant keeps to all
            for budget in budgets:
                sign, bound = (1 if budget.sense == "max" else -1), float(budget.bound * self.region.known(budget.cost).den)
                if budget.cost in self.sums:
                    sides = [self.sums[budget.cost]]
                else:
                    constant = np.array(self.region.known(budget.cost).constant)
                    tables = [*self.largest[budget.cost], constant] if sign > 0 else []
                    sides = [linear(self.cells, [side], 0) for side in tables]
                for side in sides:
                    variables = np.append(np.flatnonzero(side.coefficients), column)
                    values = np.append(sign * side.coefficients[variables[:-1]], -(abs(bound) or 1.0) / side.scale)
                    self.model.row(variables, values, high=sign * side.bound(bound))
            found = self._solved(np.append(np.zeros(column), 1.0), SECONDS)
        if found is None:
            return None
        row = self._row_of(found[0])
        return row, max(float(budget.violation(row[budget.cost])) for budget in budgets)

    def _row_of(self, places: Sequence[int]) -> Row:
        spans = tuple(slice(place, place + 1) for place in places)
        return Chunk(self.region, spans).rows(np.zeros(1, dtype=int), self.shown)[0]

    def _at(self, name: str, places: Sequence[int]) -> int:
        """The numerator of a total of one variant."""
        return int(self.region.known(name).at(tuple(np.array([place]) for place in places))[0])

    def _key(self, objectives: Sequence[Objective], places: Sequence[int]) -> Key:
        return tuple(
            self._at(objective.name, places) * objective.sign * (objective.den // self.region.known(objective.name).den)
            for objective in objectives
        )

    def _local(self, places: Sequence[int]) -> list[int | None]:
        """Places of the grid within this region; None on axes where the region does not have them."""
        return [
            int(np.flatnonzero(chosen == place)[0]) if place in chosen else None
            for place, chosen in zip(places, self.region.box.chosen, strict=True)
        ]

    def _apart(self, places: Sequence[int | None], differ: int) -> None:
        """Keep away from a variant: at most so many axes may have its place."""
        shared = [axis for axis, place in enumerate(places) if place is not None]
        fixed = sum(self.cells.shape[axis] == 1 for axis in shared)
        variables = [self.cells.starts[axis,] + places[axis] for axis in shared if self.cells.shape[axis] > 1]  # type: ignore[operator]
        self.model.row(np.array(variables, dtype=int), np.ones(len(variables)), high=len(places) - differ - fixed)

    def _sum(self, found: Linear, low: float, high: float) -> None:
        variables = np.flatnonzero(found.coefficients)
        self.model.row(variables, found.coefficients[variables], low, high)

    def _budget(self, budget: Budget) -> None:
        bound = limit(self.region, budget)
        if budget.cost in self.sums:
            found = self.sums[budget.cost]
            end = found.bound(bound, 1 if budget.sense == "max" else -1)
            self._sum(found, *((-INF, end) if budget.sense == "max" else (end, INF)))
            return
        constant = self.region.known(budget.cost).constant
        if budget.sense == "max":
            self._below(budget.cost, bound)
        elif constant < bound:  # one of the tables has to reach it
            reaching = np.zeros(self.cells.count)
            for side in self.largest[budget.cost]:
                where, values = self.cells.of(side)
                reaching[where] += values >= bound
            self._sum(Linear(reaching, 0.0), 1.0, INF)

    def _below(self, name: str, bound: int) -> None:
        """Allow no cell of a largest of tables above a bound."""
        upper = self.model.upper.copy()
        if self.region.known(name).constant > bound:
            upper[:] = 0.0
        for side in self.largest[name]:
            where, values = self.cells.of(side)
            upper[where] *= values <= bound
        self.model.bound(upper)

    def _lexicographic(self, question: Question, seconds: float) -> tuple[list[int], float] | None:
        """Places of the best variant and the gap of the first objective."""
        found: tuple[list[int], float] | None = None
        with self.model.kept():
            for number, objective in enumerate(question.objectives):
                came = self._run(objective, seconds)
                if came is None:
                    break
                if found is None or self._key(question.objectives, came[0]) < self._key(question.objectives, found[0]):
                    found = came[0], came[1] if found is None else found[1]
                if number + 1 < len(question.objectives):
                    self._hold(objective, self._at(objective.name, found[0]))
        return found

    def _hold(self, objective: Objective, value: int) -> None:
        """Let an objective get no worse."""
        name = objective.name
        if name in self.sums:
            found = self.sums[name]
            end = found.bound(value, objective.sign)
            self._sum(found, *((-INF, end) if objective.sign > 0 else (end, INF)))
        else:
            self._below(name, value)

    def _run(self, objective: Objective, seconds: float) -> tuple[list[int], float] | None:
        """Places of the best variant in one objective, and how much better another could be, as a share of it."""
        if objective.name not in self.sums:
            self._epigraph(objective)
            return self._solved(np.append(np.zeros(self.model.columns - 1), 1.0), seconds)
        found = self.sums[objective.name]
        costs = np.zeros(self.model.columns)
        costs[: self.cells.count] = objective.sign * found.coefficients
        return self._solved(costs, seconds, objective.sign * found.constant)

    def _solved(self, costs: np.ndarray, seconds: float, constant: float = 0.0) -> tuple[list[int], float] | None:
        """Places of a variant that makes a sum small, and the gap."""
        found = self.model.least(costs, seconds, constant)
        return None if found is None else (list(self.cells.places(found[0])), found[1])

    def _epigraph(self, objective: Objective) -> None:
        """A variable that no cell of a largest of tables is above, to be made small.

        Raises:
            TooWide: it is to be made large, which is no linear program.
        """
        if objective.sign < 0:
            raise TooWide
        total = self.region.known(objective.name)
        top = max([float(total.constant), *(float(side.max()) for side in self.largest[objective.name])])
        scale = max(1.0, top / LARGEST)
        column = self.model.column(float(total.constant) / scale)
        for side in self.largest[objective.name]:
            where, values = self.cells.of(side)
            variables = np.append(np.arange(where.start, where.stop), column)
            self.model.row(variables, np.append(values.astype(np.float64) / scale, -1.0), high=0.0)
