"""`archdsl solve`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from archdsl.cli.common import (
    batch_option,
    counted,
    dtype_option,
    json_option,
    knob_option,
    open_net,
    print_json,
    print_result,
    spec_argument,
)
from archdsl.cli.gathered import gathered, given
from archdsl.cli.limits import limit_options
from archdsl.cli.progress import progress
from archdsl.cli.sweep import listed
from archdsl.cli.terminal import console
from archdsl.ir.limits import Limits

if TYPE_CHECKING:
    from archdsl.explore.solve.solver import Solver


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
    differ: int | None = given(
        click.option(
            "--differ", type=click.IntRange(1), metavar="N", help="In how many knobs those listed differ; a quarter of them."
        )
    )
    pareto: str | None = given(
        click.option(
            "--pareto", metavar="COST,COST", help="Walk along the front of two costs, each point proven; max:width is high."
        )
    )
    show: str = given(click.option("--show", default="", metavar="COST,...", help="Costs to show beside params and macs."))
    batch: int = given(batch_option)
    dtype: str = given(dtype_option)

    @property
    def axes(self) -> list[str]:
        """Texts of the axes. Raises UsageError where --free names none."""
        from archdsl.explore.grid.axis import split_axes

        found = [text for texts in self.free for text in split_axes(texts)]
        if not found:
            raise click.UsageError("--free names no knob")
        return found

    def wanted(self, objectives: list[str]) -> list[str]:
        """Texts of the objectives. Raises UsageError where there is none, or --pareto has not two."""
        if self.pareto is None:
            if not objectives:
                raise click.UsageError("solve needs --maximize or --minimize")
            return objectives
        found = listed(self.pareto)
        if len(found) != 2 or objectives or self.differ is not None:
            raise click.UsageError(
                "--pareto takes two costs, as in --pareto macs,max:width, and stands for --maximize, --minimize and --differ"
            )
        return found


@click.command("solve")
@spec_argument
@gathered("asked", Question)
@knob_option
@json_option
@limit_options
@click.pass_context
def command(ctx: click.Context, spec: str, asked: Question, settings: tuple[str, ...], as_json: bool, limits: Limits) -> int:
    """The best variants of SPEC inside a budget, proven on the whole grid of the free knobs, of 10^40 variants as of ten.

    A further --maximize or --minimize decides between variants that are equal in those before it. A knob without values takes all
    that its choices, or its range in its steps, allow.
    """
    from archdsl.explore.criteria.budget import budgets_on
    from archdsl.explore.grid.axis import parse_axes
    from archdsl.explore.solve.solver import solver_on

    objectives = asked.wanted(ctx.meta["objectives"])
    texts = asked.axes
    net = counted(open_net(spec, settings, limits), asked)
    axes = parse_axes(texts, net.base, net.settings)
    solver = solver_on(
        net, axes, objectives, budgets_on(axes, asked.most, asked.least), asked.top, listed(asked.show), asked.differ
    )
    try:
        with progress("variants", solver.sweep.size, quiet=as_json) as solver.progress:
            found = solver.solve() if asked.pareto is None else solver.front(asked.top)
    except KeyboardInterrupt:  # what is known so far is shown
        return _show_stopped(solver, as_json)
    if as_json:
        print_json(found.as_dict())
    else:
        print_result(console(), found)
    return 0 if found else 3


def _show_stopped(solver: Solver, as_json: bool) -> int:
    """Print the best so far after an interrupt."""
    best, outcome = solver.known(), solver.outcome
    if as_json:
        print_json({"stopped": True, "variants": outcome.variants, "best": best.as_dict()["rows"]})
        return 130
    out = console()
    out.print(
        f"  [bold]Stopped[/] when {outcome.variants:,} of {solver.sweep.size:,} variants were put together; nothing is proven."
    )
    if best:
        print_result(out, best)
    return 130
