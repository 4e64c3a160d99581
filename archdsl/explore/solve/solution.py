"""What solving came to: the best variants and the budgets that bind, or what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from archdsl.cost.comparing.totals import in_words
from archdsl.cost.tables.result import WIDTH, Result
from archdsl.cost.tables.sheet import Sheet
from archdsl.exact.shown import jsonable, shown
from archdsl.explore.criteria.budget import Budget
from archdsl.explore.criteria.objective import Objective
from archdsl.explore.grid.axis import Axis, steps
from archdsl.explore.variants import Row, Variants, record


@dataclass(frozen=True)
class Binding:
    """A budget that keeps a better variant out.

    Attributes:
        without: the first objective's best value if this budget alone were dropped,
        more: and if a hundredth more of it were allowed.
    """

    budget: Budget
    without: Any
    more: Any


@dataclass(frozen=True)
class Lack:
    """What stands in the way where no variant keeps to the budgets.

    Attributes:
        alone: budgets that no variant keeps to, each with the cost of the variant that comes closest, and that variant.
        clash: budgets that cannot be kept to together, of which any one less can; empty where one alone is out of reach.
        closest: the variant whose worst excess over all budgets, as a share of the bound, is the least; None where none can be built.
        excess: that share: of a most what is over it, of a least what is short of it.
        budgets: all of them.
    """

    alone: list[tuple[Budget, Any, Row]]
    clash: list[Budget]
    closest: Row | None
    excess: float
    budgets: tuple[Budget, ...]

    def missed(self) -> list[str]:
        """Every budget that the closest variant does not keep to, and by how much."""
        closest = self.closest
        return [] if closest is None else [missed for budget in self.budgets if (missed := budget.missed(closest[budget.cost]))]

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        alone = [{"budget": str(budget), "best": jsonable(value), "variant": record(row)} for budget, value, row in self.alone]
        return {
            "alone": alone,
            "clash": [str(budget) for budget in self.clash],
            "closest": record(self.closest) if self.closest else None,
            "excess": self.excess if self.closest else None,
            "missed": self.missed(),
        }


@dataclass(frozen=True, repr=False)
class Solution(Result):
    """The best variants, or what stands in the way.

    Attributes:
        best: in the order of the objectives; empty where none is feasible.
        binding: budgets that keep a better one out.
        counted: variants that were counted one by one; all others of the grid are proven to be no better. None where all are proven
            to be no better by sums of tables.
        gap: by how much another one could be better in the first objective, as a share of it; 0 where that is proven too.
        differ: in how many axes those that are listed differ from each other, at least.
        front: whether they are a front of two objectives and not the best in order.
        objectives, budgets: what was asked for.
        axes: of the grid that was searched.
    """

    best: Variants
    binding: list[Binding]
    lack: Lack | None
    counted: int | None
    gap: float
    differ: int
    seconds: float
    objectives: tuple[Objective, ...]
    budgets: tuple[Budget, ...]
    axes: tuple[Axis, ...]
    front: bool = False

    def __bool__(self) -> bool:
        """Whether a variant keeps to the budgets."""
        return bool(self.best.rows)

    def sheets(self, width: int = WIDTH) -> list[Sheet]:
        if self.front:
            both = " and ".join(("high " if o.sign < 0 else "low ") + o.name for o in self.objectives)
            title = f"{self.best.name}: the front of {both}, {self._budgets()}"
            return [replace(sheet, title=title) for sheet in self.best.sheets(width)] if self else []
        wanted = ", ".join(("maximize " if o.sign < 0 else "minimize ") + o.name for o in self.objectives)
        title = f"{self.best.name}: {wanted}, {self._budgets()}"
        return [replace(sheet, title=title) for sheet in self.best.sheets(width)] if self else []

    def notes(self) -> list[str]:
        outcome = self.best.outcome
        lines = self._proven() if self else [f"No variant of {outcome.variants:,} keeps to {self._budgets()}.", *self._missed()]
        if outcome.masked:
            lines.append(f"{sum(outcome.masked.values()):,} variants cannot be built: {outcome.masked.most_common(1)[0][0]}")
        return [*lines, *(axis.said for axis in self.axes if axis.said)]

    def _budgets(self) -> str:
        return " and ".join(map(str, self.budgets)) or "no budget"

    def _proven(self) -> list[str]:
        first, variants = self.objectives[0].name, self.best.outcome.variants
        how = "by sums of tables" if self.counted is None else f"{self.counted:,} counted, the others cannot be better"
        lines = [f"proven on {variants:,} variants: {how}"]
        if self.gap:
            lines = [f"of {variants:,} variants none is better in {first} by more than {self.gap:.2g} of it"]
        if self.front:
            return lines
        if self.differ > 1 and len(self.best) > 1:
            lines.append(f"those that are listed differ in {self.differ} settings at least")
        for bound in self.binding:
            without, more = (in_words(first, value) for value in (bound.without, bound.more))
            lines.append(f"{bound.budget} binds: with 1% more {first} would reach {more}, without it {without}")
        if not self.binding and self.budgets:
            lines.append(f"no budget binds: {first} is at the end of its values")
        return lines

    def _missed(self) -> list[str]:
        """What stands in the way, in lines."""
        if self.lack is None or self.lack.closest is None:
            return ["None of them can be built."]
        lines = []
        for budget, value, row in self.lack.alone:
            least = "least" if budget.sense == "max" else "most"
            where = f"the {least} is {in_words(budget.cost, value)}, at {self._where(row)}"
            lines.append(f"{budget} alone is out of reach: {where}")
        if len(self.lack.clash) == 1:
            lines.append(f"{self.lack.clash[0]} alone is out of reach.")
        elif self.lack.clash:
            lines.append(f"{' and '.join(map(str, self.lack.clash))} cannot be kept to together; each alone can.")
        closest = self.lack.closest
        counts = ", ".join(f"{name} {in_words(name, closest[name])}" for name in self.best.costs)
        return [*lines, f"closest: {self._where(closest)} with {counts}", *(f"  {missed}" for missed in self.lack.missed())]

    def _where(self, row: Row) -> str:
        return ", ".join(f"{name}={shown(row[name])}" for name in self.best.settings)

    def as_dict(self) -> dict[str, Any]:
        outcome = self.best.outcome
        return {
            "variants": outcome.variants,
            "counted": self.counted,
            "gap": self.gap,
            "differ": self.differ,
            "masked": sum(outcome.masked.values()),
            "seconds": outcome.seconds,
            "best": self._records(),
            "binding": [
                {"budget": str(b.budget), "without": jsonable(b.without), "more": jsonable(b.more)} for b in self.binding
            ],
            "infeasible": None if self.lack is None else self.lack.as_dict(),
            "steps": steps(self.axes),
        }

    def _records(self) -> list[Row]:
        return [record(row, self.best.columns) for row in self.best.rows]
