"""`archdsl reproduce`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from archdsl.cli.common import json_option, print_json, print_table
from archdsl.cli.measuring import Measuring, flags_given, measuring_options, print_bench
from archdsl.cli.progress import progress
from archdsl.cli.terminal import console
from archdsl.errors import InputError, clip, near_miss

if TYPE_CHECKING:
    from rich.console import Console

    from archdsl.measure.bench import Asked
    from archdsl.paper.times import Times


@click.command("reproduce")
@click.argument("name", metavar="RESULT")
@click.option("--counts-only", is_flag=True, help="Parameters and FLOPs of a table; nothing is trained.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Of an equation: split=3/8, kernels=[3,5,7]; the paper's if not given.",
)
@measuring_options(batches="1,16")
@json_option
def command(name: str, counts_only: bool, settings: tuple[str, ...], measuring: Measuring, as_json: bool) -> None:
    """A RESULT of Zhao & Wang 2022 computed or measured again, and which figures do not match.

    \b
    table2 to table6   computed: parameters and FLOPs, with --counts-only
    table7             measured on this machine: ratios of running times, in several runtimes
    eq2, eq3, eq4      computed: what partial residual structures and dual paths save, for any split and kernels
    """
    from archdsl.paper import equations, tables

    computed, counted = equations.names(), tables.tables()
    known = [*tables.names(), *computed]
    if name not in known:
        raise InputError(f"no result '{clip(name)}'; {near_miss(name, known) or 'known: ' + ', '.join(known)}")
    if settings and name not in computed:
        raise click.UsageError(f"--set is for {', '.join(computed)}; {name} is of networks as the paper has them")
    if name in computed or name in counted:
        for option in flags_given():
            raise click.UsageError(f"{option} is for table7; {name} is computed")
    if counts_only and name not in counted:
        what = "has no counts of networks" if name in computed else "holds running times, which are measured"
        raise click.UsageError(f"{name} {what}; --counts-only is for {', '.join(counted)}")
    if name in counted and not counts_only:
        raise click.UsageError("accuracies would need training; --counts-only computes parameters and FLOPs")
    if name in computed:
        _equation(name, settings, as_json)
    elif name in counted:
        _counts(name, as_json)
    else:
        _times(name, measuring.asked(), as_json)


def _equation(name: str, settings: tuple[str, ...], as_json: bool) -> None:
    from archdsl.exact.shown import shown
    from archdsl.paper.equations import Settings, ratios, title
    from archdsl.spec.settings import parse_settings

    chosen = Settings.read(parse_settings(settings))
    found = ratios(name, chosen)
    if as_json:
        about = {"equation": name, "split": str(chosen.split), "kernels": list(chosen.kernels)}
        print_json({**about, "figures": [ratio.as_dict() for ratio in found]})
        return
    verdicts = {True: "as printed", False: "differs", None: ""}
    rows = [[r.what, r.reported or "-", str(r.computed), f"{float(r.computed):.4g}", verdicts[r.matches]] for r in found]
    out = console()
    head = ["depthwise kernel" if name != "eq2" else "kernel", "reported", "computed", "rounded", ""]
    print_table(out, f"{name}: {title(name)}", head, rows, head[1:4])
    out.print(f"  split {chosen.split}, kernels {shown(chosen.kernels)}" + ("" if found[0].reported else ", not the paper's"))


def _counts(name: str, as_json: bool) -> None:
    from archdsl.paper.tables import counts, title

    figures = counts(name)
    if as_json:
        print_json({"table": name, "figures": [figure.as_dict() for figure in figures]})
        return
    rows = [
        [f.network, f.metric, f.text, f"{f.computed:,}", f"{float(f.difference):+.2%}", "as printed" if f.matches else "differs"]
        for f in figures
    ]
    out = console()
    print_table(out, f"{name}: {title(name)}", ["network", "figure", "reported", "computed", "difference", ""], rows, _NUMBERS)
    wrong = [f"{f.network} ({f.metric} {f.text}, computed {f.computed:,})" for f in figures if not f.matches]
    out.print(f"  Not matched: {'; '.join(wrong)}" if wrong else "  Every figure is as printed.", soft_wrap=True)


_NUMBERS = ("reported", "computed", "difference")


def _times(name: str, asked: Asked, as_json: bool) -> None:
    from archdsl.paper.tables import title
    from archdsl.paper.times import count_steps, times

    with progress("steps", count_steps(asked), quiet=as_json) as step:
        found = times(asked, step)
    if as_json:
        print_json(found.as_dict())
        return
    out = console()
    print_pairs(out, f"{name}: {title(name)}, as ratios" + (", optimised" if found.bench.optimised else ""), found)
    print_bench(out, found.bench)


def print_pairs(out: Console, heading: str, found: Times) -> None:
    """The ratios, reported and measured, one beside the other."""
    configurations = list(found.bench.by_configuration())
    several = len({at.threads for at in configurations}) > 1
    measured = [f"{at.runtime} {at.batch}" + (f", {at.threads} thr." if several else "") for at in configurations]
    head = ["time of / time of", *(f"paper: {device.word}" for device in found.devices), *measured]
    rows = []
    for pair in found.pairs:
        reported = [f"{pair.reported[d.word]:.3f}" if d.word in pair.reported else "-" for d in found.devices]
        ratios = [f"{pair.measured[at].median:.3f}" for at in configurations]
        rows.append([f"{pair.network} / {pair.over}", *reported, *ratios])
    print_table(out, heading, head, rows, head[1:])
    threads = "" if several else f", {configurations[0].threads} thread{'s' if configurations[0].threads != 1 else ''}"
    processors = ", ".join(f"{device.word} {device.processor}" for device in found.devices)
    for line in (
        f"measured here: runtime and batch{threads}; the paper: {processors}, batch and runtime not stated",
        "networks with 1000 classes at 224x224; the paper's MobileNetV3 is taken for the first preprint's, whose parameters it prints,",
        "and MobileNetV3 is the large network as published, which the paper does not measure",
    ):
        out.print(f"  {line}", markup=False, soft_wrap=True)
    out.print()
