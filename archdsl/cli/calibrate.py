"""`archdsl calibrate`."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archdsl.cli.common import json_option, print_json
from archdsl.cli.gathered import gathered, given
from archdsl.cli.progress import progress
from archdsl.cli.terminal import console
from archdsl.measure.job import FLOAT32

if TYPE_CHECKING:
    from archdsl.cost.latency.device import Device
    from archdsl.measure.calibrate.quality import Quality
    from archdsl.measure.job import Configuration

LEAST_SECONDS, SECONDS = 45, 120


@dataclass(frozen=True)
class Where:
    """The configuration that a device file is of."""

    runtime: str = given(
        click.option("--runtime", default="onnxruntime", show_default=True, metavar="NAME", help="What runs the networks.")
    )
    threads: int | None = given(
        click.option("--threads", type=click.IntRange(1), help="Of the runtime; as many as there are cores where not given.")
    )
    batch: int = given(click.option("--batch", default=1, show_default=True, type=click.IntRange(1), help="Images of one pass."))
    dtype: str = given(click.option("--dtype", default=FLOAT32, show_default=True, metavar="TYPE", help="Of weights and maps."))

    def configuration(self) -> Configuration:
        """The same as it is measured.

        Raises:
            InputError: there is no such runtime, or it does not have the dtype.
            BackendError: it is not installed, or its device is not there.
        """
        from archdsl.measure.machine import cores
        from archdsl.measure.runtimes import runtime_named

        runtime = runtime_named(self.runtime)
        at = runtime.at(self.batch, self.threads or cores(), self.dtype)
        runtime.require()
        return at


@click.command("calibrate")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="The device file: NAME.yaml.")
@gathered("where", Where)
@click.option("--seconds", default=SECONDS, show_default=True, type=click.IntRange(LEAST_SECONDS), help="For measuring, about.")
@click.option("--check", is_flag=True, help="Measure the zoo too, which the fit never sees, and note how near predictions are.")
@json_option
def command(output: Path, where: Where, seconds: int, check: bool, as_json: bool) -> None:
    """Measure synthetic networks on this machine and write a device file, which latencies are predicted from.

    Nothing else should run meanwhile. Predict with it: `archdsl cost SPEC --device NAME.yaml`, or the cost latency.NAME in sweep,
    solve, search and whatif.
    """
    from archdsl.artifacts import writable, write
    from archdsl.cost.latency.device_file import device_text
    from archdsl.cost.latency.devices import device_names
    from archdsl.errors import InputError
    from archdsl.measure.calibrate.run import VISITS, calibrate, count_of
    from archdsl.measure.card import Clocks

    if output.suffix not in (".yaml", ".yml"):
        raise click.UsageError(f"-o {output}: a device file ends in .yaml")
    if not re.fullmatch(r"[\w-]+", output.stem):
        raise click.UsageError(f"-o {output}: the name of a device is of letters, digits, - and _")
    if output.stem in device_names():
        raise InputError(f"{output}: '{output.stem}' is the name of a shipped device; give the file another")
    if not output.absolute().parent.is_dir():
        raise InputError(f"{output} cannot be written: there is no folder {output.parent}")
    writable(output)
    at = where.configuration()
    with progress("visits", VISITS * count_of(seconds), quiet=as_json) as step:
        clocks = Clocks(step)
        device, fit = calibrate(at, output.stem, seconds, clocks.step)
    held_out = _check(device, at, as_json) if check else None
    made = _described(device, at, fit, held_out, str(clocks))
    write(output, device_text(made))
    if as_json:
        entries = {"fit": fit.as_dict(), "held_out": held_out.as_dict() if held_out else None}
        print_json({"written": str(output), **made.as_dict(), **entries})
        return
    out = console()
    out.print(f"{output} is written: {made.heading}", markup=False, soft_wrap=True)
    for line in made.trust():
        out.print(f"  {line}", markup=False, soft_wrap=True)


def _check(device: Device, at: Configuration, quiet: bool) -> Quality:
    from archdsl.measure.calibrate.check import check
    from archdsl.measure.calibrate.run import VISITS
    from archdsl.spec.locate import zoo_names

    names = zoo_names()
    with progress("visits to the zoo", VISITS * len(names), quiet=quiet) as step:
        return check(device, at, names, step).quality


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
