"""`archdsl diff`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archdsl.cli.common import json_option, knob_option, open_net, print_json, print_table, stem_of
from archdsl.cli.gathered import gathered, given
from archdsl.cli.limits import limit_options
from archdsl.cli.pictures import depth_option, direction_option, picture_file
from archdsl.cli.terminal import console
from archdsl.ir.limits import Limits
from archdsl.net import Net

if TYPE_CHECKING:
    from rich.console import Console

    from archdsl.cost.comparing.align import Pair
    from archdsl.cost.comparing.totals import Value
    from archdsl.viz.view import Depth, Direction

MARKS = {"added": "+", "removed": "-", "changed": "~", "same": " "}


@dataclass(frozen=True)
class Comparison:
    """What is compared, and what makes the difference one to refuse."""

    conditions: tuple[str, ...] = given(
        click.option(
            "--fail-if", "conditions", multiple=True, metavar="COST>CHANGE", help="Exit with 3 if so: macs>+2%, params>3.5M."
        )
    )
    devices: tuple[str, ...] = given(
        click.option("--device", "devices", multiple=True, metavar="NAME|FILE", help="Predict the latency on this device too.")
    )
    everything: bool = given(click.option("--all", "everything", is_flag=True, help="List layers that are the same too."))


@dataclass(frozen=True)
class Drawing:
    """Whether both networks are drawn, and how."""

    render: bool = given(click.option("--render", is_flag=True, help="Draw both side by side too."))
    output: Path | None = given(
        click.option(
            "-o",
            "--output",
            type=click.Path(path_type=Path),
            help="File of the drawing; its ending says the form. A_B.svg if not given.",
        )
    )
    depth: Depth | None = given(depth_option)
    rankdir: Direction = given(direction_option)

    def target(self, first: str, second: str) -> Path | None:
        """The file of the drawing; None where nothing is drawn. Raises InputError for an ending of no known kind of picture."""
        if self.output is not None and not self.render:
            raise click.UsageError("-o is the file of the drawing; add --render")
        return picture_file(self.output, f"{stem_of(first)}_{stem_of(second)}") if self.render else None


@click.command("diff")
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@gathered("comparison", Comparison)
@gathered("drawing", Drawing)
@knob_option
@json_option
@limit_options
def command(
    first: str,
    second: str,
    comparison: Comparison,
    drawing: Drawing,
    settings: tuple[str, ...],
    as_json: bool,
    limits: Limits,
) -> int:
    """What was added, removed and changed from A to B, aligned by name and structure, and what each difference costs.

    --set changes knobs of B.
    """
    target = drawing.target(first, second)
    from archdsl.cost.comparing.align import align
    from archdsl.cost.comparing.gate import parse_gate
    from archdsl.cost.comparing.totals import costs
    from archdsl.exact.shown import jsonable

    before, after = open_net(first, (), limits), open_net(second, settings, limits)
    old, new = costs(before, devices=comparison.devices), costs(after, devices=comparison.devices)
    gates = [parse_gate(text, list(old)) for text in comparison.conditions]
    failed = [g for g in gates if g.fails(old[g.cost], new[g.cost])]
    pairs = [pair for pair in align(before.cost(), after.cost()) if comparison.everything or pair.kind != "same"]
    if target is not None:
        _draw(before, after, settings, drawing, target)
    if as_json:
        summary = {cost: {"before": jsonable(old[cost]), "after": jsonable(new[cost])} for cost in old}
        print_json({"totals": summary, "layers": [p.as_dict() for p in pairs], "failed": [g.text for g in failed]})
        return 3 if failed else 0
    out = console()
    _print_layers(f"{before.name} → {after.name}", pairs, out)
    _print_totals(old, new, out)
    if target is not None:
        click.echo(f"drawn: {target}")
    for gate in failed:
        click.echo(f"failed: {gate.text}", err=True)
    return 3 if failed else 0


def _print_layers(title: str, pairs: list[Pair], out: Console) -> None:
    rows = []
    for pair in pairs:
        old, new = pair.words()
        costs = [f"{pair.difference('params'):+,}", f"{pair.difference('macs'):+,}"]
        if pair.kind == "changed":
            rows += [[MARKS[pair.kind], pair.name, old, "", ""], ["", "", new, *costs]]
        else:
            rows.append([MARKS[pair.kind], pair.name, old or new, *costs])
    if rows:
        print_table(out, title, ["", "layer", "operator", "params", "MACs"], rows, ("params", "MACs"))
    else:
        out.print(f"{title}: no difference")


def _print_totals(old: dict[str, Value], new: dict[str, Value], out: Console) -> None:
    from archdsl.cost.comparing.totals import in_words

    rows = []
    for cost, a in old.items():
        b = new[cost]
        share = f"{float(b / a) - 1:+.2%}" if a else "-"
        rows.append([cost, in_words(cost, a), in_words(cost, b), in_words(cost, b - a, "+"), share])
    print_table(out, "Totals", ["cost", "A", "B", "change", "per cent"], rows, ("A", "B", "change", "per cent"))


def _draw(before: Net, after: Net, settings: tuple[str, ...], drawing: Drawing, target: Path) -> None:
    from archdsl.viz import difference

    titles = before.name, " ".join([after.name, *settings])
    difference(before.graph(), after.graph(), depth=drawing.depth, rankdir=drawing.rankdir, titles=titles).save(target)
