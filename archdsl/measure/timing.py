"""Seconds of forward passes. Sides run in turn, A B A B …, so that a machine whose speed drifts treats them alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

FEWEST = 5
"""Rounds below which quartiles say nothing."""

WIDEST = 0.25
"""How far the quartiles of a ratio may lie apart, as a share of its median, for it to be known."""

Pass = Callable[[], Any]
"""One forward pass of a network that is loaded."""

Clock = Callable[[Pass], float]
"""Runs a pass, and gives the seconds that it took."""


@dataclass(frozen=True)
class Spread:
    """A median and the quartiles around it, the middle half of what was seen.

    Attributes:
        count: of what was seen.
    """

    low: float
    median: float
    high: float
    count: int = field(default=FEWEST, compare=False)

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        if len(values) == 1:
            return cls(values[0], values[0], values[0], 1)
        low, _, high = quantiles(values, n=4, method="inclusive")
        return cls(low, median(values), high, len(values))

    @property
    def tells(self) -> bool:
        """Of a ratio, whether it says which of the two is quicker, and about by how much.

        It does not where there are fewer than 5 rounds, where 1 lies between its quartiles, or where these lie further apart than a
        quarter of the median.
        """
        return self.count >= FEWEST and not self.low <= 1 <= self.high and self.high - self.low <= WIDEST * self.median


@dataclass(frozen=True)
class Timing:
    """Seconds of one side, round by round.

    Attributes:
        loading: seconds from its file to the end of its first passes, with compiling; 0 where nothing was loaded.
    """

    name: str
    seconds: tuple[float, ...]
    loading: float = field(default=0.0, compare=False)

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


def by_host(run: Pass) -> float:
    """The clock of the processor: right for what is done when a pass returns."""
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


def interleave(sides: Mapping[str, Pass], rounds: int, warmup: int = 1, clock: Clock = by_host) -> list[Timing]:
    """Time what every side calls, in this process; rounds of `warmup` do not count."""
    passes = list(sides.values())
    for _ in range(warmup):
        one_round(passes, clock)
    found = [one_round(passes, clock) for _ in range(rounds)]
    return [Timing(name, taken) for name, taken in zip(sides, zip(*found, strict=True), strict=True)]


def one_round(sides: Iterable[Pass], clock: Clock = by_host) -> list[float]:
    """Seconds of every side, called one after the other."""
    return [clock(run) for run in sides]
