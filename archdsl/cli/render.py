"""`archdsl render`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archdsl.cli.common import json_option, knob_option, limit_options, open_net, optimize_option, print_json, spec_argument
from archdsl.cli.pictures import depth_option, direction_option, picture_file
from archdsl.ir.limits import Limits

if TYPE_CHECKING:
    from archdsl.viz.picture import Depth, Direction


@click.command("render")
@spec_argument
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="The file; its ending says the form. NAME.svg if not given."
)
@click.option("--block", metavar="NAME", help="Draw one block: the first call of it, or a call by its full name (dp_a_3).")
@click.option("--row", type=click.IntRange(1), help="Draw one row of the table, counted from 1 as `build` prints them.")
@depth_option
@direction_option
@click.option("--heat", metavar="COST", help="Colour by share of a cost: macs, params, memory or latency.DEVICE.")
@click.option("--peak", is_flag=True, help="Show which tensors are in memory when it is fullest.")
@click.option("--legend/--no-legend", default=True, show_default=True, help="Say under the picture what boxes and lines mean.")
@optimize_option
@knob_option
@json_option
@limit_options
def command(
    spec: str,
    output: Path | None,
    block: str | None,
    row: int | None,
    depth: Depth | None,
    rankdir: Direction,
    heat: str | None,
    peak: bool,
    legend: bool,
    optimize: bool,
    settings: tuple[str, ...],
    as_json: bool,
    limits: Limits,
) -> None:
    """Draw SPEC, or a part of it, from its graph: blocks as frames, equal repeats once, shapes on the lines."""
    if block is not None and row is not None:
        raise click.UsageError("--block and --row exclude each other")
    if heat is not None and peak:
        raise click.UsageError("--heat and --peak exclude each other")
    part = block or (f"row{row}" if row else "")
    target = picture_file(output, "_".join(filter(None, [Path(spec).stem, part, heat or "", "peak" if peak else ""])))
    net = open_net(spec, settings, limits, optimize)
    picture = net.diagram(block, row=row, depth=depth, rankdir=rankdir, heat=heat, peak=peak, legend=legend)
    picture.save(target)
    if as_json:
        print_json({"written": str(target), **asdict(picture.drawing)})
        return
    click.echo(f"{target}: {picture.drawing.name}, {picture.drawing.summary()}")
