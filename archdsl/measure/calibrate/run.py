"""Calibration: synthetic networks are measured in a runtime, and the device is fitted that explains their times.

How many channels the processor takes at once is found by trying: the block that fits best is kept.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from statistics import median

import numpy as np

from archdsl.cost.counting.bill import Bill
from archdsl.cost.latency.device import ANY, FEMTOSECONDS, Device, Terms
from archdsl.cost.latency.predict import latency
from archdsl.errors import BackendError
from archdsl.ir.graph import Graph
from archdsl.measure.calibrate.fit import Array, fit
from archdsl.measure.calibrate.networks import networks
from archdsl.measure.calibrate.quality import Quality, quality
from archdsl.measure.calibrate.regressors import Laid, Regressors, regressors
from archdsl.measure.runtimes import MODULE, Runtime
from archdsl.measure.timing import measure_groups

BLOCKS = (16, 8, 1)
"""Channels that vector units of 512, 256 and fewer bits take at once."""
SECONDS = 90.0
EACH = 0.3
"""Seconds for each network, with reading and compiling it."""
TIMED = 0.1
"""Seconds of these in which it is timed."""
FEWEST = 40
PARTS = 5
"""That the networks are dealt out to, each predicted from a fit to the others."""
VISITS = 2
TOGETHER = 2
"""Networks that run in turn, A B A B, so that each finds the caches full of another."""
WARMUP = 2
AT_ONCE = 100
"""Networks whose files are on disk at the same time."""

Step = Callable[[int], None]


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
    """The device that explains the times of networks best, in whole femtoseconds, and how well such a fit predicts others."""
    wanted, laid = np.array(times), [Laid.out(graph) for graph in graphs]
    best: tuple[float, int, Regressors, Array] | None = None
    for block in BLOCKS:
        made = regressors(laid, batch, block)
        coefficients = fit(made.work, wanted)
        off = np.sort(np.abs(made.work @ coefficients / wanted - 1))
        error = float(off[: -(-len(off) * 9 // 10)].mean())  # what was disturbed while it was measured decides nothing
        if best is None or error < best[0]:
            best = error, block, made, coefficients
    assert best is not None
    _, block, made, coefficients = best
    device = Device(name, _terms(made, coefficients), block, batch)
    return device, quality(_unseen(made, wanted).tolist(), times)


def _unseen(made: Regressors, times: Array) -> Array:
    """Each network predicted from a fit to the others: a fit to few networks explains those and no others."""
    found = np.zeros(len(times))
    for part in range(PARTS):
        out = np.arange(len(times)) % PARTS == part
        found[out] = made.work[out] @ fit(made.work[~out], times[~out])
    return found


def predicted(graph: Graph, device: Device) -> float:
    """Seconds of a network on a device."""
    return float(latency(Bill(graph), device).total) / FEMTOSECONDS


def _terms(made: Regressors, coefficients: Array) -> dict[str, Terms]:
    terms: dict[str, Terms] = {}
    for (kind, unit), value in zip(made.columns, coefficients.tolist(), strict=True):
        whole = round(value * FEMTOSECONDS)
        terms[kind] = (*terms.get(kind, ()), *([(unit, whole)] if whole else []))
    terms.setdefault("pass", ())
    terms.setdefault(ANY, terms.get("relu", ()))
    return terms


def measured(
    graphs: Sequence[Graph], runtime: Runtime, threads: int, batch: int, seconds: float, step: Step | None = None
) -> list[float]:
    """Seconds of one forward pass of each network: the median of many, on the better of several visits.

    Visits to a network lie far apart, so that what disturbs the machine for a while does not disturb all of them.

    Args:
        seconds: for each network, all visits together.
        step: told how many visits are done.
    """
    runtime.require(writing=runtime.form == MODULE)
    visits: list[list[float]] = []
    for _ in range(VISITS):
        times: list[float] = []
        for start in range(0, len(graphs), AT_ONCE):
            part = graphs[start : start + AT_ONCE]
            times += _visit(part, runtime, threads, batch, seconds / VISITS, step)
        visits.append(times)
    return [min(times) for times in zip(*visits, strict=True)]


def _visit(graphs: Sequence[Graph], runtime: Runtime, threads: int, batch: int, seconds: float, step: Step | None) -> list[float]:
    with tempfile.TemporaryDirectory(prefix="archdsl-") as folder:
        files = {str(number): _write(graph, runtime, Path(folder) / str(number)) for number, graph in enumerate(graphs)}
        shapes = {str(number): tuple(graph.input.shape) for number, graph in enumerate(graphs)}
        names = list(files)
        groups = [{name: files[name] for name in names[at : at + TOGETHER]} for at in range(0, len(names), TOGETHER)]
        found = measure_groups(groups, shapes, runtime.word, batch, threads, seconds=seconds * TOGETHER, warmup=WARMUP, step=step)
    return [median(timing.seconds) for group in found for timing in group]


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
    from archdsl.compilers.onnx_direct import onnx_model

    path = path.with_suffix(".onnx")
    path.write_bytes(onnx_model(graph).SerializeToString())
    return path
