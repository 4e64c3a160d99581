"""`archdsl cost`."""

from __future__ import annotations

import click

from archdsl.cli.common import console, json_option, knob_option, limit_options, open_net, print_json, spec_argument, table
from archdsl.cli.totals import print_totals
from archdsl.ir.limits import Limits


@click.command("cost")
@spec_argument
@knob_option
@json_option
@limit_options
def command(spec: str, settings: tuple[str, ...], as_json: bool, limits: Limits) -> None:
    """The bill of SPEC: parameters and multiply-accumulates of every layer, batch 1. Nothing is built."""
    net = open_net(spec, settings, limits)
    bill = net.cost()
    if as_json:
        from archdsl.cost.document import document

        print_json(document(net.name, net.spec, bill))
        return
    from archdsl.cost.document import line
    from archdsl.cost.layout import count, dims

    out = console()
    rows = [
        [
            layer.node.name,
            layer.node.op.word,
            dims(layer.inputs[0]),
            dims(layer.output),
            count(layer.params),
            count(layer.macs),
            str(line(layer, net.spec.source) or ""),
        ]
        for layer in bill
    ]
    head = ["layer", "operator", "input", "output", "params", "MACs", "line"]
    total = ["total", "", "", "", count(bill.params), count(bill.macs), ""]
    out.print(table(net.name, head, rows, ("params", "MACs", "line"), total))
    print_totals(net, out)
