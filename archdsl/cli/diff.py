"""`archdsl diff`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from archdsl.cli.common import console, json_option, knob_option, limit_options, open_net, print_json, print_table
from archdsl.cli.pictures import depth_option, direction_option, picture_file
from archdsl.ir.limits import Limits
from archdsl.net import Net

if TYPE_CHECKING:
    from archdsl.viz.view import Depth, Direction


@click.command("diff")
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option("--fail-if", "conditions", multiple=True, metavar="COST>CHANGE", help="Exit with 3 if so: macs>+2%, params>3.5M.")
@click.option("--device", "devices", multiple=True, metavar="NAME|FILE", help="Predict the latency on this device too.")
@click.option("--render", is_flag=True, help="Draw both side by side too.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="File of the drawing; its ending says the form. A_B.svg if not given."
)
@depth_option
@direction_option
@click.option("--all", "everything", is_flag=True, help="List layers that are the same too.")
@knob_option
@json_option
@limit_options
def command(
    first: str,
    second: str,
    conditions: tuple[str, ...],
    devices: tuple[str, ...],
    render: bool,
    output: Path | None,
    depth: Depth | None,
    rankdir: Direction,
    everything: bool,
    settings: tuple[str, ...],
    as_json: bool,
    limits: Limits,
) -> int:
    """What was added, removed and changed from A to B, aligned by name and structure, and what each difference costs.

    --set changes knobs of B.
    """
    if output is not None and not render:
        raise click.UsageError("-o is the file of the drawing; add --render")
    target = picture_file(output, f"{Path(first).stem}_{Path(second).stem}") if render else None
    from archdsl.cost.comparing.align import align
    from archdsl.cost.comparing.gate import parse_gate
    from archdsl.cost.comparing.totals import costs, in_words, jsonable

    before, after = open_net(first, (), limits), open_net(second, settings, limits)
    totals = [costs(before, devices=devices), costs(after, devices=devices)]
    gates = [parse_gate(text, list(totals[0])) for text in conditions]
    pairs = [pair for pair in align(before.cost(), after.cost()) if everything or pair.kind != "same"]
    failed = [g for g in gates if g.fails(totals[0][g.cost], totals[1][g.cost])]
    if target is not None:
        _draw(before, after, settings, depth, rankdir, target)
    if as_json:
        summary = {cost: {"before": jsonable(totals[0][cost]), "after": jsonable(totals[1][cost])} for cost in totals[0]}
        print_json({"totals": summary, "layers": [p.as_dict() for p in pairs], "failed": [g.text for g in failed]})
        return 3 if failed else 0
    out = console()
    rows = []
    for pair in pairs:
        old, new = pair.words()
        mark = {"added": "+", "removed": "-", "changed": "~", "same": " "}[pair.kind]
        costs_of = [f"{pair.difference('params'):+,}", f"{pair.difference('macs'):+,}"]
        if pair.kind == "changed":
            rows += [[mark, pair.name, old, "", ""], ["", "", new, *costs_of]]
        else:
            rows.append([mark, pair.name, old or new, *costs_of])
    title = f"{before.name} → {after.name}"
    if rows:
        print_table(out, title, ["", "layer", "operator", "params", "MACs"], rows, ("params", "MACs"))
    else:
        out.print(f"{title}: no difference")
    lines = [
        [cost, in_words(cost, a), in_words(cost, b), in_words(cost, b - a, "+"), f"{float(b / a) - 1:+.2%}" if a else "-"]
        for (cost, a), b in zip(totals[0].items(), totals[1].values(), strict=True)
    ]
    print_table(out, "Totals", ["cost", "A", "B", "change", "per cent"], lines, ("A", "B", "change", "per cent"))
    if target is not None:
        click.echo(f"drawn: {target}")
    for gate in failed:
        click.echo(f"failed: {gate.text}", err=True)
    return 3 if failed else 0


def _draw(before: Net, after: Net, settings: tuple[str, ...], depth: Depth | None, rankdir: Direction, target: Path) -> None:
    from archdsl.viz import difference

    titles = before.name, " ".join([after.name, *settings])
    difference(before.graph(), after.graph(), depth=depth, rankdir=rankdir, titles=titles).save(target)
