"""What a search for one best variant gives, and what it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from archdsl.explore.criteria.budget import Budget
from archdsl.explore.criteria.objective import Objective
from archdsl.explore.variants import Row

Key = tuple[int, ...]
"""The objectives in order, as integers of which smaller is better; compared one after the other."""

Places = tuple[int, ...]
"""A variant: for every axis of the grid the number of its place."""


class Found(NamedTuple):
    """A variant that was found.

    Attributes:
        gap: how much better another one could be in the first objective, as a share of it; 0 where none is proven to be better.
    """

    key: Key
    row: Row
    places: Places
    gap: float = 0.0


@dataclass(frozen=True)
class Question:
    """Which variant is best.

    Attributes:
        budgets: that it keeps to.
        objectives: the first decides, each further one between variants that are equal in those before it.
        away: variants that it must not be like,
        differ: and in how many axes it has to differ from each.
    """

    budgets: Sequence[Budget]
    objectives: Sequence[Objective]
    away: tuple[Places, ...] = ()
    differ: int = 1
