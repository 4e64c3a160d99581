"""Which configurations one call calibrates, which file the device of each goes to, and whether each can be measured at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from itertools import islice
from pathlib import Path

from archdsl.artifacts import writable
from archdsl.cost.latency.devices import device_names
from archdsl.errors import BackendError, InputError
from archdsl.measure.bench import Asked
from archdsl.measure.calibrate.run import measured
from archdsl.measure.calibrate.synthetic import networks
from archdsl.measure.job import FLOAT32, Configuration
from archdsl.measure.runtimes import runtime_named

NAMED = ("runtime", "threads")
"""Fields of a configuration that are in the name of each file where there are several."""


def configurations(
    runtimes: Sequence[str], batches: tuple[int, ...], threads: tuple[int, ...], dtypes: tuple[str, ...] = (FLOAT32,)
) -> list[Configuration]:
    """Every runtime with every dtype, number of threads and batch, in this order.

    Raises:
        InputError: there is no runtime of a name, or it does not have a dtype.
    """
    asked = Asked(tuple(runtimes), batches, threads, dtypes=dtypes)
    return [at for word in dict.fromkeys(runtimes) for at in asked.configurations(runtime_named(word))]


def files(output: Path, wanted: Sequence[Configuration]) -> dict[Path, Configuration]:
    """The file of each configuration: `output` itself, or for several its name with what tells them apart behind it.

    `laptop.yaml` becomes `laptop-onnxruntime-2.yaml`, and `laptop-onnxruntime-2-batch16.yaml` where batches differ.

    Raises:
        InputError: a file cannot be written, or has the name of a shipped device.
    """
    if len(wanted) == 1:
        found = {output: wanted[0]}
    else:
        differs = [name for name in _differing(wanted) if name not in NAMED]
        found = {output.with_name("-".join([output.stem, *_words(at, differs)]) + output.suffix): at for at in wanted}
    for path in found:
        _fits(path)
    return found


def _differing(wanted: Sequence[Configuration]) -> list[str]:
    """Fields that are not the same in all configurations."""
    return [field.name for field in fields(Configuration) if len({getattr(at, field.name) for at in wanted}) > 1]


def _words(at: Configuration, differs: Sequence[str]) -> list[str]:
    """What a configuration is called in the name of a file; a number goes with what it is of, but for that of threads."""
    others = [(name, getattr(at, name)) for name in differs]
    named = [str(value) for value in (getattr(at, name) for name in NAMED) if value]  # a card has no threads
    return named + [f"{name if type(value) is int else ''}{value}" for name, value in others]


def _fits(path: Path) -> None:
    if path.stem in device_names():
        raise InputError(f"{path}: '{path.stem}' is the name of a shipped device; give the file another")
    if not path.absolute().parent.is_dir():
        raise InputError(f"{path} cannot be written: there is no folder {path.parent}")
    writable(path)


def attempt(wanted: Sequence[Configuration]) -> None:
    """Run a small network in each configuration, so that what is missing is told before anything is measured.

    Raises:
        BackendError: a runtime, or what writes its files, is not installed or does not run here; names all such configurations.
    """
    failed = []
    graphs = list(islice(networks(), 1))
    for at in wanted:
        try:
            measured(graphs, at, 0.0, visits=1)
        except BackendError as error:
            failed.append(error)
    if len(failed) == 1:
        raise failed[0]
    if failed:
        raise BackendError("\n".join(dict.fromkeys(map(str, failed))))
