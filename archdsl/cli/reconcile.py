"""`archdsl reconcile`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from archdsl.cli.common import json_option, knob_option, open_net, print_json, print_steps
from archdsl.cli.limits import limit_options
from archdsl.cli.progress import progress
from archdsl.cli.terminal import console
from archdsl.ir.limits import Limits

if TYPE_CHECKING:
    from archdsl.explore.reconcile.figures import Figure
    from archdsl.explore.reconcile.readings import Reading, Reconciled

TYPO_CHANGES = 2
"""Readings that may differ at once, the typo among them, where a typo is searched and no other number is given."""


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
    from archdsl.explore.reconcile.readings import readings, reconcile

    if len(set(specs)) < len(specs):
        raise click.UsageError("a spec is given twice")
    nets = [open_net(spec, settings, limits) for spec in specs]
    most = changes or (TYPO_CHANGES if one_typo else None)
    with progress("readings", size(readings(nets)) * len(nets), quiet=as_json or one_typo) as step:
        found = reconcile(nets, top, one_typo, most, step)
    if as_json:
        print_json(document(found))
    else:
        show(found)
    return 0 if found.readings and not found.readings[0].misses else 3


def document(found: Reconciled) -> dict[str, Any]:
    """What was found as plain data."""
    from archdsl.exact.shown import jsonable

    return {
        "readings": [
            {
                "changes": {name: jsonable(value) for name, value in reading.changes.items()},
                "explains": [_figure(figure, ours) for figure, ours in reading.explains],
                "misses": [_figure(figure, ours) for figure, ours in reading.misses],
            }
            for reading in found.readings
        ],
        "searched": found.searched,
        "unbuildable": found.unbuildable,
        "levels": {str(level): many for level, many in found.levels.items()},
        "seconds": found.seconds,
    }


def _figure(figure: Figure, ours: int) -> dict[str, Any]:
    reported = figure.reported
    return {
        "network": figure.net.name,
        "figure": reported.metric,
        "convention": reported.convention,
        "reported": reported.text,
        "source": reported.source,
        "counted": ours,
    }


def show(found: Reconciled) -> None:
    """Print the readings, best first."""
    out = console()
    total = len(found.figures)
    out.print("[bold]Readings[/], those that explain most first, then those with the fewest changes\n")
    for number, reading in enumerate(found.readings, 1):
        out.print(f"  {number}. {_words(reading)}", markup=False, soft_wrap=True)
        for figure, ours in reading.explains:
            out.print(f"       ✓ {figure}: {ours:,}", markup=False, soft_wrap=True)
        for figure, ours in reading.misses:
            out.print(f"       ✗ {figure}: {ours:,}, {_off(figure, ours)}", markup=False, soft_wrap=True)
    out.print()
    print_steps(found.axes)
    out.print(f"  {found.searched:,} readings in {found.seconds:.2f} s")
    for level, many in found.levels.items():
        out.print(f"    {many:,} explain {level} of {total} figures")
    if found.unbuildable:
        out.print(f"    {found.unbuildable:,} cannot be built")


def _words(reading: Reading) -> str:
    from archdsl.exact.shown import shown

    changes = [f"{name} = {shown(value)}" for name, value in reading.changes.items()]
    return ", ".join(changes) or "as the spec stands"


def _off(figure: Figure, ours: int) -> str:
    return f"{float(figure.difference(ours)):+.2%}"
