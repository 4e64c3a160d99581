"""What a search found, as a person reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archdsl.cli.common import print_table
from archdsl.cli.terminal import console

if TYPE_CHECKING:
    from archdsl.explore.search.objectives import Aim
    from archdsl.explore.search.result import Result
    from archdsl.explore.search.study import Request

FRONT = 40
"""Rows of the front that are printed; --json has all."""


def print_found(found: Result, request: Request, name: str, where: str) -> None:
    """Print the front or the best, and how the study came to it."""
    from archdsl.cost.comparing.totals import in_words

    out = console()
    aims = [aim.name for aim in request.aims]
    knobs = [name for axis in request.space.axes for name in axis.names]
    costs = [cost for cost in dict.fromkeys(budget.cost for budget in request.budgets) if cost not in aims]
    head = ["trial", *knobs, *map(_head, request.aims), *costs]
    rows = [
        [
            str(v.trial),
            *(v.settings[knob] for knob in knobs),
            *(_number(aim, v.values[aim]) for aim in aims),
            *(in_words(cost, v.costs[cost]) for cost in costs),
        ]
        for v in found.front[:FRONT]
    ]
    title = f"{request.net.name}: the front" if len(aims) > 1 else f"{request.net.name}: the best"
    print_table(out, title, head, rows, [column for column in head if column not in knobs])
    if len(found.front) > FRONT:
        out.print(f"  … and {len(found.front) - FRONT} more; --json has them all")
    parts = [f"{found.trials} measured"]
    parts += [f"{count} {word}" for count, word in ((found.failed, "failed"), (found.reused, "reused")) if count]
    rejected = ", ".join(f"{count:,} {kind}" for kind, count in found.reasons.items())
    parts += [f"{found.rejected:,} rejected ({rejected})"] if rejected else []
    if found.points == len(request.space) > 1:
        parts.append(f"all {found.points:,} variants proposed")
    out.print(f"  {', '.join(parts)}; {found.seconds:.1f} s", soft_wrap=True)
    if found.failure:
        out.print(f"  first failure: {found.failure}", soft_wrap=True, markup=False)
    if where:
        out.print(f"  study {name} in {where}", soft_wrap=True, markup=False)


def _head(aim: Aim) -> str:
    """An objective with its unit and the way that is better."""
    unit = f" ({aim.objective.unit})" if aim.objective.unit else ""
    return f"{aim.name}{unit} {'↓' if aim.direction == 'minimize' else '↑'}"


def _number(aim: str, value: float) -> str:
    from archdsl.cost.comparing.totals import LATENCY
    from archdsl.cost.words import duration

    if aim.startswith(LATENCY):
        return duration(value)
    return f"{int(value):,}" if value.is_integer() and abs(value) < 2**53 else f"{value:,.4f}"


def nothing_found(found: Result, request: Request) -> str:
    """Why no variant was measured."""
    reasons = ", ".join(f"{count:,} {kind}" for kind, count in found.reasons.items())
    which = f"none of the {found.points:,} variants" if found.points == len(request.space) else "no variant"
    lines = [f"{which} is let through: {found.rejected:,} proposals rejected ({reasons})"]
    if found.nearest:
        lines.append(f"  nearest: {found.nearest}")
    return "\n".join(lines)
