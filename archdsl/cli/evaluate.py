"""`archdsl evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archdsl.cli.common import json_option, knob_option, open_net, print_json, print_table
from archdsl.cli.terminal import console
from archdsl.cli.training import DATA, speaks

if TYPE_CHECKING:
    from archdsl.train.record import Evaluation


@click.command("evaluate")
@click.argument("what", metavar="RUN|SPEC")
@click.option("--weights", type=click.Path(path_type=Path), help="Of SPEC: safetensors, or a torch checkpoint.")
@click.option("--data", metavar="NAME[:DIR]", help=f"{DATA} [default: that of the run]")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True, help="Where.")
@knob_option
@json_option
def command(what: str, weights: Path | None, data: str | None, device: str, settings: tuple[str, ...], as_json: bool) -> None:
    """Top-1, top-5 and loss on the test split: of the RUN in a folder, as its last checkpoint has it, or of SPEC with --weights."""
    from archdsl.train.examine import examine_run, examine_weights
    from archdsl.train.run import ABOUT

    folder = Path(what)
    if (folder / ABOUT).is_file():
        if weights is not None or settings:
            raise click.UsageError(f"{what} is a run, which has its own weights and settings")
        name, found = examine_run(folder, data, device, lambda spec, knobs: open_net(spec, knobs))
    else:
        if weights is None or data is None:
            raise click.UsageError(f"{what} is no folder of a run; a SPEC is evaluated with --weights FILE and --data NAME")
        net = open_net(what, settings)
        name, found = net.name, examine_weights(net, weights, data, device)
    if not speaks():
        return
    if as_json:
        print_json({"name": name, **_plain(found)})
        return
    rows = [
        ["top-1", f"{found.top1:.2%}"],
        ["top-5", f"{found.top5:.2%}"],
        ["loss", f"{found.loss:.4f}"],
        ["images", f"{found.images:,}"],
    ]
    print_table(console(), name, ["figure", "test split"], rows, ["test split"])


def _plain(found: Evaluation) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(found)
