"""`archdsl reproduce`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from archdsl.cli.common import json_option, print_json, print_result
from archdsl.cli.gathered import gathered, given
from archdsl.cli.measuring import Measuring, flags_given, measuring_options
from archdsl.cli.progress import progress
from archdsl.cli.terminal import console, echo
from archdsl.cli.training import DATA, Shown, placed, stopping

if TYPE_CHECKING:
    from archdsl.cost.tables.result import Result
    from archdsl.measure.bench import Asked
    from archdsl.paper.training import Request


@dataclass(frozen=True)
class Accuracies:
    """How the accuracies of a table are trained."""

    data: str | None = given(click.option("--data", metavar="NAME[:DIR]", help=f"Train the networks of a table on {DATA}"))
    scale: str = given(
        click.option(
            "--scale",
            type=click.Choice(["full", "small"]),
            default="full",
            show_default=True,
            help="small: half as wide, 32 pixels, 10,000 images, 6 epochs, for two cores.",
        )
    )
    seeds: int | None = given(
        click.option("--seeds", type=click.IntRange(1), help="Runs of each network. [default: 1; small: 3]")
    )
    output: Path | None = given(
        click.option(
            "-o", "--output", type=click.Path(path_type=Path), help="Folder of the runs. [default: runs/TABLE-DATA-SCALE]"
        )
    )
    only: tuple[str, ...] = given(
        click.option("--only", multiple=True, metavar="SPEC", help="Train this network of the table only; may be given again.")
    )
    device: str = given(
        click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True, help="Where.")
    )

    def request(self) -> Request | None:
        """The same as the question that it is; None where nothing is to be trained."""
        if self.data is None:
            for name in ("scale", "seeds", "output", "only", "device"):
                if click.get_current_context().get_parameter_source(name) is ParameterSource.COMMANDLINE:
                    raise click.UsageError(f"--{name} is for training, which needs --data")
            return None
        from archdsl.paper.training import Request

        return Request(placed(self.data), self.scale, self.seeds, self.output, self.device, self.only)


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
@gathered("accuracies", Accuracies)
@measuring_options(batches="1,16")
@json_option
def command(
    name: str, counts_only: bool, settings: tuple[str, ...], accuracies: Accuracies, measuring: Measuring, as_json: bool
) -> None:
    """A RESULT of Zhao & Wang 2022 computed or measured again, and which figures do not match. Without RESULT: what there is.

    \b
    table2 to table6   computed: parameters and FLOPs; accuracies are trained with --data, for hours or days
    table7             measured on this machine: ratios of running times, in several runtimes
    eq2, eq3, eq4      computed: what partial residual structures and dual paths save, for any split and kernels
    """
    from archdsl.paper import equations, tables
    from archdsl.paper.reproduce import reproduce
    from archdsl.spec.settings import parse_settings

    computed, counted = equations.names(), tables.tables()
    request = accuracies.request()
    if request is not None and (name not in counted or counts_only):
        raise click.UsageError(
            f"--data is for {', '.join(counted)}" if name not in counted else "--data and --counts-only exclude each other"
        )
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
    elif request is not None:
        found = _trained(name, request, as_json)
    else:
        found = reproduce(name, counts_only=counts_only, **parse_settings(settings))
    if as_json:
        print_json(found.as_dict())
    else:
        print_result(console(), found)


def _trained(name: str, request: Request, quiet: bool) -> Result:
    from archdsl.paper.reproduce import reproduce
    from archdsl.train.conduct import Conductor

    with stopping() as stop:
        shown = Shown(stop, quiet)
        try:
            return reproduce(name, training=request, conductor=Conductor(show=shown.of))
        except KeyboardInterrupt:
            echo("stopped; the same command goes on", err=True)
            raise
        finally:
            shown.close()


def _times(asked: Asked, quiet: bool) -> Result:
    from archdsl.paper.times import count_steps, times

    with progress("steps", count_steps(asked), quiet=quiet) as step:
        return times(asked, step)
