"""What a worker does for a trial: it is given a network and measures it. It knows nothing of studies and storages."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from archdsl.design import Design
from archdsl.errors import BackendError
from archdsl.explore.accuracy import Accuracy
from archdsl.explore.search.objectives import Objective


@dataclass(frozen=True)
class Rung:
    """A part of a training: up to an epoch.

    Attributes:
        folder: where the checkpoint of the rung before lies, if this worker can see it.
    """

    epochs: int
    folder: Path


@dataclass(frozen=True)
class Job:
    """What a worker is given: a network and what is to be measured of it."""

    net: Design
    objectives: tuple[Objective, ...]
    seed: int
    rung: Rung | None = None


def measure(job: Job) -> list[float]:
    """The value of every objective. Runs inside a worker.

    Raises:
        ArchdslError: an objective cannot be measured.
    """
    first = job.objectives[0]
    if job.rung is not None and isinstance(first, Accuracy):
        return [first.until(job.net, job.seed, job.rung.epochs, job.rung.folder)]
    values = [float(objective.measure(job.net, job.seed)) for objective in job.objectives]
    for objective, value in zip(job.objectives, values, strict=True):
        if not math.isfinite(value):
            raise BackendError(f"{objective.name} came out as {value}")
    return values
