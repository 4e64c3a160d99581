"""`archdsl solve`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from archdsl.cli.common import json_option, knob_option, open_net, print_json, print_steps, spec_argument
from archdsl.cli.gathered import gathered, given
from archdsl.cli.limits import limit_options
from archdsl.cli.sweep import listed, print_variants
from archdsl.cli.terminal import console
from archdsl.ir.limits import Limits

if TYPE_CHECKING:
    from rich.console import Console

    from archdsl.explore.criteria.budget import Budget
    from archdsl.explore.solve.solution import Lack, Solution
    from archdsl.explore.solve.solver import Solver
    from archdsl.explore.sweep import Sweep
    from archdsl.explore.variants import Row
    from archdsl.net import Net


def _ordered(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Objectives of both options in the order in which the options first stand on the command line."""
    sign = "max:" if param.name == "maximize" else "min:"
    ctx.meta.setdefault("objectives", []).extend(sign + name.strip() for value in values for name in value.split(","))
    return values


@dataclass(frozen=True)
class Question:
    """What is to be found."""

    free: tuple[str, ...] = given(
        click.option(
            "--free", multiple=True, required=True, metavar="KNOB[=VALUES],...", help="Knobs that may change, as axes of sweep."
        )
    )
    most: tuple[str, ...] = given(
        click.option(
            "--max", "most", multiple=True, metavar="COST=SIZE", help="A budget: params=3.4M, macs=118M, latency.DEVICE=20ms."
        )
    )
    least: tuple[str, ...] = given(
        click.option("--min", "least", multiple=True, metavar="COST=SIZE", help="The least that is allowed.")
    )
    maximize: tuple[str, ...] = given(
        click.option("--maximize", multiple=True, callback=_ordered, metavar="COST", help="A knob or cost that is to be high.")
    )
    minimize: tuple[str, ...] = given(
        click.option("--minimize", multiple=True, callback=_ordered, metavar="COST", help="A knob or cost that is to be low.")
    )
    top: int = given(
        click.option("--top", default=10, show_default=True, type=click.IntRange(1), help="How many variants are listed.")
    )
    show: str = given(click.option("--show", default="", metavar="COST,...", help="Costs to show beside params and macs."))

    @property
    def axes(self) -> list[str]:
        """Texts of the axes. Raises UsageError where --free names none."""
        from archdsl.explore.grid.axis import split_axes

        found = [text for texts in self.free for text in split_axes(texts)]
        if not found:
            raise click.UsageError("--free names no knob")
        return found


@click.command("solve")
@spec_argument
@gathered("asked", Question)
@knob_option
@json_option
@limit_options
@click.pass_context
def command(ctx: click.Context, spec: str, asked: Question, settings: tuple[str, ...], as_json: bool, limits: Limits) -> int:
    """The best variants of SPEC inside a budget, proven on the whole grid of the free knobs.

    A further --maximize or --minimize decides between variants that are equal in those before it. A knob without values takes all
    that its choices, or its range in its steps, allow.
    """
    from archdsl.explore.grid.axis import steps
    from archdsl.explore.solve.solver import Solver

    objectives: list[str] = ctx.meta["objectives"]
    if not objectives:
        raise click.UsageError("solve needs --maximize or --minimize")
    texts = asked.axes
    net = open_net(spec, settings, limits)
    sweep, budgets = _grid(net, texts, asked, objectives)
    if not as_json:
        print_steps(sweep.axes)
    solver = Solver(sweep, budgets, [sweep.objective(text) for text in objectives], asked.top)
    found = solver.solve()
    if as_json:
        print_json({**document(solver, found), "steps": steps(sweep.axes)})
    else:
        show_solution(solver, found)
    return 0 if found.best else 3


