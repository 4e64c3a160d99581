"""`archdsl transform`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from archdsl.cli.common import json_option, open_net, print_json, print_result, spec_argument
from archdsl.cli.gathered import gathered, given
from archdsl.cli.limits import limit_options
from archdsl.cli.terminal import console, echo
from archdsl.errors import visible
from archdsl.ir.limits import Limits

WORDS: tuple[tuple[str, str, str | None, str], ...] = (
    ("se", "", "", "Squeeze and excitation in every residual block."),
    ("partial", "SHARE", "1/2", "Learn from a share of the channels beside each shortcut; the rest passes. Alone: 1/2."),
    ("dual", "KERNELS", "3,5", "Learn by several paths beside each shortcut, each with its kernel. Alone: 3,5."),
    ("both", "", "", "Several paths, in each of which a share of the channels passes."),
    ("depthwise", "", "", "Dense 3x3 convolutions become depthwise separable."),
    ("groups", "N", None, "Dense convolutions over places become grouped."),
    ("ghost", "", "", "Half of the channels of dense convolutions come from cheap depthwise ones."),
    ("act", "NAME", None, "Another activation, as silu or 'leaky_relu: 0.2'."),
    ("norm", "NAME", None, "Another normalisation, as 'group_norm: 32'."),
    ("width", "FACTOR", None, "Scale all channels but those of the classes."),
)
"""The transformations as options: word, value, value where it stands alone, help. The table of them is in `archdsl.transform.table`."""


def transformations(function: Callable[..., Any]) -> Callable[..., Any]:
    """An option for each transformation."""
    for word, takes, alone, text in reversed(WORDS):
        if not takes:
            function = click.option(f"--{word}", word, is_flag=True, help=text)(function)
        elif alone is not None:
            function = click.option(f"--{word}", word, is_flag=False, flag_value=alone, metavar=f"[{takes}]", help=text)(function)
        else:
            function = click.option(f"--{word}", word, metavar=takes, help=text)(function)
    return function


new_spec_option = click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="The file of the new spec; printed if not given."
)


@dataclass(frozen=True)
class Way:
    """What holds for all transformations."""

    where: tuple[str, ...] = given(
        click.option("--where", multiple=True, metavar="PLACE,...", help="Only in these: rows.5-9, or blocks by name.")
    )
    knob: bool = given(
        click.option("--knob", is_flag=True, help="A knob of the result chooses between the old form and the new.")
    )
    transition: str = given(
        click.option(
            "--transition",
            type=click.Choice(["block", "stage", "none"]),
            default=None,
            help="Where a transition layer fuses what was concatenated.",
        )
    )
    settings: tuple[str, ...] = given(
        click.option("--set", "settings", multiple=True, metavar="KNOB=VALUE", help="A knob or cell of the result: width=0.5.")
    )
    name: str = given(click.option("--name", default="", metavar="TEXT", help="Name of the network."))
    output: Path | None = given(new_spec_option)


@click.command("transform")
@spec_argument
@transformations
@gathered("way", Way)
@json_option
@limit_options
def command(spec: str, way: Way, as_json: bool, limits: Limits, **chosen: Any) -> None:
    """Write a variant of SPEC: its partial, dual-path or both version, other blocks, activations, norms or widths.

    The result is a spec that extends SPEC and says only what differs. Transformations compose. What cannot be changed is told, with
    the reason.
    """
    from archdsl.spec.settings import parse_settings
    from archdsl.transform.asked import Wanted
    from archdsl.transform.run import transform

    values = {word: value if isinstance(value, str) else "" for word, value in chosen.items() if value not in (None, False)}
    net = open_net(spec, (), limits)
    folder = way.output.parent if way.output is not None else Path()
    wanted = Wanted(values, way.where, way.knob, way.transition or "", parse_settings(list(way.settings)), folder, way.name)
    give(transform(net, wanted), way.output, as_json)


def give(found: Any, output: Path | None, as_json: bool) -> None:
    """Write the spec of an answer to its file, or print it; tell what was done."""
    from archdsl.artifacts import write

    if output is not None:
        write(output, found.text)
    if as_json:
        print_json(found.as_dict())
    elif output is None:
        echo(found.text.rstrip("\n"))
        for line in found.notes():
            click.echo(visible(f"  {line}", keep="\n"), err=True)
    else:
        print_result(console(), found)
        console().print(f"  written   {output}", soft_wrap=True)
