"""`archdsl search`."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archdsl.cli.common import console, json_option, knob_option, limit_options, open_net, print_json, print_table
from archdsl.errors import BackendError, InputError, unknown
from archdsl.ir.limits import Limits

if TYPE_CHECKING:
    from archdsl.explore.search.objectives import Aim
    from archdsl.explore.search.result import Result
    from archdsl.explore.search.run import Search
    from archdsl.explore.search.study import Request
    from archdsl.explore.work.workers import Workers

FRONT = 40
"""Rows of the front that are printed; --json has all."""


@click.command("search")
@click.argument("spec", metavar="SPEC", required=False)
@click.argument("axes", metavar="KNOB=VALUES...", nargs=-1)
@click.option("--objective", "usual", multiple=True, metavar="NAME", help="Measure and improve this, the way that is better.")
@click.option("--minimize", multiple=True, metavar="NAME", help="An objective, or any cost: params, macs, flops.thop, peak ...")
@click.option("--maximize", multiple=True, metavar="NAME", help="The same the other way.")
@click.option("--max", "most", multiple=True, metavar="COST=SIZE", help="Reject what costs more: macs=118M.")
@click.option("--min", "least", multiple=True, metavar="COST=SIZE", help="Reject what costs less.")
@click.option(
    "--trials", default=100, show_default=True, type=click.IntRange(1), help="Networks to measure in all, earlier runs too."
)
@click.option("--sampler", default="auto", show_default=True, metavar="NAME", help="tpe, nsga2, random, or auto.")
@click.option("--storage", metavar="FILE|URL", help="Journal file or database of the study; SPEC.search.log where not given.")
@click.option("--study", metavar="NAME", help="Name of the study; one for each different search where not given.")
@click.option("--jobs", type=click.IntRange(1), help="Networks to measure at once; one for each processor where not given.")
@click.option("--cluster", metavar="ADDRESS", help="Measure on a Ray cluster: auto, ray://host:10001, or host:port.")
@click.option("--resources", multiple=True, metavar="NAME=AMOUNT", help="What one trial takes of the cluster: cpu=2, gpu=0.5.")
@click.option("--retries", type=click.IntRange(0), help="Times that a trial runs again after its worker was lost.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Of proposals, weights and data.")
@click.option("--dashboard", is_flag=True, help="Open Optuna's dashboard over the storage, on this machine.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="Of the dashboard.")
@knob_option
@json_option
@limit_options
def command(spec: str | None, limits: Limits, settings: tuple[str, ...], as_json: bool, **options: Any) -> int:
    """Search variants of SPEC for the best by objectives that have to be measured.

    Axes are as those of sweep: width=0.5:2:0.05, kernels=[3,5],[3,7], rows.15.exp=480:960:16, or the name of a knob with choices.
    Variants outside of the budgets are rejected before anything is built, and equal networks are measured once. The same command
    goes on where it was stopped or killed; several may work at one storage at the same time.
    """
    if options["dashboard"]:
        return _dashboard(spec, options["storage"], options["port"])
    if spec is None:
        raise click.UsageError("Missing argument 'SPEC'.")
    from archdsl.explore.search.result import result
    from archdsl.explore.search.run import Search
    from archdsl.explore.search.storage import kept, memory, open_storage
    from archdsl.explore.search.study import open_study

    request = _request(spec, settings, limits, options)
    stem = Path(spec).stem
    # One network needs no file beside it.
    place = options["storage"] or ("" if len(request.space) == 1 else _storage_of(spec))
    name = options["study"] or request.name(stem)
    began = time.monotonic()
    with kept(place), _workers(request, options) as workers:
        study = open_study(open_storage(place) if place else memory(), name, request)
        search = Search(study, request, workers)
        with _progress(request) as watch:
            _run(search, watch, place)
        found = result(search.trials, request.aims, time.monotonic() - began)
    if not found.trials and found.failed:
        raise BackendError(f"no trial could be measured; the first: {found.failure}")
    if as_json:
        print_json({"study": name, "storage": _shown(place), "objectives": [str(aim) for aim in request.aims], **found.as_dict()})
    elif found.trials:
        _print(found, request, name, _shown(place))
    if found.trials:
        return 0
    click.echo(_nothing(found, request), err=True)
    return 3


def _run(search: Search, watch: Any, place: str) -> None:
    try:
        search.run(watch)
    except KeyboardInterrupt:
        if place:
            click.echo("stopped; the same command goes on with what was left", err=True)
        raise


def _request(spec: str, settings: tuple[str, ...], limits: Limits, options: dict[str, Any]) -> Request:
    from archdsl.explore.criteria.budget import parse_budgets
    from archdsl.explore.grid.axis import parse_axes
    from archdsl.explore.search.objectives import LATER, choose, cost_names, objectives
    from archdsl.explore.search.space import Space
    from archdsl.explore.search.storage import need_optuna
    from archdsl.explore.search.study import SAMPLERS, Request

    net = open_net(spec, settings, limits)
    aims = choose(options["usual"], options["minimize"], options["maximize"])
    measured = {*LATER, *(name for name in objectives() if name not in cost_names())}
    for text in (*options["most"], *options["least"]):
        if (cost := text.partition("=")[0].strip()) in measured:
            raise InputError(f"{cost} is known only when it has been measured; budgets bound costs: {', '.join(cost_names())}")
    budgets = parse_budgets(options["most"], options["least"], cost_names())
    if options["sampler"] not in SAMPLERS:
        raise InputError("; ".join(filter(None, unknown("sampler", options["sampler"], SAMPLERS))))
    axes = parse_axes(options["axes"], net.base)
    for axis in axes:
        if clash := set(axis.names) & set(net.settings):
            raise InputError(f"{clash.pop()} is an axis and set; leave one of the two out")
    need_optuna()
    return Request(net, Space(axes), tuple(aims), tuple(budgets), options["trials"], options["seed"], options["sampler"])


@contextmanager
def _workers(request: Request, options: dict[str, Any]) -> Iterator[Workers | None]:
    """What measures: nothing, where every objective is an exact cost; a cluster; or processes of this machine."""
    from archdsl.explore.search.measure import measure

    if options["resources"] and not options["cluster"]:
        raise click.UsageError("--resources are those of a cluster; give --cluster too")
    if all(aim.free for aim in request.aims):
        yield None
        return
    if options["cluster"]:
        from archdsl.explore import cluster

        resources = cluster.parse_resources(options["resources"]) if options["resources"] else None
        retries = cluster.RETRIES if options["retries"] is None else options["retries"]
        with cluster.connected(measure, options["cluster"], resources, retries, options["jobs"]) as workers:
            yield workers
        return
    from archdsl.explore import processes

    retries = processes.RETRIES if options["retries"] is None else options["retries"]
    local = processes.Processes(measure, options["jobs"] or os.cpu_count() or 1, retries)
    try:
        yield local
    finally:
        local.close()


@contextmanager
def _progress(request: Request) -> Iterator[Any]:
    """A bar on a terminal; what it is called with are the trials."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    err = Console(stderr=True)
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("", total=request.trials)

        def watch(trials: Any) -> None:
            words = f"{trials.rejected.total()} rejected, {len(trials.reused)} reused"
            bar.update(task, completed=len(trials.measured) + len(trials.failed), description=words)

        yield watch


