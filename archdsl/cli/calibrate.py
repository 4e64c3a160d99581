"""`archdsl calibrate`."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archdsl.cli.common import json_option, print_json
from archdsl.cli.gathered import gathered, given
from archdsl.cli.measuring import Numbers, runtimes_text, words
from archdsl.cli.progress import progress
from archdsl.cli.terminal import console
from archdsl.measure.job import FLOAT32

if TYPE_CHECKING:
    from archdsl.cost.latency.device import Device
    from archdsl.measure.calibrate.quality import Quality
    from archdsl.measure.job import Configuration

LEAST_SECONDS, SECONDS = 45, 150


@dataclass(frozen=True)
class Calibrating:
    """What was asked for on the command line."""

    runtime: str = given(
        click.option("--runtime", default="onnxruntime", show_default=True, metavar="NAME,...", help="What runs the networks.")
    )
    threads: tuple[int, ...] | None = given(
        click.option("--threads", type=Numbers(), metavar="N,...", help="Threads of a runtime. [default: all cores]")
    )
    batch: tuple[int, ...] = given(
        click.option("--batch", type=Numbers(), default="1", show_default=True, metavar="N,...", help="Images of one pass.")
    )
    dtype: str = given(
        click.option("--dtype", default=FLOAT32, show_default=True, metavar="TYPE,...", help="Of weights and maps.")
    )
    seconds: int = given(
        click.option(
            "--seconds", default=SECONDS, show_default=True, type=click.IntRange(LEAST_SECONDS), help="For each device, about."
        )
    )
    check: bool = given(
        click.option(
            "--check", is_flag=True, help="Measure the zoo too, which the fit never sees, and note how near predictions are."
        )
    )

    def configurations(self) -> list[Configuration]:
        """Every runtime with every dtype, number of threads and batch."""
        from archdsl.measure.calibrate.plan import configurations
        from archdsl.measure.machine import cores

        return configurations(
            words("--runtime", self.runtime), self.batch, self.threads or (cores(),), words("--dtype", self.dtype)
        )


@click.command("calibrate", epilog=runtimes_text())
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="The device file: NAME.yaml.")
@gathered("calibrating", Calibrating)
@json_option
def command(output: Path, calibrating: Calibrating, as_json: bool) -> None:
    """Measure synthetic networks on this machine and write a device file, which latencies are predicted from.

    Several runtimes, threads or batches give a file each: NAME-RUNTIME-THREADS.yaml. A file is written as soon as its device is
    measured; an interrupt keeps those that are.

    Nothing else should run meanwhile. Predict with a file: `archdsl cost SPEC --device NAME.yaml`, or the cost latency.NAME in sweep,
    solve, search and whatif.
    """
    from archdsl.measure.calibrate.plan import attempt, files

    if output.suffix not in (".yaml", ".yml"):
        raise click.UsageError(f"-o {output}: a device file ends in .yaml")
    if not re.fullmatch(r"[\w-]+", output.stem):
        raise click.UsageError(f"-o {output}: the name of a device is of letters, digits, - and _")
    planned = files(output, calibrating.configurations())
    if len(planned) > 1:
        attempt(list(planned.values()))
    done: list[dict[str, Any]] = []
    try:
        for path, at in planned.items():
            done.append(_one(path, at, calibrating, as_json))
    except KeyboardInterrupt:
        if done:
            click.echo(f"kept: {', '.join(entry['written'] for entry in done)}", err=True)
        raise
    if as_json:
        print_json(done[0] if len(planned) == 1 else {"devices": done})


def _one(path: Path, at: Configuration, asked: Calibrating, as_json: bool) -> dict[str, Any]:
    """Measure one configuration and write its file. Gives what `--json` says of it."""
    from archdsl.artifacts import write
    from archdsl.cost.latency.device_file import device_text
    from archdsl.measure.calibrate.run import calibrate, visits
    from archdsl.measure.card import Clocks

    with progress(f"visits, {at}", visits(asked.seconds), quiet=as_json) as step:
        clocks = Clocks(step)
        device, fit = calibrate(at, path.stem, asked.seconds, clocks.step)
    held_out = _check(device, at, as_json) if asked.check else None
    made = _described(device, at, fit, held_out, str(clocks))
    write(path, device_text(made))
    if not as_json:
        out = console()
        out.print(f"{path} is written: {made.heading}", markup=False, soft_wrap=True)
        for line in made.trust():
            out.print(f"  {line}", markup=False, soft_wrap=True)
    entries = {"fit": fit.as_dict(), "held_out": held_out.as_dict() if held_out else None}
    return {"written": str(path), **made.as_dict(), **entries}


def _check(device: Device, at: Configuration, quiet: bool) -> Quality:
    from archdsl.measure.calibrate.check import at_sizes, check
    from archdsl.measure.calibrate.run import VISITS
    from archdsl.spec.locate import zoo_names

    networks = at_sizes(zoo_names())
    with progress("visits to the zoo", VISITS * len(networks), quiet=quiet) as step:
        return check(device, at, networks, step).quality


def _described(device: Device, at: Configuration, fit: Quality, held_out: Quality | None, clocks: str) -> Device:
    """The device with what its file says of how it was made.

    Args:
        clocks: of the card meanwhile.
    """
    from dataclasses import replace

    from archdsl.measure.machine import machine_of

    here = machine_of(at.runtime)
    card = [str(here.card), f"clocks {clocks or 'not known'}"] if here.card else []
    about = {
        "machine": ", ".join([*card, f"{here.processor}, {here.cores} core{'s' if here.cores != 1 else ''}, {here.system}"]),
        "runtime": at.runtime,
        **({"threads": str(at.threads)} if at.threads else {}),
        **({"dtype": at.dtype} if at.dtype != FLOAT32 else {}),
        "batch": str(at.batch),
        "versions": ", ".join(f"{name} {version}" for name, version in here.versions.items()),
        "date": datetime.date.today().isoformat(),
        "fit": str(fit),
    }
    if held_out:
        about["held out"] = f"{held_out}; networks of the zoo"
    return replace(device, about=about)
