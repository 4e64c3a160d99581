"""`archdsl prune`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from archdsl.cli.common import json_option, knob_option, open_net, spec_argument
from archdsl.cli.gathered import gathered, given
from archdsl.cli.limits import limit_options
from archdsl.cli.transform import give, new_spec_option
from archdsl.errors import InputError
from archdsl.ir.limits import Limits


@dataclass(frozen=True)
class Way:
    """How a network is made narrower, and what is written."""

    keep: str = given(click.option("--keep", required=True, metavar="COST=SHARE", help="What may stay: macs=50%, params=2M."))
    by: str = given(
        click.option("--by", default="uniform", show_default=True, metavar="WAY", help="uniform, stage, or norm (of --weights).")
    )
    weights: Path | None = given(
        click.option("--weights", type=click.Path(path_type=Path), help="Weights of SPEC, carried over into a file beside -o.")
    )
    output: Path | None = given(new_spec_option)


@click.command("prune")
@spec_argument
@knob_option
@gathered("way", Way)
@json_option
@limit_options
def command(spec: str, settings: tuple[str, ...], way: Way, as_json: bool, limits: Limits) -> None:
    """Write the spec of a narrower SPEC that keeps a share of a cost.

    uniform: one factor for all channels. stage: a factor for each stage. norm: factors by the norms of weights, and of each layer the
    channels with the largest ones.
    """
    from archdsl.transform.pruning.carry import write_weights
    from archdsl.transform.pruning.run import prune

    output = way.output
    if way.weights is not None and output is None:
        raise InputError("--weights are carried over into a file beside the spec; say where with -o x.yaml")
    folder = output.parent if output is not None else Path()
    found = prune(open_net(spec, settings, limits), way.keep, way.by, way.weights, folder)
    if output is not None and found.weights is not None:
        write_weights(found.weights, output.with_suffix(".safetensors"))
    give(found, output, as_json)
