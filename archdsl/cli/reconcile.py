"""`archdsl reconcile`."""

from __future__ import annotations

import click

from archdsl.cli.common import json_option, knob_option, open_net, print_json, print_result
from archdsl.cli.limits import limit_options
from archdsl.cli.progress import progress
from archdsl.cli.terminal import console
from archdsl.ir.limits import Limits


@click.command("reconcile")
@click.argument("specs", metavar="SPEC...", nargs=-1, required=True)
@click.option("--one-typo", is_flag=True, help="Also search one cell of the table for another value of its column.")
@click.option("--changes", type=click.IntRange(1), metavar="N", help="At most so many differ at once; 2 with --one-typo.")
@click.option("--top", default=10, show_default=True, type=click.IntRange(1), help="How many readings are listed.")
@knob_option
@json_option
@limit_options
def command(
    specs: tuple[str, ...],
    one_typo: bool,
    changes: int | None,
    top: int,
    settings: tuple[str, ...],
    as_json: bool,
    limits: Limits,
) -> int:
    """Which readings of an open source give the figures that it prints.

    Knobs marked `reading: true` are searched in every combination, and each figure is compared in its convention and to its printed
    places. Several SPECs share the readings of one name. --set fixes a reading.
    """
    from archdsl.explore.grid.axis import size
    from archdsl.explore.reconcile.readings import TYPO_CHANGES, readings, reconcile

    if len(set(specs)) < len(specs):
        raise click.UsageError("a spec is given twice")
    nets = [open_net(spec, settings, limits) for spec in specs]
    most = changes or (TYPO_CHANGES if one_typo else None)
    with progress("readings", size(readings(nets)) * len(nets), quiet=as_json or one_typo) as step:
        found = reconcile(nets, top, one_typo, most, step)
    if as_json:
        print_json(found.as_dict())
    else:
        print_result(console(), found)
    return 0 if found else 3
