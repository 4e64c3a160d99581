"""`archdsl reproduce`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from archdsl.cli.common import json_option, print_json, print_result
from archdsl.cli.measuring import Measuring, flags_given, measuring_options
from archdsl.cli.progress import progress
from archdsl.cli.terminal import console

if TYPE_CHECKING:
    from archdsl.cost.tables.result import Result
    from archdsl.measure.bench import Asked


@click.command("reproduce")
@click.argument("name", metavar="[RESULT]", default="")
@click.option("--counts-only", is_flag=True, help="Leave out the accuracies of a table, which need training.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Of an equation: split=3/8, kernels=[3,5,7]; the paper's if not given.",
)
@measuring_options(batches="1,16")
@json_option
def command(name: str, counts_only: bool, settings: tuple[str, ...], measuring: Measuring, as_json: bool) -> None:
    """A RESULT of Zhao & Wang 2022 computed or measured again, and which figures do not match. Without RESULT: what there is.

    \b
    table2 to table6   computed: parameters and FLOPs; accuracies need training
    table7             measured on this machine: ratios of running times, in several runtimes
    eq2, eq3, eq4      computed: what partial residual structures and dual paths save, for any split and kernels
    """
    from archdsl.paper import equations, tables
    from archdsl.paper.reproduce import reproduce
    from archdsl.spec.settings import parse_settings

    computed, counted = equations.names(), tables.tables()
    if settings and name not in computed:
        raise click.UsageError(f"--set is for {', '.join(computed)}; {name} is of networks as the paper has them")
    if name in computed or name in counted:
        for option in flags_given():
            raise click.UsageError(f"{option} is for table7; {name} is computed")
    if counts_only and name in tables.names() + computed and name not in counted:
        what = "has no counts of networks" if name in computed else "holds running times, which are measured"
        raise click.UsageError(f"{name} {what}; --counts-only is for {', '.join(counted)}")
    if name in tables.names() and name not in counted:
        found: Result = _times(measuring.asked(), as_json)
    else:
        found = reproduce(name, counts_only=counts_only, **parse_settings(settings))
    if as_json:
        print_json(found.as_dict())
    else:
        print_result(console(), found)


def _times(asked: Asked, quiet: bool) -> Result:
    from archdsl.paper.times import count_steps, times

    with progress("steps", count_steps(asked), quiet=quiet) as step:
        return times(asked, step)
