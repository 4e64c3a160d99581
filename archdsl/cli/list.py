"""`archdsl list`."""

from __future__ import annotations

import click

from archdsl.cli.common import json_option, print_json, print_table
from archdsl.cli.terminal import console


@click.command("list")
@json_option
def command(as_json: bool) -> None:
    """The networks of the zoo with their size, source and knobs."""
    from archdsl.cost.words import thousands
    from archdsl.net import load
    from archdsl.spec.locate import zoo_names

    nets = {name: load(name) for name in zoo_names()}
    if as_json:
        entries = [
            {
                "spec": name,
                "name": net.name,
                "source": net.spec.paper,
                "params": int(net.cost().params),
                "macs": int(net.cost().macs),
                "knobs": list(net.knobs),
            }
            for name, net in nets.items()
        ]
        print_json(entries)
        return
    rows = [
        [name, net.spec.paper, thousands(net.cost().params), thousands(net.cost().macs), " ".join(net.knobs)]
        for name, net in nets.items()
    ]
    print_table(console(), "Zoo", ["spec", "source", "params", "MACs", "knobs"], rows, ("params", "MACs"))
