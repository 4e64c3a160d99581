"""A proposal put together, without torch: what it costs, whether it keeps to the budgets, and the hash that equal networks share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from archdsl.cost.comparing.totals import Value, in_words, total
from archdsl.design import Design
from archdsl.errors import ArchdslError
from archdsl.explore.criteria.budget import Budget
from archdsl.explore.grid.region import reason
from archdsl.ir.canonical import canonical_hash

UNBUILT = 10.0
"""The violation of a variant that cannot be built: as far off as one that costs eleven times what a budget allows."""


@dataclass(frozen=True)
class Candidate:
    """What is known of a proposal before anything is measured.

    Attributes:
        net: None where the network cannot be built.
        costs: those that budgets and objectives ask for.
        graph: hash of the graph, equal for equal networks; "" where it is rejected.
        violation: of all budgets together, as shares of their bounds; more than 0 where the proposal is rejected.
        reason: why the proposal is rejected, "" where it is not.
        kind: of the reason, a few words that proposals share.
    """

    net: Design | None
    costs: dict[str, Value] = field(default_factory=dict)
    graph: str = ""
    violation: float = 0.0
    reason: str = ""
    kind: str = ""


def consider(base: Design, settings: dict[str, Any], names: Sequence[str], budgets: Sequence[Budget]) -> Candidate:
    """Put a proposal together.

    Args:
        names: costs that are asked for besides those of the budgets.
    """
    asked = dict.fromkeys([*(budget.cost for budget in budgets), *names])
    try:
        net = base.set(**settings)
        found = {name: total(net, name) for name in asked}
    except ArchdslError as error:
        return Candidate(None, violation=UNBUILT, reason=reason(error), kind="cannot be built")
    broken = [budget for budget in budgets if not budget.holds(found[budget.cost])]
    if not broken:
        return Candidate(net, found, canonical_hash(net.graph()))
    violation = sum(budget.violation(found[budget.cost]) for budget in broken)
    why = " and ".join(f"{b.cost} {in_words(b.cost, found[b.cost])}, not {b}" for b in broken)
    return Candidate(None, found, violation=violation, reason=why, kind=" and ".join(f"not {b}" for b in broken))
