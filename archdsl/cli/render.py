"""`archdsl render`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
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
    optimize_option,
    print_json,
    spec_argument,
    stem_of,
)
from archdsl.cli.gathered import gathered, given
from archdsl.cli.limits import limit_options
from archdsl.cli.pictures import picture_file, view_options
from archdsl.cli.terminal import echo
from archdsl.ir.limits import Limits

if TYPE_CHECKING:
    from archdsl.viz.view import View


@dataclass(frozen=True)
class Wanted:
    """What is drawn where, and what bytes are for."""

    output: Path | None = given(
        click.option(
            "-o", "--output", type=click.Path(path_type=Path), help="The file; its ending says the form. NAME.svg if not given."
        )
    )
    batch: int = given(batch_option)
    dtype: str = given(dtype_option)
    optimize: bool = given(optimize_option)


@click.command("render")
@spec_argument
@gathered("wanted", Wanted)
@view_options
@knob_option
@json_option
@limit_options
def command(
    spec: str,
    wanted: Wanted,
    view: View,
    settings: tuple[str, ...],
    as_json: bool,
    limits: Limits,
) -> None:
    """Draw SPEC, or a part of it, from its graph: blocks as frames, equal repeats once, shapes on the lines."""
    part = view.block or (f"row{view.row}" if view.row else "")
    target = picture_file(wanted.output, "_".join(filter(None, [stem_of(spec), part, view.cost, "peak" if view.peak else ""])))
    net = counted(open_net(spec, settings, limits, wanted.optimize), wanted)
    from archdsl.viz import diagram

    picture = diagram(net.graph(), view, net=net)
    picture.save(target)
    if as_json:
        print_json({"written": str(target), **asdict(picture.drawing)})
        return
    echo(f"{target}: {picture.drawing.name}, {picture.drawing.summary()}")
