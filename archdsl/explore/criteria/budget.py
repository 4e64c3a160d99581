"""Budgets: a bound on a cost, as `--max macs=118M` and `--min params=3M` say it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from archdsl.cost.comparing.totals import LATENCY, of_file
from archdsl.errors import InputError, clip, unknown
from archdsl.spec.read_reported import parse_size

Sense = Literal["max", "min"]


@dataclass(frozen=True)
class Budget:
    """A cost that may not pass a bound.

    Attributes:
        bound: exact, in the cost's unit.
        sense: whether the bound is the most or the least that is allowed.
        text: the bound as it was written.
    """

    cost: str
    bound: Fraction
    sense: Sense
    text: str

    def holds(self, value: Any) -> Any:
        """Whether a count keeps to the bound; for an array of counts an array."""
        return value <= self.bound if self.sense == "max" else value >= self.bound

    def violation(self, value: int | Fraction) -> float:
        """How far a count lies outside, as a share of the bound; 0 or less inside."""
        over = value - self.bound if self.sense == "max" else self.bound - value
        return float(over / self.bound) if self.bound else float(over)

    def __str__(self) -> str:
        return f"{self.cost} {'≤' if self.sense == 'max' else '≥'} {self.text}"


def parse_budget(text: str, known: Iterable[str], sense: Sense = "max") -> Budget:
    """A budget from `cost=size`.

    Args:
        known: names of all costs.

    Raises:
        InputError: not of this form, or an unknown cost.
    """
    cost, equals, written = (part.strip() for part in text.partition("="))
    timed = cost.startswith(LATENCY)
    size = parse_size(written) if equals and not written.endswith("%") and written.endswith("s") == timed else None
    if size is None or not cost:
        example = f"{cost}=20ms" if timed else "macs=118M"
        raise InputError(f"'{clip(text)}' is no budget; write cost={'time' if timed else 'size'}, as in --{sense} {example}")
    names = list(known)
    if cost not in names and not of_file(cost):
        raise InputError("; ".join(filter(None, unknown("cost", cost, names))))
    return Budget(cost, size[0], sense, written)


def parse_budgets(most: Iterable[str], least: Iterable[str], known: Iterable[str]) -> list[Budget]:
    """The budgets of a command line: what `--max` and `--min` gave.

    Raises:
        InputError: as `parse_budget`, the same bound twice, or two bounds that no count lies between.
    """
    names = list(known)
    budgets = [parse_budget(text, names, "max") for text in most] + [parse_budget(text, names, "min") for text in least]
    found: dict[tuple[str, Sense], Budget] = {}
    for budget in budgets:
        if (budget.cost, budget.sense) in found:
            raise InputError(f"--{budget.sense} {budget.cost} is given twice")
        found[budget.cost, budget.sense] = budget
        low, high = found.get((budget.cost, "min")), found.get((budget.cost, "max"))
        if low and high and low.bound > high.bound:
            raise InputError(f"no count of {budget.cost} lies between {low.text} and {high.text}")
    return budgets
