"""`archdsl whatif`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

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
from archdsl.cli.sheets import plottable
from archdsl.cli.terminal import console
from archdsl.ir.limits import Limits


@dataclass(frozen=True)
class Question:
    """What is asked of each knob, and how it is shown."""

    batch: int = given(batch_option)
    dtype: str = given(dtype_option)
    steps: tuple[str, ...] = given(
        click.option(
            "--step", "steps", multiple=True, metavar="KNOB=SIZE", help="Size of one step of a number, in place of its own."
        )
    )
    show: str = given(
        click.option("--show", default="", metavar="COST,...", help="Costs beside params, macs and peak: flops.thop, moved, ...")
    )
    by: str = given(
        click.option("--by", default="macs", show_default=True, metavar="COST", help="The cost whose tornado is drawn.")
    )
    plot: Path | None = given(
        click.option(
            "--plot", type=click.Path(path_type=Path), callback=plottable, help="Draw the tornado: .html, .png, .svg or .pdf."
        )
    )

    @property
    def shown(self) -> list[str]:
        """Names of the costs that were asked for."""
        return [name.strip() for name in self.show.split(",") if name.strip()]


@click.command("whatif")
@spec_argument
@knob_option
@gathered("asked", Question)
@json_option
@limit_options
def command(spec: str, settings: tuple[str, ...], asked: Question, as_json: bool, limits: Limits) -> None:
    """What changes in SPEC when knobs are set, and what one step of each knob would do.

    With --set: every cost before and after, and the rows that make the difference. Then, around what was set: one step up and down
    of each knob, the ones that matter most first.
    """
    from archdsl.explore.whatif import whatif
    from archdsl.spec.settings import parse_settings

    steps = parse_settings(list(asked.steps), "--step")
    found = whatif(counted(open_net(spec, (), limits), asked), parse_settings(list(settings)), asked.shown, asked.by, steps)
    if as_json:
        print_json(found.as_dict())
    else:
        print_result(console(), found)
    if asked.plot:
        from archdsl.explore.plot import plot_tornado

        plot_tornado(asked.plot, found.name, found.influences, found.by, found.start[found.by])
        if not as_json:
            console().print(f"  written   {asked.plot}", soft_wrap=True)
