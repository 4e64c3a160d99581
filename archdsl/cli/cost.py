"""`archdsl cost`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from archdsl.cli.common import (
    batch_option,
    counted,
    dtype_option,
    json_option,
    knob_option,
    open_net,
    optimize_option,
    print_json,
    print_result,
    print_table,
    spec_argument,
)
from archdsl.cli.gathered import gathered, given
from archdsl.cli.limits import limit_options
from archdsl.cli.rewritten import print_rewritten, rewritten
from archdsl.cli.sheets import SheetFile, form_of, write_sheet
from archdsl.cli.terminal import console, echo
from archdsl.cli.totals import print_totals
from archdsl.cli.views import VIEWS, View
from archdsl.exact.shown import jsonable
from archdsl.ir.limits import Limits
from archdsl.net import Net

if TYPE_CHECKING:
    from rich.console import Console

    from archdsl.cost.comparing.blame import Entry
    from archdsl.cost.counting.convention import Convention
    from archdsl.cost.latency.device import Device
    from archdsl.cost.tables.sheet import Sheet

BY = ("layer", "block", "stage", "line", "operator")
SORTS = ("order", "macs", "params", "flops", "peak", "latency")
FORMS = ("csv", "markdown", "html")


@dataclass(frozen=True)
class Columns:
    """What the bill is of, and what stands in it."""

    optimize: bool = given(optimize_option)
    batch: int = given(batch_option)
    dtype: str = given(dtype_option)
    by: str = given(
        click.option("--by", type=click.Choice(BY), default="layer", show_default=True, help="What costs are summed by.")
    )
    sort: str | None = given(
        click.option("--sort", type=click.Choice(SORTS), help="Largest first by this; in the order of the network if not given.")
    )
    convention: str | None = given(
        click.option("--convention", metavar="NAME|FILE", help="Count in this convention too, as a column.")
    )
    depth: int | None = given(
        click.option(
            "--depth", type=click.IntRange(1), metavar="N", help="Show stages and blocks inside each other, N levels deep."
        )
    )
    show: str = given(
        click.option(
            "--show", default="", metavar="COST,...", help="Totals beside the others: entropy, effectiveness, moved, ..."
        )
    )
    device: str | None = given(
        click.option("--device", metavar="NAME|FILE", help="Predict the latency on this device, layer by layer.")
    )


@click.command("cost")
@spec_argument
@knob_option
@gathered("columns", Columns)
@gathered("view", View)
@gathered("target", SheetFile)
@json_option
@limit_options
def command(
    spec: str, settings: tuple[str, ...], columns: Columns, view: View, target: SheetFile, as_json: bool, limits: Limits
) -> int:
    """The bill of SPEC: parameters, multiply-accumulates, memory. Nothing is built, torch is not needed."""
    if as_json and target.form:
        raise click.UsageError(f"--json and --{target.form} exclude each other")
    if len(view.chosen) > 1:
        raise click.UsageError("--memory, --movement, --verify and --explain exclude each other")
    if columns.sort == "latency" and columns.device is None:
        raise click.UsageError("--sort latency needs --device")
    if columns.depth and (
        columns.by != "layer" or columns.sort or columns.convention or columns.device or target.form or target.output
    ):
        raise click.UsageError(
            "--depth shows a tree, which --by, --sort, --convention, --device, -o and forms of tables do not go with"
        )
    if columns.batch > 1 and {"memory", "verify"} & set(view.chosen):
        raise click.UsageError("--memory and --verify are of one image, --batch does not go with them")
    net = counted(open_net(spec, settings, limits, columns.optimize), columns)
    for name in view.chosen:
        return VIEWS[name](net, view, as_json)
    if columns.depth:
        return _tree(net, columns.depth, as_json)
    bill = BillView(net, columns)
    if as_json:
        print_json(bill.as_dict())
    elif target.form or target.output:
        write_sheet(bill.sheet(people=False), form_of(target.form, target.output, FORMS), target.output)
    else:
        bill.print(console())
    return 0


def _tree(net: Net, depth: int, as_json: bool) -> int:
    found = net.cost().tree(depth)
    if as_json:
        print_json(found.as_dict())
        return 0
    out = console()
    print_result(out, found)
    print_totals(net, out)
    return 0


class BillView:
    """The bill of a network with the columns that were asked for."""

    def __init__(self, net: Net, columns: Columns):
        from archdsl.cost.comparing.totals import convention_of, device_of

        self.net, self.by, self.sort = net, columns.by, columns.sort
        self.shown = [name.strip() for name in columns.show.split(",") if name.strip()]
        self.convention: Convention | None = convention_of(net, columns.convention) if columns.convention else None
        self.device: Device | None = device_of(net, columns.device) if columns.device else None

    def entries(self) -> list[Entry]:
        """What costs are summed by, in the order that was asked for."""
        from archdsl.cost.comparing.blame import blame

        found = blame(self.net.cost(), self.net.spec.source, self.by, self.convention, self.device)
        if self.sort not in (None, "order"):
            key = "peak_bytes" if self.sort == "peak" else str(self.sort)
            found.sort(key=lambda entry: getattr(entry, key) or 0, reverse=True)
        return found

    def as_dict(self) -> dict[str, object]:
        """The bill as plain data; its entries where they are not the layers themselves, or are counted in a convention."""
        from archdsl.cost.tables.document import document, timed

        data = document(self.net.name, self.net.spec, self.net.cost())
        if self.device:
            timed(data, self.net.cost(), self.device)
        if self.shown:
            data["costs"] = {name: jsonable(value) for name, value in self.costs().items()}
        if self.by != "layer" or self.convention:
            data |= {"by": self.by, "entries": [entry.as_dict() for entry in self.entries()]}
        if self.net.chosen is not None:
            data["rewritten"] = jsonable(rewritten(self.net))
        return data

    def costs(self) -> dict[str, Any]:
        """The totals that `--show` names."""
        from archdsl.cost.comparing.totals import total

        return {name: total(self.net, name) for name in self.shown}

    def sheet(self, people: bool) -> Sheet:
        """The bill as a table."""
        from archdsl.cost.tables.entries import EntryTable

        table = EntryTable(self.net.cost(), self.by, self.convention, self.device, people)
        return table.sheet(self.net.name, self.entries(), self.net.spec.source)

    def print(self, out: Console) -> None:
        """Print the bill with the totals under it."""
        from archdsl.cost.comparing.totals import in_words

        if self.by == "line":
            self._print_lines(out)
        else:
            sheet = self.sheet(people=True)
            print_table(out, sheet.title, list(sheet.head), sheet.cells(), sheet.numbers, sheet.total_cells())
        print_totals(self.net, out)
        for name, value in self.costs().items():
            out.print(f"  {name:<17} [bold]{in_words(name, value)}[/]", soft_wrap=True)
        self._print_latency(out)
        if self.by != "line":
            print_rewritten(self.net, out)

    def _print_lines(self, out: Console) -> None:
        from archdsl.cost.tables.gutter import gutter

        source = self.net.spec.source
        what = "multiply-accumulates, parameters, peak memory" + (", latency" if self.device else "")
        out.print(f"[bold]{source.name}[/]  {what} of each line")
        for number, *costs, line in gutter(source, self.entries()):
            echo(f"{' '.join(f'{cost:>7}' for cost in costs)} {number:>4} │ {line.expandtabs()}")

    def _print_latency(self, out: Console) -> None:
        """What the latency was predicted from, and how far that is to be trusted."""
        if self.device is None:
            return
        from archdsl.cost.latency.device import FEMTOSECONDS
        from archdsl.cost.latency.predict import latency
        from archdsl.cost.words import duration

        found = latency(self.net.cost(), self.device)
        time = duration(found.total / FEMTOSECONDS)
        out.print(f"  latency           [bold]{time}[/]  predicted on {self.device.name}: {self.device.heading}", soft_wrap=True)
        for words in found.trust():
            out.print(f"                    {words}", markup=False, soft_wrap=True)
