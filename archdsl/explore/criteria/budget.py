"""Budgets: a bound on a cost, as `--max macs=118M` and `--min params=3M` say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from archdsl.cost.comparing.totals import LATENCY, cost_names, in_words, of_file, unknown_cost
from archdsl.errors import InputError, clip, unknown
from archdsl.exact import exact, to_plain
from archdsl.exact.partly import Partly, settled
from archdsl.exact.shown import describe
from archdsl.explore.grid.axis import Axis
from archdsl.spec.read_reported import parse_size
from archdsl.spec.row_groups import split_setting

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
        """Whether a count keeps to the bound; for an array of counts an array.

        Raises:
            InputError: the count is known in part alone, and what is not known decides.
        """
        if isinstance(value, Partly):
            found = settled("<=" if self.sense == "max" else ">=", value, self.bound)
            if found is None:
                raise InputError(f"whether {self} is open: the network has opaque steps, of which {self.cost} is not known")
            return found
        return value <= self.bound if self.sense == "max" else value >= self.bound

    def violation(self, value: int | Fraction) -> float:
        """How far a count lies outside, as a share of the bound; 0 or less inside."""
        over = value - self.bound if self.sense == "max" else self.bound - value
        return float(over / abs(self.bound)) if self.bound else float(over)

    def eased(self, share: Fraction) -> Budget:
        """The budget with a share of its bound more room."""
        more = abs(self.bound) * share
        return replace(self, bound=self.bound + more if self.sense == "max" else self.bound - more)

    def missed(self, value: int | Fraction) -> str:
        """How far a count lies outside, in words: `params 1,200 over 3.4M (0.0353%)`, `macs 4,000 short of 1M (0.4%)`; empty inside."""
        if self.violation(value) <= 0:
            return ""
        by = in_words(self.cost, exact(abs(value - self.bound)))
        return f"{self.cost} {by} {'over' if self.sense == 'max' else 'short of'} {self.text}{self._share(value)}"

    def _share(self, value: int | Fraction) -> str:
        share = self.violation(value)
        if not self.bound:
            return ""
        if share >= 10:
            return f" ({float(value / self.bound):,.0f} times as much)"
        # All that is missing is 100%, and nothing less.
        return " (more than 99.9%)" if self.sense == "min" and share >= 0.9995 and value else f" ({share * 100:.3g}%)"

    def __str__(self) -> str:
        return f"{self.cost} {'≤' if self.sense == 'max' else '≥'} {self.text}"


def parse_budget(text: str, known: Iterable[str], sense: Sense = "max") -> Budget:
    """A budget from `cost=size`.

    Args:
        known: names of all costs.

    Raises:
        InputError: not of this form, or an unknown cost.
    """
    cost, equals, written = (part.strip() for part in split_setting(text))
    timed = cost.startswith(LATENCY)
    size = parse_size(written) if equals and not written.endswith("%") and written.endswith("s") == timed else None
    names = list(known)
    if size is None and equals and cost in names and cost not in cost_names():  # a setting may be negative, or a ratio
        with suppress(ValueError, ZeroDivisionError):
            size = Fraction(written), Fraction(1)
    if cost == LATENCY.rstrip("."):
        raise unknown_cost(cost)
    if size is None or not cost:
        example = f"{cost}=20ms" if timed else "macs=118M"
        raise InputError(f"'{clip(text)}' is no budget; write cost={'time' if timed else 'size'}, as in --{sense} {example}")
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


def budgets_on(axes: Iterable[Axis], most: Iterable[str], least: Iterable[str]) -> list[Budget]:
    """Budgets on any cost, and on the settings of a grid. Raises InputError as `parse_budgets`."""
    return parse_budgets(most, least, [*cost_names(), *(name for axis in axes for name in axis.names)])


def budget_texts(bounds: Mapping[str, Any]) -> list[str]:
    """Budgets of a mapping from costs to numbers or texts, as `parse_budget` takes them: `{"macs": 118e6}` is `macs=118000000`.

    Raises:
        InputError: a bound that is neither.
    """
    texts = []
    for cost, given in bounds.items():
        bound = to_plain(given)
        if isinstance(bound, bool) or not isinstance(bound, (str, int, float, Fraction)):
            raise InputError(f"the bound of {cost} is a number, or a text such as '118M'; {describe(given)} came")
        if isinstance(bound, str):
            texts.append(f"{cost}={bound}")
            continue
        number = str(int(bound)) if bound % 1 == 0 else format(Decimal(str(float(bound))), "f")
        texts.append(f"{cost}={number}" + ("s" if cost.startswith(LATENCY) else ""))
    return texts
