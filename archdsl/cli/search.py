"""`archdsl search`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
from archdsl.cli.terminal import console, echo
from archdsl.ir.limits import Limits

if TYPE_CHECKING:
    from archdsl.explore.accuracy import Accuracy
    from archdsl.explore.search.ask import Length
    from archdsl.explore.search.run import Watch
    from archdsl.explore.search.study import Request
    from archdsl.explore.search.trials import Trials


@dataclass(frozen=True)
class Wanted:
    """What is searched for."""

    usual: tuple[str, ...] = given(
        click.option(
            "--objective", "usual", multiple=True, metavar="NAME", help="Measure and improve this, the way that is better."
        )
    )
    minimize: tuple[str, ...] = given(
        click.option(
            "--minimize", multiple=True, metavar="NAME", help="An objective, or any cost: params, macs, flops.thop, peak ..."
        )
    )
    maximize: tuple[str, ...] = given(click.option("--maximize", multiple=True, metavar="NAME", help="The same the other way."))
    most: tuple[str, ...] = given(
        click.option("--max", "most", multiple=True, metavar="COST=SIZE", help="Reject what costs more: macs=118M.")
    )
    least: tuple[str, ...] = given(
        click.option("--min", "least", multiple=True, metavar="COST=SIZE", help="Reject what costs less.")
    )
    batch: int = given(batch_option)
    dtype: str = given(dtype_option)
    trials: int = given(
        click.option(
            "--trials",
            default=100,
            show_default=True,
            type=click.IntRange(1),
            help="Networks to measure in all, earlier runs too.",
        )
    )
    sampler: str = given(
        click.option("--sampler", default="auto", show_default=True, metavar="NAME", help="tpe, nsga2, random, or auto.")
    )
    seed: int = given(
        click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Of proposals, weights and data.")
    )

    seconds: float | None = given(
        click.option(
            "--seconds", type=click.FloatRange(0, min_open=True), metavar="S", help="Propose nothing more after that time."
        )
    )

    @property
    def length(self) -> Length:
        """How long the search is."""
        from archdsl.explore.search.ask import Length

        return Length(self.trials, self.seed, self.sampler, self.seconds)


@dataclass(frozen=True)
class Learning:
    """How networks are trained, where their accuracy is an objective."""

    data: str | None = given(
        click.option("--data", metavar="NAME[:DIR]", help="For accuracy: as that of train. [default: digits]")
    )
    recipe: str | None = given(click.option("--recipe", metavar="NAME", help="For accuracy: as that of train. [default: short]"))
    fields: tuple[str, ...] = given(
        click.option(
            "--train", "fields", multiple=True, metavar="FIELD=VALUE", help="For accuracy: fields of the recipe, epochs=4."
        )
    )
    subset: int | None = given(
        click.option("--subset", type=click.IntRange(1), metavar="N", help="For accuracy: train on N images.")
    )

    def accuracy(self, aims: tuple[str, ...]) -> Accuracy | None:
        """The objective; None where it is not asked for. Raises UsageError for options of it then."""
        from archdsl.explore.accuracy import Accuracy, changed
        from archdsl.spec.settings import parse_settings

        if Accuracy.name in aims:
            return changed(Accuracy(), self.data, self.recipe, parse_settings(self.fields, "--train"), self.subset)
        for option, value in (
            ("--data", self.data),
            ("--recipe", self.recipe),
            ("--train", self.fields),
            ("--subset", self.subset),
        ):
            if value:
                raise click.UsageError(f"{option} is for --objective accuracy")
        return None


@dataclass(frozen=True)
class Place:
    """Where the study is kept, and whether it is only to be looked at."""

    storage: str | None = given(
        click.option(
            "--storage", metavar="FILE|URL", help="Journal file or database of the study; SPEC.search.log where not given."
        )
    )
    study: str | None = given(
        click.option("--study", metavar="NAME", help="Name of the study; one for each different search where not given.")
    )
    dashboard: bool = given(
        click.option("--dashboard", is_flag=True, help="Open Optuna's dashboard over the storage, on this machine.")
    )
    port: int = given(
        click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="Of the dashboard.")
    )


@dataclass(frozen=True)
class Measuring:
    """Where networks are measured."""

    jobs: int | None = given(
        click.option(
            "--jobs", type=click.IntRange(1), help="Networks to measure at once; one for each processor where not given."
        )
    )
    cluster: str | None = given(
        click.option("--cluster", metavar="ADDRESS", help="Measure on a Ray cluster: auto, ray://host:10001, or host:port.")
    )
    resources: tuple[str, ...] = given(
        click.option(
            "--resources", multiple=True, metavar="NAME=AMOUNT", help="What one trial takes of the cluster: cpu=2, gpu=0.5."
        )
    )
    retries: int | None = given(
        click.option("--retries", type=click.IntRange(0), help="Times that a trial runs again after its worker was lost.")
    )


@dataclass(frozen=True)
class Base:
    """The network whose variants are searched."""

    spec: str | None = given(click.argument("spec", metavar="SPEC", required=False))
    axes: tuple[str, ...] = given(click.argument("axes", metavar="KNOB=VALUES...", nargs=-1))
    settings: tuple[str, ...] = given(knob_option)


@click.command("search")
@gathered("base", Base)
@gathered("wanted", Wanted)
@gathered("learning", Learning)
@gathered("place", Place)
@gathered("measuring", Measuring)
@json_option
@limit_options
def command(
    base: Base, wanted: Wanted, learning: Learning, place: Place, measuring: Measuring, as_json: bool, limits: Limits
) -> int:
    """Search variants of SPEC for the best by objectives that have to be measured.

    Axes are as those of sweep: width=0.5:2:0.05, kernels=[3,5],[3,7], rows.15.exp=480:960:16, or the name of a knob with choices.
    Variants outside the budgets are rejected before anything is built, and equal networks are measured once. The same command
    goes on where it was stopped or killed; several may work at one storage at the same time.
    """
    if place.dashboard:
        return _dashboard(base.spec, place)
    if base.spec is None:
        raise click.UsageError("Missing argument 'SPEC'.")
    from archdsl.explore.grid.axis import parse_axes
    from archdsl.explore.search.ask import Labour, request, search
    from archdsl.explore.search.objectives import choose
    from archdsl.explore.search.storage import shown
    from archdsl.train.data import open_data
    from archdsl.train.prepare import suited

    if measuring.resources and not measuring.cluster:
        raise click.UsageError("--resources are those of a cluster; give --cluster too")
    net = counted(open_net(base.spec, base.settings, limits), wanted)
    accuracy = learning.accuracy((*wanted.usual, *wanted.minimize, *wanted.maximize))
    aims = choose(wanted.usual, wanted.minimize, wanted.maximize, accuracy=accuracy)
    axes = parse_axes(base.axes, net.base, net.settings)
    if accuracy is not None:  # so that costs are of what is trained
        net = suited(net, open_data(accuracy.data), {name for axis in axes for name in axis.names})
    asked = request(net, axes, aims, wanted.most, wanted.least, wanted.length)
    # One network needs no file beside it.
    where = place.storage or ("" if asked.space.size == 1 else _storage_of(base.spec))
    name = place.study or asked.name(stem_of(base.spec))
    try:
        found = search(asked, name, where, Labour(**vars(measuring)), _progress(asked))
    except KeyboardInterrupt:
        if where:
            echo("stopped; the same command goes on with what was left", err=True)
        raise
    if as_json:
        about = {"study": name, "storage": shown(where), "objectives": [str(aim) for aim in aims]}
        print_json({**about, **found.as_dict()})
    elif found:
        print_result(console(), found)
    if found:
        return 0
    echo("\n  ".join(found.notes()), err=True)
    return 3


@contextmanager
def _progress(request: Request) -> Iterator[Watch]:
    """A bar on a terminal; what is yielded is told of the trials."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    err = Console(stderr=True)
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("", total=request.trials)

        def watch(trials: Trials) -> None:
            halved = f"{len(trials.halved)} given up early, " if trials.halved else ""
            words = f"{halved}{trials.rejected.total()} rejected, {len(trials.reused)} reused"
            bar.update(task, completed=len(trials.measured) + len(trials.halved) + len(trials.failed), description=words)

        yield watch


def _dashboard(spec: str | None, place: Place) -> int:
    if spec is None and place.storage is None:
        raise click.UsageError("--dashboard needs a SPEC that was searched, or --storage")
    from archdsl.explore.search.dashboard import serve

    serve(place.storage or _storage_of(spec or ""), place.port, echo)
    return 0


def _storage_of(spec: str) -> str:
    return f"{stem_of(spec)}.search.log"
