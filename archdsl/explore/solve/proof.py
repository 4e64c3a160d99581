"""All regions of a grid as integer programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from archdsl.explore.criteria.budget import Budget
from archdsl.explore.criteria.objective import Objective
from archdsl.explore.grid.region import Region
from archdsl.explore.grid.total import Most
from archdsl.explore.solve.found import Found, Question
from archdsl.explore.solve.program import TooWide
from archdsl.explore.solve.proving import Proving
from archdsl.explore.variants import Row
from archdsl.extras import Missing

MOST = 64
"""Regions that are held as programs at once."""


class Proof:
    """Questions to all regions of a grid."""

    def __init__(self, programs: Sequence[Proving]):
        self.programs = programs

    @classmethod
    def over(
        cls, batches: Iterable[Sequence[Region]], budgets: Sequence[Budget], objectives: Sequence[Objective], shown: Sequence[str]
    ) -> Proof | None:
        """The programs of all regions; None where a total is no sum of narrow tables, there are too many regions, or HiGHS is missing.

        Args:
            budgets, objectives: that questions are about.
            shown: costs that rows hold.
        """
        names = dict.fromkeys([*(budget.cost for budget in budgets), *(objective.name for objective in objectives)])
        high = {objective.name for objective in objectives if objective.sign < 0}
        programs: list[Proving] = []
        try:
            for regions in batches:
                for region in regions:
                    if len(programs) == MOST or region.box.size == 1:
                        return None
                    if any(
                        isinstance(region.total(name), Most) for name in high
                    ):  # the least of a largest is linear, the most is not
                        return None
                    programs.append(Proving(region, list(names), shown))
        except (TooWide, Missing):
            return None
        return cls(programs)

    def best(self, question: Question) -> Found | None:
        """The best variant of all regions."""
        found = [one for program in self.programs if (one := program.best(question)) is not None]
        return min(found, key=lambda one: one.key, default=None)

    def closest(self, budgets: Sequence[Budget]) -> tuple[Row, float] | None:
        """The variant whose worst excess over budgets, as a share of the bound, is the least, and that share."""
        found = [one for program in self.programs if (one := program.closest(budgets)) is not None]
        return min(found, key=lambda one: one[1], default=None)
