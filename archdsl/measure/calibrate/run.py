"""Calibration: synthetic networks are measured in a runtime, and a device is fitted that explains their times.

How many channels the processor takes at once is found by trying: the block that fits best is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
from archdsl.measure.timing import Timing

BLOCKS = (16, 8, 1)
"""Channels that vector units of 512, 256 and fewer bits take at once."""
SECONDS = 150.0
"""For all of a calibration: as many networks as give two for each of the 300 coefficients or so."""
EACH = 0.25
"""Seconds for each network, with reading and compiling it."""
TIMED = 0.1
"""Seconds of these in which it is timed, where it is visited twice."""
FEWEST = 40
"""Networks, however little time there is."""
PARTS = 5
"""Into which the networks are dealt out, each predicted from a fit to the others."""
VISITS = 2
"""To a network that is checked. More networks tell a fit more than second visits, so only one in AGAIN is visited again for it."""
AGAIN = 4
TOGETHER = 2
"""Networks that run in turn, A B A B, so that each finds the caches full of another."""
WARMUP = 2
AT_ONCE = 100
"""Networks whose files are on disk at the same time, where files hold weights."""


def calibrate(at: Configuration, name: str, seconds: float = SECONDS, step: Step | None = None) -> tuple[Device, Quality]:
    """Measure and fit. Networks that took the longest over what a first fit explains, as those do that something disturbed, are measured
    once more.

    Args:
        at: the configuration that the device is of.
        name: of the device.
        seconds: that it may take, about. Fewer than 45 give too few networks to tell all kinds of layers apart.
        step: told how many visits are done, see `visits`.

    Raises:
        InputError: there is no such runtime.
        BackendError: the runtime, or what writes its files, is not installed.
    """
    graphs = list(islice(networks(), count_of(seconds)))
    times = measured(graphs, at, TIMED, step, visits=1)
    samples = [Sample.of(graph) for graph in graphs]
    first = explained(samples, np.array(times), at.batch)
    slowest = np.argsort(np.array(times) / (first.made.work @ first.coefficients))[::-1][: len(graphs) // AGAIN]
    again = measured([graphs[number] for number in slowest], at, TIMED, step, visits=1)
    for number, time in zip(slowest, again, strict=True):
        times[number] = min(times[number], time)
    return fitted(samples, times, name, at.batch)


def count_of(seconds: float) -> int:
    """Networks that fit into a time."""
    return max(FEWEST, int(seconds / EACH))


def visits(seconds: float) -> int:
    """To all networks of a calibration."""
    return count_of(seconds) + count_of(seconds) // AGAIN


@dataclass(frozen=True, eq=False)
class Explained:
    """What times are explained by: the regressors with channels in blocks of a size, and a coefficient for each."""

    made: Regressors
    coefficients: Array
    block: int


def explained(samples: Sequence[Sample], times: Array, batch: int) -> Explained:
    """The blocks and coefficients that explain the times of networks best."""
    best: tuple[float, Explained] | None = None
    for block in BLOCKS:
        made = regressors(samples, batch, block)
        coefficients = fit(made.work, times)
        off = np.sort(np.abs(made.work @ coefficients / times - 1))
        error = float(off[: -(-len(off) * 9 // 10)].mean())  # what was disturbed while it was measured decides nothing
        if best is None or error < best[0]:
            best = error, Explained(made, coefficients, block)
    assert best is not None
    return best[1]


def fitted(samples: Sequence[Sample], times: Sequence[float], name: str, batch: int) -> tuple[Device, Quality]:
    """The device that explains the times of networks best, in whole femtoseconds, and how well such a fit predicts others."""
    wanted = np.array(times)
    found = explained(samples, wanted, batch)
    device = Device(name, _femtoseconds(found.made, found.coefficients), found.block, batch)
    return device, quality(_unseen(found.made, wanted, found.coefficients).tolist(), times)


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


def measured(
    graphs: Sequence[Graph], at: Configuration, seconds: float, step: Step | None = None, visits: int = VISITS
) -> list[float]:
    """Seconds of one forward pass of each network, as `archdsl bench` tells them: of the pass in the middle of many.

    What disturbs a pass only makes it longer, so the least of many passes tells networks apart best. It is what is taken of each,
    times what the pass in the middle takes over it for all networks alike. Visits to a network lie far apart, so that what disturbs the
    machine for a while does not disturb all of them.

    Args:
        seconds: for each network, two visits together.
        step: told how many visits are done.
        visits: to each network.
    """
    rounds = Rounds(seconds=seconds / VISITS * TOGETHER, warmup=WARMUP)
    at_once = len(graphs) if runtime_named(at.runtime).form == MODULE else AT_ONCE
    visited: list[list[Timing]] = []
    for _ in range(visits):
        found: list[Timing] = []
        for start in range(0, len(graphs), at_once):
            found += _visit(graphs[start : start + at_once], at, rounds, step)
        visited.append(found)
    least = [min(timing.minimum for timing in of) for of in zip(*visited, strict=True)]
    middle = [min(timing.median for timing in of) for of in zip(*visited, strict=True)]
    longer = median(usual / best for usual, best in zip(middle, least, strict=True)) if graphs else 1.0
    return [best * longer for best in least]


def _visit(graphs: Sequence[Graph], at: Configuration, rounds: Rounds, step: Step | None) -> list[Timing]:
    runtime = runtime_named(at.runtime)
    with scratch() as folder:
        files = [(str(number), write_graph(graph, runtime, folder / str(number))) for number, graph in enumerate(graphs)]
        groups = [dict(files[first : first + TOGETHER]) for first in range(0, len(files), TOGETHER)]
        found = measure_groups(groups, at, rounds, step)
    return [timing for group in found for timing in group]
