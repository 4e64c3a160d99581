"""`archdsl bench`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from archdsl.cli.common import json_option, knob_option, open_net, print_json, print_result
from archdsl.cli.limits import limit_options
from archdsl.cli.measuring import Measuring, measuring_options, runtimes_text
from archdsl.cli.progress import progress
from archdsl.cli.terminal import console
from archdsl.ir.limits import Limits


@click.command("bench", epilog=runtimes_text())
@click.argument("specs", metavar="SPEC...", nargs=-1, required=True)
@measuring_options(batches="1")
@click.option("--int8", is_flag=True, help="Run each network in int8 too, beside itself in float32.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Write .json, or a plot of the ratios: .html, .png, .svg, .pdf."
)
@knob_option
@json_option
@limit_options
def command(
    specs: tuple[str, ...],
    measuring: Measuring,
    int8: bool,
    output: Path | None,
    settings: tuple[str, ...],
    as_json: bool,
    limits: Limits,
) -> None:
    """Running times of each SPEC side by side, and their ratios to the first, measured on this machine.

    In each round every network runs once, one after the other; a ratio is the median over the rounds of the two times of a round.
    A runtime runs in a process of its own. Weights are random. --set changes a knob of all.
    """
    from archdsl.artifacts import json_text, writable, write
    from archdsl.measure.bench import bench, steps
    from archdsl.measure.plot import check_ending, plot_bench

    asked = replace(measuring.asked(), int8=int8)
    asked.chosen()  # what is not installed is told first
    written_as_json = output is not None and output.suffix.lower() == ".json"
    if output and not written_as_json:
        check_ending(output)
    if output:
        writable(output)
    nets = [(spec, open_net(spec, settings, limits)) for spec in specs]
    with progress("steps", steps(len(nets), asked), quiet=as_json) as step:
        found = bench(nets, asked, step)
    out = console()
    if as_json:
        print_json(found.as_dict())
    else:
        print_result(out, found)
    if output is None:  # what follows may fail, and what took so long has been shown by now
        return
    if written_as_json:
        write(output, json_text(found.as_dict(), 2) + "\n")
    else:
        plot_bench(output, found)
    if not as_json:
        out.print(f"  written   {output}", soft_wrap=True, markup=False)
