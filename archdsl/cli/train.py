"""`archdsl train`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from archdsl.cli.common import STDIN, json_option, knob_option, open_net, print_json, stem_of
from archdsl.cli.gathered import gathered, given
from archdsl.cli.terminal import echo
from archdsl.cli.train_compare import side_by_side
from archdsl.cli.training import DATA, Shown, Training, placed, speaks, stopping
from archdsl.errors import InputError

if TYPE_CHECKING:
    from archdsl.train.record import Record
    from archdsl.train.run import Asked


AUTO = "auto"


@dataclass(frozen=True)
class Single:
    """Which run."""

    data: str = given(click.option("--data", metavar="NAME[:DIR]", default="digits", show_default=True, help=DATA))
    recipe: str = given(
        click.option("--recipe", default="short", show_default=True, help="A shipped recipe (paper, short), or a YAML file.")
    )
    seed: int = given(
        click.option(
            "--seed", type=click.IntRange(0, 2**31), default=0, show_default=True, help="Of weights, order, crops and dropout."
        )
    )
    batch: str | None = given(
        click.option("--batch", metavar="N|auto", help="Images of a step; auto: the largest batch that fits into memory.")
    )
    output: Path | None = given(
        click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder of the run. [default: runs/SPEC-DATA-SEED]")
    )
    resume: Path | None = given(
        click.option("--resume", type=click.Path(path_type=Path), metavar="DIR", help="Go on with the run of a folder.")
    )


@click.command("train")
@click.argument("specs", metavar="[SPEC]...", nargs=-1)
@click.option(
    "--compare", is_flag=True, help="Train every SPEC, and put them side by side: a table, and a plot of accuracy over cost."
)
@click.option("--seeds", type=click.IntRange(1), default=1, show_default=True, help="With --compare, runs of each SPEC.")
@gathered("single", Single)
@gathered("training", Training)
@knob_option
@json_option
def command(
    specs: tuple[str, ...],
    compare: bool,
    seeds: int,
    single: Single,
    training: Training,
    settings: tuple[str, ...],
    as_json: bool,
) -> int:
    """Train SPEC on images. --set changes knobs of the network, and fields of the recipe: lr=0.05, epochs=30.

    The folder of a run holds a checkpoint, the record, files for TensorBoard, a report, and at the end weights that `export --weights`
    and `featuremaps --weights` take. Interrupted, it goes on by --resume as if it had never stopped. Under torchrun, several processes
    share each batch.
    """
    if single.resume is not None:
        if specs or compare:
            raise click.UsageError("--resume knows its SPEC")
        if others := [option for option in given_options() if option not in ("--resume", "--json")]:
            raise click.UsageError(f"{others[0]}: a run goes on as it began; what is other is a new run")
    if not specs and single.resume is None:
        raise click.UsageError("give a SPEC, or --resume with the folder of a run")
    if not compare and (len(specs) > 1 or seeds > 1):
        raise click.UsageError(f"{'several SPECs' if len(specs) > 1 else '--seeds'} are for --compare")
    if single.batch == AUTO and (compare or single.resume is not None):
        raise click.UsageError("--batch auto is for one new run; runs that are compared have the same batch")
    from archdsl.train.conduct import Conductor

    with stopping() as stop:
        shown = Shown(stop, quiet=as_json)
        conductor = Conductor(lambda name, knobs: open_net(name, knobs), shown.of)
        try:
            if compare:
                chosen = [_asked(spec, single, training, settings) for spec in specs]
                return side_by_side(chosen, seeds, single.output, conductor, as_json)
            if single.resume is not None:
                folder = single.resume
                found = conductor.go_on(folder)
            else:
                asked = _asked(specs[0], single, training, settings)
                folder = single.output or Path("runs") / f"{stem_of(specs[0])}-{single.data.partition(':')[0]}-{single.seed}"
                found = conductor.train(asked, folder, largest=single.batch == AUTO)
        finally:
            shown.close()
    if as_json and speaks():
        print_json(found.as_dict())
    return _said(found, folder, as_json or not speaks())


def given_options() -> list[str]:
    """Options that stand on the command line."""
    here = click.get_current_context()
    named = [one for one in here.command.params if isinstance(one, click.Option) and one.name is not None]
    return [one.opts[-1] for one in named if here.get_parameter_source(one.name or "") is ParameterSource.COMMANDLINE]


def _said(found: Record, folder: Path, quiet: bool) -> int:
    """The last lines of a run; the exit code."""
    if found.final is None:
        if speaks():
            echo(f"stopped; archdsl train --resume {folder} goes on", err=True)
        return 130
    if not quiet:
        echo(f"  test: top-1 {found.final.top1:.2%}, top-5 {found.final.top5:.2%}, loss {found.final.loss:.3f}")
        echo(f"  written   {folder}")
    return 0


def _asked(spec: str, single: Single, training: Training, settings: tuple[str, ...]) -> Asked:
    from archdsl.train.recipe import load_recipe
    from archdsl.train.run import Asked

    if spec == STDIN:
        raise InputError("a run goes on with its spec, and standard input is gone by then; write the spec to a file")
    if single.batch not in (None, AUTO):
        settings = (*settings, f"batch={single.batch}")
    knobs, fields = apart(spec, settings)
    return Asked(
        str(Path(spec).resolve()) if Path(spec).is_file() else spec,
        knobs,
        placed(single.data),
        load_recipe(single.recipe).changed(fields),
        single.seed,
        subset=training.subset,
        device=training.device,
        workers=training.workers,
        capture=training.capture,
        test_every=training.test_every,
        keep_seconds=training.keep_seconds,
    )


def apart(spec: str, settings: tuple[str, ...]) -> tuple[tuple[str, ...], dict[str, object]]:
    """What --set says of the network, as it was typed, and of the recipe. A name that both have, such as dropout, is for both.

    Raises:
        InputError: a name that is neither; names the near miss of both.
    """
    from archdsl.spec.settings import parse_settings
    from archdsl.train.rules import RULES, hint

    known = set(open_net(spec, ()).spec.knobs)
    knobs, fields = [], {}
    for text in settings:
        ((name, value),) = parse_settings([text]).items()
        plain = name.replace("-", "_").isidentifier()
        if plain and name not in known and name not in RULES:
            near = hint(name, known)
            raise InputError(f"--set: '{name}' is no knob of {spec} and no field of a recipe" + (f"; {near}" if near else ""))
        if name in RULES:
            fields[name] = value
        if name in known or not plain:
            knobs.append(text)
    return tuple(knobs), fields
