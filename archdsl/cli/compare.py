"""`archdsl compare`."""

from __future__ import annotations

from dataclasses import dataclass

import click

from archdsl.cli.common import batch_option, counted, dtype_option, json_option, knob_option, open_net, print_json, print_result
from archdsl.cli.gathered import gathered, given
from archdsl.cli.limits import limit_options
from archdsl.cli.sheets import form_options, write_sheet
from archdsl.cli.terminal import console
from archdsl.ir.limits import Limits


@dataclass(frozen=True)
class Columns:
    """What stands beside parameters, multiply-accumulates and memory, and for how many images."""

    conventions: tuple[str, ...] = given(
        click.option(
            "--convention",
            "conventions",
            multiple=True,
            metavar="NAME|FILE",
            help="Count in this convention; thop, fvcore and ptflops otherwise.",
        )
    )
    devices: tuple[str, ...] = given(
        click.option("--device", "devices", multiple=True, metavar="NAME|FILE", help="Predict the latency on this device too.")
    )
    batch: int = given(batch_option)
    dtype: str = given(dtype_option)


@click.command("compare")
@click.argument("specs", metavar="SPEC...", nargs=-1, required=True)
@gathered("columns", Columns)
@form_options
@knob_option
@json_option
@limit_options
def command(
    specs: tuple[str, ...], columns: Columns, form: str | None, settings: tuple[str, ...], as_json: bool, limits: Limits
) -> None:
    """Every cost of each SPEC side by side; * marks the lowest of each. --set changes a knob of all of them."""
    from archdsl.cost.tables.comparison import compare

    nets = {spec: counted(open_net(spec, settings, limits), columns) for spec in specs}
    found = compare(nets, columns.conventions, columns.devices)
    if as_json:
        print_json(found.as_dict()["networks"])
    elif form:
        write_sheet(found.sheet(plain=form in ("csv", "html")), form, None)
    else:
        print_result(console(), found)
