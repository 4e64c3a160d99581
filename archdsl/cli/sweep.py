"""`archdsl sweep`."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archdsl.cli.common import console, json_option, knob_option, limit_options, open_net, print_json, print_table, spec_argument
from archdsl.cli.progress import progress
from archdsl.ir.limits import Limits

if TYPE_CHECKING:
    from rich.console import Console

    from archdsl.explore.keep.keepers import Outcome
    from archdsl.explore.variants import Variants


@click.command("sweep")
@spec_argument
@click.argument("axes", metavar="KNOB=VALUES...", nargs=-1, required=True)
@click.option("--where", default="", metavar="CONDITION", help="Only variants for which it holds: 'params<=3.5M and macs<=120M'.")
@click.option("--pareto", metavar="COST,COST", help="The variants that no other beats in these; max:width where high is good.")
@click.option("--top", type=click.IntRange(1), metavar="N", help="How many variants are listed; 20 without --pareto.")
@click.option(
    "--by", default="macs", show_default=True, metavar="COST", help="What the list is in the order of; max:width turns it."
)
@click.option(
    "--show", default="", metavar="COST,...", help="Costs to show beside params and macs: peak, flops.thop, latency.DEVICE, ..."
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Write all variants that pass to this .parquet or .csv file."
)
@click.option("--plot", type=click.Path(path_type=Path), help="Plot them: .html to explore, .png, .svg or .pdf to print.")
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Spread the grid over N processes of this machine.")
@click.option("--cluster", metavar="auto|ADDRESS", help="Spread it over a Ray cluster: auto, ray://host:10001 or host:port.")
@knob_option
@json_option
@limit_options
def command(
    spec: str,
    axes: tuple[str, ...],
    where: str,
    pareto: str | None,
    top: int | None,
    by: str,
    show: str,
    output: Path | None,
    plot: Path | None,
    jobs: int | None,
    cluster: str | None,
    settings: tuple[str, ...],
    as_json: bool,
    limits: Limits,
) -> None:
    """The exact cost of every variant of SPEC on a grid of knobs, without building any.

    \b
    KNOB=VALUES is an axis of the grid:
      width=0.5:2:0.05           from, to and step
      'kernels=[3,5],[3,7]'      values
      kernels.2=5,7              an element of a list, counted from 1
      rows.15.exp=480:960:16     a cell of the table, rows counted as printed
      blocks.dp_a.se=true,false  an argument in every call of a block
    """
    if output and (jobs or cluster):
        raise click.UsageError("-o does not go with --jobs and --cluster: a file is written by one process")
    if jobs and cluster:
        raise click.UsageError("--jobs and --cluster exclude each other")
    from archdsl.explore.grid.axis import parse_axes
    from archdsl.explore.keep.keepers import Keeper, Pareto, Sample, Top
    from archdsl.explore.plot import SHOWN, plot_variants
    from archdsl.explore.sweep import Sweep

    net = open_net(spec, settings, limits)
    objectives = _names(pareto or "")
    if pareto is not None and not objectives:
        raise click.UsageError("--pareto names no cost")
    named = [text.rpartition(":")[2] for text in (*objectives, by)]
    sweep = Sweep(net, parse_axes(axes, net.base), where, [*named, *_names(show)])
    front = Pareto(sweep, [sweep.objective(text) for text in objectives]) if objectives else None
    listed = Top(sweep, top or 20, sweep.objective(by)) if top or not objectives else None
    sample = Sample(sweep, SHOWN) if plot else None
    keepers: list[Keeper] = [keeper for keeper in (front, listed, sample) if keeper is not None]
    with ExitStack() as stack:
        if plot:
            from archdsl.viz.plots import check_ending

            check_ending(plot)
        if output:
            from archdsl.explore.keep.table_file import table_file

            keepers.append(stack.enter_context(table_file(output, sweep)))
        workers = None
        if jobs or cluster:
            from archdsl.explore.spread import workers_for

            workers = stack.enter_context(workers_for(jobs, cluster))
        with progress("variants", len(sweep), quiet=as_json) as step:
            outcome = sweep.run(keepers, step, workers)
    found = sweep.variants(front.rows if front else [], outcome)
    rows = sweep.variants(listed.rows if listed else [], outcome)
    if plot:
        plot_variants(plot, net, named[:-1], found, sweep.variants(sample.rows if sample else [], outcome))
    if as_json:
        data: dict[str, object] = {
            "variants": outcome.variants,
            "masked": sum(outcome.masked.values()),
            "seconds": outcome.seconds,
        }
        data |= {"passed": outcome.passed, "structures": outcome.structures, "reasons": dict(outcome.masked)}
        print_json({**data, "front": found.records(), "rows": rows.records()})
        return
    out = console()
    if not outcome.passed:
        out.print("  No variant passes." if where else "  No variant can be built.")
    elif front:
        print_variants(out, f"{net.name}: no variant beats these in {', '.join(objectives)}", found)
    if listed and len(rows):
        print_variants(out, f"{net.name}: first {len(rows)} by {by}", rows)
    print_outcome(out, outcome, where)
    for path in filter(None, (output, plot)):
        out.print(f"  written   {path}", soft_wrap=True)


def print_variants(out: Console, title: str, found: Variants) -> None:
    """Print rows of variants."""
    from archdsl.explore.variants import cell

    head = list(found.columns)
    print_table(out, title, head, [[cell(name, row[name]) for name in head] for row in found], head)


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


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
