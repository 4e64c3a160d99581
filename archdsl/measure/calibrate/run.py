"""Calibration: synthetic networks are measured in a runtime, and a device is fitted that explains their times.

How many channels the processor takes at once is found by trying: the block that fits best is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from statistics import median

import numpy as np

from archdsl.artifacts import scratch
from archdsl.cost.counting.bill import Bill
from archdsl.cost.latency.device import ANY, FEMTOSECONDS, Device
from archdsl.cost.latency.predict import latency
from archdsl.ir.graph import Graph
from archdsl.measure.calibrate.fit import Array, fit
from archdsl.measure.calibrate.quality import Quality, quality
from archdsl.measure.calibrate.regressors import Regressors, Sample, regressors
from archdsl.measure.calibrate.synthetic import networks
from archdsl.measure.files import write_graph
from archdsl.measure.job import Configuration, Rounds, Step
from archdsl.measure.process import measure_groups
from archdsl.measure.runtimes import runtime_named
from archdsl.measure.runtimes.runtime import MODULE

BLOCKS = (16, 8, 1)
"""Channels that vector units of 512, 256 and fewer bits take at once."""
SECONDS = 120.0
"""For all of a calibration: as many networks as give one and a half for each of the 250 coefficients or so."""
EACH = 0.3
"""Seconds for each network, with reading and compiling it."""
TIMED = 0.1
"""Seconds of these in which it is timed."""
FEWEST = 40
"""Networks, however little time there is."""
PARTS = 5
"""Into which the networks are dealt out, each predicted from a fit to the others."""
VISITS = 2
"""To each network."""
TOGETHER = 2
"""Networks that run in turn, A B A B, so that each finds the caches full of another."""
WARMUP = 2
AT_ONCE = 100
"""Networks whose files are on disk at the same time, where files hold weights."""


def calibrate(at: Configuration, name: str, seconds: float = SECONDS, step: Step | None = None) -> tuple[Device, Quality]:
    """Measure and fit.

    Args:
        at: the configuration that the device is of.
        name: of the device.
        seconds: that it may take, about. Fewer than 45 give too few networks to tell all kinds of layers apart.

    Raises:
        InputError: there is no such runtime.
        BackendError: the runtime, or what writes its files, is not installed.
    """
    graphs = list(islice(networks(), count_of(seconds)))
    times = measured(graphs, at, TIMED, step)
    return fitted(graphs, times, name, at.batch)


def count_of(seconds: float) -> int:
    """Networks that fit into a time."""
    return max(FEWEST, int(seconds / EACH))


def fitted(graphs: Sequence[Graph], times: Sequence[float], name: str, batch: int) -> tuple[Device, Quality]:
    """The device that explains the times of networks best, in whole femtoseconds, and how well such a fit predicts others."""
    wanted, samples = np.array(times), [Sample.of(graph) for graph in graphs]
    best: tuple[float, int, Regressors, Array] | None = None
    for block in BLOCKS:
        made = regressors(samples, batch, block)
        coefficients = fit(made.work, wanted)
        off = np.sort(np.abs(made.work @ coefficients / wanted - 1))
        error = float(off[: -(-len(off) * 9 // 10)].mean())  # what was disturbed while it was measured decides nothing
        if best is None or error < best[0]:
            best = error, block, made, coefficients
    assert best is not None
    _, block, made, coefficients = best
    device = Device(name, _femtoseconds(made, coefficients), block, batch)
    return device, quality(_unseen(made, wanted, coefficients).tolist(), times)


def _unseen(made: Regressors, times: Array, near: Array) -> Array:
    """Each network predicted from a fit to the others: a fit to few networks explains those and no others."""
    found = np.zeros(len(times))
    for part in range(PARTS):
        out = np.arange(len(times)) % PARTS == part
        found[out] = made.work[out] @ fit(made.work[~out], times[~out], start=near)
    return found


def predicted(graph: Graph, device: Device) -> float:
    """Seconds of a network on a device."""
    return float(latency(Bill(graph), device).total) / FEMTOSECONDS


def _femtoseconds(made: Regressors, coefficients: Array) -> dict[str, tuple[tuple[str, int], ...]]:
    """What a device says of each kind: units of work and the whole femtoseconds of each, without those that round to none."""
    found: dict[str, tuple[tuple[str, int], ...]] = {}
    for (kind, unit), value in zip(made.columns, coefficients.tolist(), strict=True):
        whole = round(value * FEMTOSECONDS)
        found[kind] = (*found.get(kind, ()), *([(unit, whole)] if whole else []))
    found.setdefault("pass", ())
    found.setdefault(ANY, found.get("relu", ()))
    return found


def measured(graphs: Sequence[Graph], at: Configuration, seconds: float, step: Step | None = None) -> list[float]:
    """Seconds of one forward pass of each network: the median of many, on the better of several visits.

    Visits to a network lie far apart, so that what disturbs the machine for a while does not disturb all of them.

    Args:
        seconds: for each network, all visits together.
        step: told how many visits are done.
    """
    rounds = Rounds(seconds=seconds / VISITS * TOGETHER, warmup=WARMUP)
    visits: list[list[float]] = []
    at_once = len(graphs) if runtime_named(at.runtime).form == MODULE else AT_ONCE
    for _ in range(VISITS):
        times: list[float] = []
        for start in range(0, len(graphs), at_once):
            times += _visit(graphs[start : start + at_once], at, rounds, step)
        visits.append(times)
    return [min(times) for times in zip(*visits, strict=True)]


def _visit(graphs: Sequence[Graph], at: Configuration, rounds: Rounds, step: Step | None) -> list[float]:
    runtime = runtime_named(at.runtime)
    with scratch() as folder:
        files = [(str(number), write_graph(graph, runtime, folder / str(number))) for number, graph in enumerate(graphs)]
        groups = [dict(files[first : first + TOGETHER]) for first in range(0, len(files), TOGETHER)]
        found = measure_groups(groups, at, rounds, step)
    return [median(timing.seconds) for group in found for timing in group]
