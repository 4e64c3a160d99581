"""`archdsl whatif`."""

from __future__ import annotations

import click

from archdsl.cli.common import console, json_option, knob_option, limit_options, open_net, print_json, print_table, spec_argument
from archdsl.ir.limits import Limits


@click.command("whatif")
@spec_argument
@knob_option
@json_option
@limit_options
def command(spec: str, settings: tuple[str, ...], as_json: bool, limits: Limits) -> None:
    """What changes in SPEC when knobs are set: every cost before and after, and the rows that make the difference."""
    from archdsl.cost.compare import changes, totals

    if not settings:
        raise click.UsageError("whatif needs at least one --set knob=value")
    before, after = open_net(spec, (), limits), open_net(spec, settings, limits)
    summary, rows = totals(before, after), changes(before, after)
    if as_json:
        print_json({"name": before.name, "totals": [t.as_dict() for t in summary], "changes": [c.as_dict() for c in rows]})
        return
    from archdsl.cost.layout import count

    out = console()
    head = ["cost", "before", "after", "change", "ratio"]
    lines = [[t.name, count(t.before), count(t.after), f"{t.change:+,}", t.ratio] for t in summary]
    print_table(out, f"{before.name}, {', '.join(settings)}", head, lines, head[1:])
    if not rows:
        out.print("  No row changes.")
        return
    head = ["#", "where", "params before", "after", "MACs before", "after "]
    cells = [[c.number, c.where, *c.cells()] for c in rows]
    print_table(out, "Rows that change", head, cells, ("#", *head[2:]))