def _grid(net: Net, texts: list[str], asked: Question, objectives: list[str]) -> tuple[Sweep, list[Budget]]:
    """The grid of the free knobs, with every cost that is asked for, and the budgets."""
    from archdsl.cost.comparing.totals import cost_names
    from archdsl.explore.criteria.budget import parse_budgets
    from archdsl.explore.grid.axis import parse_axes
    from archdsl.explore.sweep import Sweep

    axes = parse_axes(texts, net.base)
    budgets = parse_budgets(asked.most, asked.least, [*cost_names(), *(name for axis in axes for name in axis.names)])
    read = [*(text.partition(":")[2] for text in objectives), *(budget.cost for budget in budgets)]
    return Sweep(net, axes, shown=[*read, *listed(asked.show)]), budgets


def document(solver: Solver, found: Solution) -> dict[str, Any]:
    """A solution as plain data."""
    from archdsl.exact.shown import jsonable

    lack = found.lack
    return {
        "variants": solver.outcome.variants,
        "counted": found.counted,
        "masked": sum(solver.outcome.masked.values()),
        "seconds": solver.outcome.seconds,
        "best": found.best.records(),
        "binding": [{"budget": str(b.budget), "without": jsonable(b.without)} for b in found.binding],
        "infeasible": None
        if lack is None
        else {
            "alone": [
                {"budget": str(budget), "best": jsonable(value), "variant": _record(row)} for budget, value, row in lack.alone
            ],
            "closest": _record(lack.closest) if lack.closest else None,
            "excess": lack.excess if lack.closest else None,
            "missed": _missed(lack, lack.closest) if lack.closest else [],
        },
    }


def _record(row: Row) -> Row:
    from archdsl.exact.shown import jsonable

    return {name: jsonable(value) for name, value in row.items()}


def show_solution(solver: Solver, found: Solution) -> None:
    """Print a solution, or why there is none."""
    from archdsl.cost.comparing.totals import in_words

    out, outcome = console(), solver.outcome
    budgets = " and ".join(map(str, solver.budgets)) or "no budget"
    if found.best:
        wanted = ", ".join(("maximize " if o.sign < 0 else "minimize ") + o.name for o in solver.objectives)
        print_variants(out, f"{found.best.name}: {wanted}, {budgets}", found.best)
        out.print(f"  proven on {outcome.variants:,} variants: {found.counted:,} counted, the others cannot be better")
        first = solver.objectives[0].name
        for binding in found.binding:
            text = f"  {binding.budget} binds: without it {first} would reach {in_words(first, binding.without)}"
            out.print(text, markup=False, soft_wrap=True)
        if not found.binding and solver.budgets:
            out.print(f"  no budget binds: {first} is at the end of its values")
    else:
        out.print(f"  No variant of {outcome.variants:,} keeps to {budgets}.", markup=False, soft_wrap=True)
        _show_lack(out, found)
    if outcome.masked:
        out.print(
            f"  {sum(outcome.masked.values()):,} variants cannot be built: {outcome.masked.most_common(1)[0][0]}", soft_wrap=True
        )


def _show_lack(out: Console, found: Solution) -> None:
    from archdsl.cost.comparing.totals import in_words

    if found.lack is None or found.lack.closest is None:
        out.print("  None of them can be built.")
        return
    for budget, value, row in found.lack.alone:
        least = "least" if budget.sense == "max" else "most"
        text = f"  {budget} alone is out of reach: the {least} is {in_words(budget.cost, value)}, at {_where(row, found.best.settings)}"
        out.print(text, markup=False, soft_wrap=True)
    if not found.lack.alone:
        out.print("  Each alone can be kept to, but not all at once.")
    closest = found.lack.closest
    counts = ", ".join(f"{name} {in_words(name, closest[name])}" for name in found.best.costs)
    text = f"  closest: {_where(closest, found.best.settings)} with {counts}"
    out.print(text, markup=False, soft_wrap=True)
    for missed in _missed(found.lack, closest):
        out.print(f"    {missed}", markup=False, soft_wrap=True)


def _missed(lack: Lack, closest: Row) -> list[str]:
    """Every budget that the closest variant does not keep to, and by how much."""
    return [missed for budget in lack.budgets if (missed := budget.missed(closest[budget.cost]))]


def _where(row: Row, settings: tuple[str, ...]) -> str:
    from archdsl.exact.shown import shown

    return ", ".join(f"{name}={shown(row[name])}" for name in settings)