def _print(found: Result, request: Request, name: str, place: str) -> None:
    from archdsl.cost.comparing.totals import in_words

    out = console()
    aims = [aim.name for aim in request.aims]
    knobs = [name for axis in request.space.axes for name in axis.names]
    costs = [cost for cost in dict.fromkeys(budget.cost for budget in request.budgets) if cost not in aims]
    head = ["trial", *knobs, *map(_head, request.aims), *costs]
    rows = [
        [
            str(v.trial),
            *(v.settings[knob] for knob in knobs),
            *(_number(aim, v.values[aim]) for aim in aims),
            *(in_words(cost, v.costs[cost]) for cost in costs),
        ]
        for v in found.front[:FRONT]
    ]
    title = f"{request.net.name}: the front" if len(aims) > 1 else f"{request.net.name}: the best"
    print_table(out, title, head, rows, [column for column in head if column not in knobs])
    if len(found.front) > FRONT:
        out.print(f"  … and {len(found.front) - FRONT} more; --json has them all")
    parts = [f"{found.trials} measured"]
    parts += [f"{count} {word}" for count, word in ((found.failed, "failed"), (found.reused, "reused")) if count]
    rejected = ", ".join(f"{count:,} {kind}" for kind, count in found.reasons.items())
    parts += [f"{found.rejected:,} rejected ({rejected})"] if rejected else []
    if found.points == len(request.space) > 1:
        parts.append(f"all {found.points:,} variants proposed")
    out.print(f"  {', '.join(parts)}; {found.seconds:.1f} s", soft_wrap=True)
    if found.failure:
        out.print(f"  first failure: {found.failure}", soft_wrap=True, markup=False)
    if place:
        out.print(f"  study {name} in {place}", soft_wrap=True, markup=False)


def _head(aim: Aim) -> str:
    """An objective with its unit and the way that is better."""
    unit = f" ({aim.objective.unit})" if aim.objective.unit else ""
    return f"{aim.name}{unit} {'↓' if aim.direction == 'minimize' else '↑'}"


def _number(aim: str, value: float) -> str:
    from archdsl.cost.comparing.totals import LATENCY, duration

    if aim.startswith(LATENCY):
        return duration(value)
    return f"{int(value):,}" if value.is_integer() and abs(value) < 2**53 else f"{value:,.4f}"


def _nothing(found: Result, request: Request) -> str:
    reasons = ", ".join(f"{count:,} {kind}" for kind, count in found.reasons.items())
    which = f"none of the {found.points:,} variants" if found.points == len(request.space) else "no variant"
    lines = [f"{which} is let through: {found.rejected:,} proposals rejected ({reasons})"]
    if found.nearest:
        lines.append(f"  nearest: {found.nearest}")
    return "\n".join(lines)


def _storage_of(spec: str) -> str:
    return f"{Path(spec).stem}.search.log"


def _shown(place: str) -> str:
    from archdsl.explore.search.storage import shown

    return shown(place)


def _dashboard(spec: str | None, storage: str | None, port: int) -> int:
    if spec is None and storage is None:
        raise click.UsageError("--dashboard needs a SPEC that was searched, or --storage")
    from archdsl.explore.search.dashboard import serve

    serve(storage or _storage_of(spec or ""), port)
    return 0
