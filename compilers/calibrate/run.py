"""Calibration: synthetic networks are measured in a runtime, and the device is fitted that explains their times.

How many channels the processor takes at once is found by trying: the block that fits best is kept.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from statistics import median
from typing import TypeVar

import numpy as np

from archdsl.compilers.calibrate.design import Design, design
from archdsl.compilers.calibrate.fit import Array, fit
from archdsl.compilers.calibrate.networks import networks
from archdsl.compilers.calibrate.quality import Quality, quality
from archdsl.compilers.measure.runtimes import MODULE, Runtime
from archdsl.compilers.measure.timing import measure_groups
from archdsl.cost.bill import Bill
from archdsl.cost.device import ANY, FEMTOSECONDS, Device, Terms
from archdsl.cost.latency import latency
from archdsl.errors import BackendError
from archdsl.ir.graph import Graph

BLOCKS = (16, 8, 1)
"""Channels that vector units of 512, 256 and fewer bits take at once."""
SECONDS = 60.0
EACH = 0.2
"""Seconds for each network, with reading and compiling it."""
TIMED = 0.1
"""Seconds of these in which it is timed."""
FEWEST = 40
TOGETHER = 2
"""Networks that run in turn, A B A B, so that each finds the caches full of another."""
WARMUP = 2
AT_ONCE = 60
"""Networks whose files are on disk at the same time."""

Step = Callable[[int], None]
_T = TypeVar("_T")


def calibrate(
    runtime: Runtime, name: str, threads: int, batch: int = 1, seconds: float = SECONDS, step: Step | None = None
) -> tuple[Device, Quality]:
    """Measure and fit.

    Args:
        name: of the device.
        seconds: that it may take, about. Fewer than 9 give too few networks to tell all kinds of layers apart.

    Raises:
        BackendError: the runtime, or what writes its files, is not installed.
    """
    graphs = list(islice(networks(), count_of(seconds)))
    times = measured(graphs, runtime, threads, batch, TIMED, step)
    return fitted(graphs, times, name, batch)


def count_of(seconds: float) -> int:
    """Networks that fit into a time."""
    return max(FEWEST, int(seconds / EACH))


def fitted(graphs: Sequence[Graph], times: Sequence[float], name: str, batch: int) -> tuple[Device, Quality]:
    """The device that explains the times of networks best, its coefficients whole femtoseconds, and how well it does."""
    found = [_device(design(graphs, batch, block), np.array(times), name, batch, block) for block in BLOCKS]
    return min(
        ((device, quality([predicted(graph, device) for graph in graphs], times)) for device in found), key=lambda f: f[1].error
    )


def predicted(graph: Graph, device: Device) -> float:
    """Seconds of a network on a device."""
    return float(latency(Bill(graph), device).total) / FEMTOSECONDS


def _device(made: Design, times: Array, name: str, batch: int, block: int) -> Device:
    coefficients = fit(made.work, times)
    terms: dict[str, Terms] = {}
    for (kind, unit), value in zip(made.columns, coefficients.tolist(), strict=True):
        whole = round(value * FEMTOSECONDS)
        terms[kind] = (*terms.get(kind, ()), *([(unit, whole)] if whole else []))
    terms.setdefault("pass", ())
    terms.setdefault(ANY, terms.get("relu", ()))
    return Device(name, terms, block, batch)


def measured(
    graphs: Sequence[Graph], runtime: Runtime, threads: int, batch: int, seconds: float, step: Step | None = None
) -> list[float]:
    """Median seconds of one forward pass of each network, a few in turn at a time."""
    runtime.require(writing=runtime.form == MODULE)
    times: list[float] = []
    for part in _parts(graphs, AT_ONCE):
        with tempfile.TemporaryDirectory(prefix="archdsl-") as folder:
            files = {str(number): _write(graph, runtime, Path(folder) / str(number)) for number, graph in enumerate(part)}
            shapes = {str(number): tuple(graph.input.shape) for number, graph in enumerate(part)}
            together = [dict(group) for group in _parts(list(files.items()), TOGETHER)]
            budget = seconds * TOGETHER
            for timings in measure_groups(
                together, shapes, runtime.word, batch, threads, seconds=budget, warmup=WARMUP, step=step
            ):
                times += [median(timing.seconds) for timing in timings]
    return times


def _write(graph: Graph, runtime: Runtime, path: Path) -> Path:
    """A network with random weights in a form that a runtime reads, without checks that take longer than the measurement."""
    if runtime.form == MODULE:
        import torch

        from archdsl.compilers.torch import compile

        path = path.with_suffix(".pt")
        torch.save(compile(graph).eval(), path)
        return path
    if ".onnx" not in runtime.suffixes:
        raise BackendError(f"calibration writes modules and ONNX files, which {runtime.word} does not read")
    from archdsl.compilers.sketch import onnx_model

    path = path.with_suffix(".onnx")
    path.write_bytes(onnx_model(graph).SerializeToString())
    return path


def _parts(items: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
