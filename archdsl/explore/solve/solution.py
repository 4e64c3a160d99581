"""What solving came to: the best variants and the budgets that bind, or what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from archdsl.explore.criteria.budget import Budget
from archdsl.explore.variants import Row, Variants


@dataclass(frozen=True)
class Binding:
    """A budget that keeps a better variant out.

    Attributes:
        without: the first objective's best value if this budget alone were dropped.
    """

    budget: Budget
    without: Any


@dataclass(frozen=True)
class Lack:
    """What stands in the way where no variant keeps to the budgets.

    Attributes:
        alone: budgets that no variant keeps to, each with the cost of the variant that comes closest, and that variant.
        closest: the variant whose worst excess over all budgets, as a share of the bound, is the least; None where none can be built.
        excess: that share: of a most what is over it, of a least what is short of it.
        budgets: all of them.
    """

    alone: list[tuple[Budget, Any, Row]]
    closest: Row | None
    excess: float
    budgets: tuple[Budget, ...]


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
