"""`archdsl diff`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

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
    stem_of,
)
from archdsl.cli.gathered import gathered, given
from archdsl.cli.limits import limit_options
from archdsl.cli.pictures import depth_option, direction_option, picture_file
from archdsl.cli.terminal import console, echo
from archdsl.ir.limits import Limits
from archdsl.net import Net

if TYPE_CHECKING:
    from archdsl.viz.view import Depth, Direction


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
    everything: bool = given(
        click.option("--all", "everything", is_flag=True, help="List rows that are the same too, and the layers of each.")
    )
    batch: int = given(batch_option)
    dtype: str = given(dtype_option)


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
    """What was added, removed and changed from A to B, row by row, and what each difference costs.

    Rows are aligned by what they are, their shapes and names. + is only in B, - only in A, ~ changed, > moved. --set changes knobs of B.
    """
    target = drawing.target(first, second)
    from archdsl.cost.comparing.gate import parse_gate
    from archdsl.cost.tables.difference import difference

    before, after = (counted(net, comparison) for net in (open_net(first, (), limits), open_net(second, settings, limits)))
    found = difference(before, after, comparison.devices, comparison.everything)
    sides = found.sides()
    gates = [parse_gate(text, list(sides)) for text in comparison.conditions]
    failed = [gate.text for gate in gates if gate.fails(*sides[gate.cost])]
    if target is not None:
        _draw(before, after, settings, drawing, target)
    if as_json:
        print_json({**found.as_dict(), "failed": failed})
        return 3 if failed else 0
    print_result(console(), found)
    if target is not None:
        echo(f"drawn: {target}")
    for text in failed:
        echo(f"failed: {text}", err=True)
    return 3 if failed else 0


def _draw(before: Net, after: Net, settings: tuple[str, ...], drawing: Drawing, target: Path) -> None:
    from archdsl.viz import difference

    titles = before.name, " ".join([after.name, *settings])
    difference(before.graph(), after.graph(), depth=drawing.depth, rankdir=drawing.rankdir, titles=titles).save(target)
