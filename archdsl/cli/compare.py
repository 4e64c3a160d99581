"""`archdsl compare`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from archdsl.cli.common import json_option, knob_option, open_net, print_json, print_table
from archdsl.cli.limits import limit_options
from archdsl.cli.sheets import form_options, write_sheet
from archdsl.cli.terminal import console
from archdsl.ir.limits import Limits

if TYPE_CHECKING:
    from archdsl.cost.comparing.totals import Value

USUAL = ("thop", "fvcore", "ptflops")


@click.command("compare")
@click.argument("specs", metavar="SPEC...", nargs=-1, required=True)
@click.option(
    "--convention",
    "conventions",
    multiple=True,
    metavar="NAME|FILE",
    help="Count in this convention; thop, fvcore and ptflops otherwise.",
)
@click.option("--device", "devices", multiple=True, metavar="NAME|FILE", help="Predict the latency on this device too.")
@form_options
@knob_option
@json_option
@limit_options
def command(
    specs: tuple[str, ...],
    conventions: tuple[str, ...],
    devices: tuple[str, ...],
    form: str | None,
    settings: tuple[str, ...],
    as_json: bool,
    limits: Limits,
) -> None:
    """Every cost of each SPEC side by side; * marks the lowest of each. --set changes a knob of all of them."""
    from archdsl.cost.comparing.totals import costs
    from archdsl.cost.tables.sheet import Sheet
    from archdsl.exact.shown import jsonable

    nets = {spec: open_net(spec, settings, limits) for spec in specs}
    found = {spec: costs(net, conventions or USUAL, devices) for spec, net in nets.items()}
    if as_json:
        print_json(
            [
                {"spec": spec, "name": nets[spec].name, **{cost: jsonable(value) for cost, value in totals.items()}}
                for spec, totals in found.items()
            ]
        )
        return
    names = list(next(iter(found.values())))
    best = {cost: min(totals[cost] for totals in found.values()) for cost in names}
    tied = {cost: sum(totals[cost] == best[cost] for totals in found.values()) for cost in names}
    head = ("network", *(_title(cost) for cost in names))

    def marked(cost: str, value: Value) -> object:
        star = " *" if value == best[cost] and tied[cost] < len(found) else "  "
        return jsonable(value) if form in ("csv", "html") else _in_words(cost, value) + star

    rows = [(nets[spec].name, *(marked(cost, value) for cost, value in totals.items())) for spec, totals in found.items()]
    sheet = Sheet("Comparison", head, tuple(rows), frozenset(head[1:]))
    if form:
        write_sheet(sheet, form, None)
        return
    print_table(console(), sheet.title, list(head), sheet.cells(), sheet.numbers)


def _in_words(cost: str, value: Value) -> str:
    from archdsl.cost.comparing.totals import in_words
    from archdsl.cost.words import mebibytes

    return mebibytes(value) if cost in ("weights", "peak") else in_words(cost, value)


def _title(cost: str) -> str:
    kind, _, name = cost.partition(".")
    if kind == "flops":
        return Path(name).stem
    if kind == "latency":
        return f"latency {Path(name).stem}"
    return {"params": "params", "macs": "MACs", "weights": "weights", "peak": "peak"}[cost]
