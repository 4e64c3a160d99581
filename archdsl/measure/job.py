"""What is asked of a measurement: the configuration, the files that run side by side, and how many rounds; as a job for the worker."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

Shape = tuple[int, ...]
Step = Callable[[int], None]
"""Told how many more steps are done; with 0 it is told now and then that the work goes on."""

FLOAT32 = "float32"
DTYPES = (FLOAT32, "float16", "bfloat16")
"""Types in which weights and maps may be held."""
TF32 = "tf32"
"""Held in float32, but factors are rounded to 10 bits before they are multiplied, as tensor cores of NVIDIA do it."""

WARMUP = 3
"""Rounds that do not count: they fill caches and start threads."""
SECONDS = 3.0
"""Time for the rounds that count, where no number of rounds is asked for."""
FEWEST, MOST = 10, 100_000
"""Rounds, where a time is asked for."""


@dataclass(frozen=True)
class Configuration:
    """How networks are run.

    Attributes:
        runtime: by its word.
        batch: images of one pass.
        threads: of the runtime; 0 where it runs on a card.
        dtype: of weights and maps: one of `DTYPES`, or `TF32`.
    """

    runtime: str
    batch: int = 1
    threads: int = 1
    dtype: str = FLOAT32

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        parts = [self.runtime, f"batch {self.batch}"]
        parts += [f"{self.threads} thread{'s' if self.threads != 1 else ''}"] if self.threads else []
        parts += [self.dtype] if self.dtype != FLOAT32 else []
        return ", ".join(parts)


class File(NamedTuple):
    """A network in a form that a runtime reads, and what it is called with.

    Attributes:
        shapes: of its inputs without the batch, such as (channels, height, width).
        below: for every input that takes indices what they must be below, and 0 for one of values; all are of values where not given.
    """

    path: Path
    shapes: tuple[Shape, ...]
    below: tuple[int, ...] = ()


@dataclass(frozen=True)
class Rounds:
    """How many rounds are run.

    Attributes:
        count: of rounds that count; where not given, as many as begin within the time.
        seconds: for the rounds that count, all networks of a group together.
        warmup: passes of each network before them, which do not count.
    """

    count: int | None = None
    seconds: float = SECONDS
    warmup: int = WARMUP

    def numbers(self) -> Iterator[int]:
        """The number of each round that counts, as it begins."""
        if self.count is not None:
            yield from range(self.count)
            return
        end = time.perf_counter() + self.seconds
        for index in range(MOST):
            if index >= FEWEST and time.perf_counter() >= end:
                return
            yield index


@dataclass(frozen=True)
class Job:
    """What one worker process does: groups of files one after the other, the files of a group side by side."""

    at: Configuration
    rounds: Rounds
    groups: tuple[Mapping[str, File], ...]

    def text(self) -> str:
        """The job as one line of JSON."""
        groups = [
            [{**file._asdict(), "name": name, "path": str(file.path.absolute())} for name, file in group.items()]
            for group in self.groups
        ]
        return json.dumps({"at": self.at.as_dict(), "rounds": asdict(self.rounds), "groups": groups})

    @classmethod
    def read(cls, text: str) -> Job:
        """The job of a line that `text` gave."""
        data = json.loads(text)
        groups = tuple(
            {side["name"]: File(Path(side["path"]), tuple(map(tuple, side["shapes"])), tuple(side["below"])) for side in group}
            for group in data["groups"]
        )
        return cls(Configuration(**data["at"]), Rounds(**data["rounds"]), groups)
