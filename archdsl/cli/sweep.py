"""`archdsl sweep`."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archdsl.cli.common import (
    batch_option,
    counted,
    dtype_option,
    json_option,
    knob_option,
    open_net,
    print_json,
    print_steps,
    print_table,
    spec_argument,
)
from archdsl.cli.gathered import gathered, given
from archdsl.cli.limits import limit_options
from archdsl.cli.progress import progress
from archdsl.cli.sheets import checked, plottable
from archdsl.cli.sweep_plots import check_kind, kind_option, plot
from archdsl.cli.terminal import console
from archdsl.ir.limits import Limits

if TYPE_CHECKING:
    from rich.console import Console

    from archdsl.explore.keep.keepers import Mergeable
    from archdsl.explore.outcome import Outcome
    from archdsl.explore.sweep import Sweep
    from archdsl.explore.variants import Variants


@dataclass(frozen=True)
class Question:
    """What is asked of the variants."""

    batch: int = given(batch_option)
    dtype: str = given(dtype_option)
    where: str = given(
        click.option(
            "--where", default="", metavar="CONDITION", help="Only variants for which it holds: 'params<=3.5M and macs<=120M'."
        )
    )
    pareto: str | None = given(
        click.option(
            "--pareto", metavar="COST,COST", help="The variants that no other beats in these; max:width where high is good."
        )
    )
    top: int | None = given(
        click.option("--top", type=click.IntRange(1), metavar="N", help="How many variants are listed; 20 without --pareto.")
    )
    by: str = given(
        click.option(
            "--by",
            default="macs",
            show_default=True,
            metavar="COST",
            help="The order of the list: lowest first, or highest with max:width.",
        )
    )
    show: str = given(
        click.option(
            "--show",
            default="",
            metavar="COST,...",
            help="Costs to show beside params and macs: peak, flops.thop, latency.DEVICE, ...",
        )
    )

    @property
    def objectives(self) -> list[str]:
        """Texts of what the front is of; empty without --pareto."""
        found = listed(self.pareto or "")
        if self.pareto is not None and not found:
            raise click.UsageError("--pareto names no cost")
        return found

    @property
    def plotted(self) -> list[str]:
        """Names of what a plot shows before anything else."""
        return [text.rpartition(":")[2] for text in self.objectives]

    @property
    def shown(self) -> list[str]:
        """Names of costs and settings that rows have to hold."""
        return [*self.plotted, self.by.rpartition(":")[2], *listed(self.show)]


@dataclass(frozen=True)
class Processes:
    """Where the work is done; in this process where nothing is given."""

    jobs: int | None = given(
        click.option("--jobs", type=click.IntRange(1), metavar="N", help="Spread the grid over N processes of this machine.")
    )
    cluster: str | None = given(
        click.option(
            "--cluster", metavar="auto|ADDRESS", help="Spread it over a Ray cluster: auto, ray://host:10001 or host:port."
        )
    )


@dataclass(frozen=True)
class Output:
    """What is written."""

    table: Path | None = given(
        click.option(
            "-o",
            "--output",
            "table",
            type=click.Path(path_type=Path),
            callback=checked,
            help="Write all variants that pass to this .parquet or .csv file.",
        )
    )
    plot: Path | None = given(
        click.option(
            "--plot",
            type=click.Path(path_type=Path),
            callback=plottable,
            help="Plot them: .html to explore, .png, .svg or .pdf to print.",
        )
    )
    plot_as: str = given(kind_option)
    as_json: bool = given(json_option)


@click.command("sweep")
@spec_argument
@click.argument("axes", metavar="KNOB=VALUES...", nargs=-1, required=True)
@gathered("asked", Question)
@gathered("processes", Processes)
@knob_option
@gathered("output", Output)
@limit_options
def command(
    spec: str,
    axes: tuple[str, ...],
    asked: Question,
    processes: Processes,
    settings: tuple[str, ...],
    output: Output,
    limits: Limits,
) -> int:
    """The exact cost of every variant of SPEC on a grid of knobs, without building any.

    \b
    KNOB=VALUES is an axis of the grid:
      width=0.5:2:0.05           from, to and step; without a step in those of the knob
      'kernels=[3,5],[3,7]'      values
      kernels.2=5,7              an element of a list, counted from 1
      rows.15.exp=480:960:16     a cell of the table, rows counted as printed
      blocks.dp_a.se=true,false  an argument in every call of a block
    """
    if output.table and (processes.jobs or processes.cluster):
        raise click.UsageError("-o does not go with --jobs and --cluster: a file is written by one process")
    if processes.jobs and processes.cluster:
        raise click.UsageError("--jobs and --cluster exclude each other")
    check_kind(output.plot_as, output.plot, bool(asked.where or asked.pareto))
    from archdsl.explore.grid.axis import parse_axes, steps
    from archdsl.explore.sweep import Sweep

    net = counted(open_net(spec, settings, limits), asked)
    grid = parse_axes(axes, net.base, net.settings)
    sweep = Sweep(net, grid, asked.where, asked.shown)
    if not output.as_json:
        print_steps(grid)
    answer = _answer(sweep, asked, processes, output)
    stopped = answer.outcome.stopped
    if output.plot and not stopped:
        costs = {
            "scatter": asked.plotted,
            "curve": ["params", "macs", *listed(asked.show)],
            "contour": [asked.by.rpartition(":")[2]],
        }
        plot(output.plot, output.plot_as, sweep, costs[output.plot_as], answer.front, answer.sample)
    if output.as_json:
        print_json({**_document(answer), "steps": steps(grid)})
        return 130 if stopped else 0
    _print_answer(sweep, asked, output, answer)
    return 130 if stopped else 0


@dataclass(frozen=True)
class Answer:
    """What was found; variants that were not asked for are none."""

    front: Variants
    first: Variants
    sample: Variants
    outcome: Outcome


def _print_answer(sweep: Sweep, asked: Question, output: Output, answer: Answer) -> None:
    """Print what was found, and how much of the grid was seen where the user stopped it."""
    out, outcome, name = console(), answer.outcome, sweep.net.name
    if outcome.stopped:
        share = outcome.variants / sweep.size
        out.print(f"  [bold]Stopped[/] after {outcome.variants:,} of {sweep.size:,} variants ({share:.2g} of the grid).")
        out.print("  What follows is of those alone, and nothing is written.")
    if not outcome.passed:
        out.print("  No variant passes." if asked.where else "  No variant can be built.")
    elif asked.objectives:
        print_variants(out, f"{name}: no variant beats these in {', '.join(asked.objectives)}", answer.front)
    if len(answer.first):
        print_variants(out, f"{name}: first {len(answer.first)} by {asked.by}", answer.first)
    print_outcome(out, outcome, asked.where)
    for path in filter(None, (output.table, output.plot) if not outcome.stopped else ()):
        out.print(f"  written   {path}", soft_wrap=True)


def _answer(sweep: Sweep, asked: Question, processes: Processes, output: Output) -> Answer:
    """Let the variants stream by and keep what is asked for."""
    from archdsl.explore.keep.keepers import Pareto, Sample, Top
    from archdsl.explore.outcome import Outcome
    from archdsl.explore.plot import SHOWN

    objectives = [sweep.objective(text) for text in asked.objectives]
    front = Pareto(sweep.shown, objectives) if objectives else None
    first = Top(sweep.shown, asked.top or 20, sweep.objective(asked.by)) if asked.top or not objectives else None
    sample = Sample(sweep.shown, SHOWN) if output.plot else None
    outcome = Outcome()
    try:
        _run(sweep, [keeper for keeper in (front, first, sample) if keeper is not None], processes, output, outcome)
    except KeyboardInterrupt:  # what is known so far is shown
        outcome.stopped = True

    def variants(keeper: Pareto | Top | Sample | None) -> Variants:
        return sweep.variants(keeper.rows if keeper else [], outcome)

    return Answer(variants(front), variants(first), variants(sample), outcome)


def _run(sweep: Sweep, keepers: list[Mergeable], processes: Processes, output: Output, outcome: Outcome) -> None:
    """Let the variants stream by keepers, here or in other processes."""
    with ExitStack() as stack:
        if processes.jobs or processes.cluster:
            from archdsl.explore.spread import spread, workers_for

            workers = stack.enter_context(workers_for(processes.jobs, processes.cluster))
            step = stack.enter_context(progress("variants", sweep.size, quiet=output.as_json))
            spread(sweep, keepers, workers, step, outcome)
            return
        file = [stack.enter_context(sweep.file(output.table))] if output.table else []
        step = stack.enter_context(progress("variants", sweep.size, quiet=output.as_json))
        sweep.run([*keepers, *file], step, outcome)


def _document(answer: Answer) -> dict[str, Any]:
    """An answer as plain data."""
    rows = {"front": answer.front, "rows": answer.first}
    about = {**({"stopped": True} if answer.outcome.stopped else {}), **answer.outcome.as_dict()}
    return {**about, **{name: found.as_dict()["rows"] for name, found in rows.items()}}


def print_variants(out: Console, title: str, found: Variants) -> None:
    """Print rows of variants."""
    for sheet in found.sheets():
        print_table(out, title, list(sheet.head), sheet.cells(), sheet.numbers)


def print_outcome(out: Console, outcome: Outcome, where: str = "") -> None:
    """Print what a sweep came across."""
    rate = outcome.variants / outcome.seconds if outcome.seconds else 0
    structures = f"{outcome.structures} structure{'s' if outcome.structures != 1 else ''}"
    out.print(f"  {outcome.variants:,} variants in {outcome.seconds:.2f} s ({rate:,.0f} a second), {structures}")
    if where:
        out.print(f"  {outcome.passed:,} pass {where}", markup=False)
    if outcome.masked:
        out.print(f"  {sum(outcome.masked.values()):,} cannot be built:")
        for reason, count in outcome.masked.most_common(8):
            out.print(f"    {count:,}  {reason}", markup=False, soft_wrap=True)
        if len(outcome.masked) > 8:
            out.print(f"    and {len(outcome.masked) - 8} more reasons")


def listed(text: str) -> list[str]:
    """Names between commas."""
    return [name.strip() for name in text.split(",") if name.strip()]
