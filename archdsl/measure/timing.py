"""Seconds of forward passes. Sides run in turn, A B A B …, so that a machine whose speed drifts treats them alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

Shape = tuple[int, ...]
Pass = Callable[[], Any]

WARMUP = 3
"""Rounds that do not count: they fill caches and start threads."""

SECONDS = 3.0
"""Time for the rounds that count, where no number of rounds is asked for."""

FEWEST, MOST = 10, 100_000
"""Rounds, where a time is asked for."""


@dataclass(frozen=True)
class Spread:
    """A median and the quartiles around it, the middle half of what was seen."""

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        if len(values) == 1:
            return cls(values[0], values[0], values[0])
        low, _, high = quantiles(values, n=4, method="inclusive")
        return cls(low, median(values), high)


@dataclass(frozen=True)
class Timing:
    """Seconds of one side, round by round."""

    name: str
    seconds: tuple[float, ...]

    @property
    def spread(self) -> Spread:
        """The median with its quartiles, in seconds."""
        return Spread.of(self.seconds)

    @property
    def median(self) -> float:
        return median(self.seconds)

    @property
    def minimum(self) -> float:
        return min(self.seconds)

    def __str__(self) -> str:
        low, high = min(self.seconds), max(self.seconds)
        return f"{self.name}: median {self.median * 1e3:.2f} ms (min {low * 1e3:.2f}, max {high * 1e3:.2f})"


def ratio(a: Timing, b: Timing) -> Spread:
    """a / b of each round, in which the two ran one soon after the other: its median and quartiles."""
    return Spread.of([x / y for x, y in zip(a.seconds, b.seconds, strict=True)])


def interleave(sides: Mapping[str, Pass], rounds: int, warmup: int = 1) -> list[Timing]:
    """Time what every side calls, in this process; rounds of `warmup` do not count."""
    passes = list(sides.values())
    for _ in range(warmup):
        one_round(passes)
    found = [one_round(passes) for _ in range(rounds)]
    return [Timing(name, taken) for name, taken in zip(sides, zip(*found, strict=True), strict=True)]


def one_round(sides: Iterable[Pass]) -> list[float]:
    """Seconds of every side, called one after the other."""
    found = []
    for run in sides:
        begin = time.perf_counter()
        run()
        found.append(time.perf_counter() - begin)
    return found


def counted(rounds: int | None, seconds: float) -> Iterator[int]:
    """Numbers of the rounds: so many, or as many as begin within the time."""
    if rounds is not None:
        yield from range(rounds)
        return
    end = time.perf_counter() + seconds
    for index in range(MOST):
        if index >= FEWEST and time.perf_counter() >= end:
            return
        yield index


def measure(
    files: Mapping[str, Path],
    shapes: Shape | Mapping[str, Shape],
    runtime: str,
    batch: int = 1,
    threads: int = 1,
    *,
    rounds: int | None = None,
    seconds: float = SECONDS,
    warmup: int = WARMUP,
    step: Callable[[int], None] | None = None,
) -> list[Timing]:
    """Run the networks of files side by side in a fresh process: the timing of each, in the order of the files.

    Args:
        files: by name, in a form that the runtime reads (see `archdsl.measure.runtimes`).
        shapes: of an input without its batch, (channels, height, width): one for all files, or one for each name.
        rounds: that count; where not given, as many as end within the time.
        seconds: for all rounds that count together.
        step: told how many files are done.

    Raises:
        InputError: an unknown runtime, or a file that it does not read.
        BackendError: the runtime is not installed, or a file cannot be run; the message names it.
    """
    return measure_groups([files], shapes, runtime, batch, threads, rounds=rounds, seconds=seconds, warmup=warmup, step=step)[0]


def measure_groups(
    groups: Iterable[Mapping[str, Path]],
    shapes: Shape | Mapping[str, Shape],
    runtime: str,
    batch: int = 1,
    threads: int = 1,
    *,
    rounds: int | None = None,
    seconds: float = SECONDS,
    warmup: int = WARMUP,
    step: Callable[[int], None] | None = None,
) -> list[list[Timing]]:
    """As `measure`, for groups of files one after the other in one process: the files of a group run side by side, then are dropped.

    Args:
        seconds: for the rounds of each group.
    """
    from archdsl.measure.process import run

    listed = list(groups)
    found = [
        [(name, file, (batch, *(shapes[name] if isinstance(shapes, Mapping) else shapes))) for name, file in group.items()]
        for group in listed
    ]
    taken = run(found, runtime, threads, rounds=rounds, seconds=seconds, warmup=warmup, step=step)
    return [
        [Timing(name, tuple(seen)) for name, seen in zip(group, times, strict=True)]
        for group, times in zip(listed, taken, strict=True)
    ]
