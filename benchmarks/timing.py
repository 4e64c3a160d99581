"""Interleaved timing: both sides in turn, so that a machine whose speed drifts treats them alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple


class Timing(NamedTuple):
    """Seconds of one side over all rounds."""

    name: str
    seconds: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def __str__(self) -> str:
        low, high = min(self.seconds), max(self.seconds)
        return f"{self.name}: median {self.median * 1e3:.2f} ms (min {low * 1e3:.2f}, max {high * 1e3:.2f})"


def interleave(sides: dict[str, Callable[[], Any]], rounds: int, warmup: int = 1) -> list[Timing]:
    """Time every side `rounds` times, A B A B …, after `warmup` rounds that do not count."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for index in range(warmup + rounds):
        for name, run in sides.items():
            begin = time.perf_counter()
            run()
            if index >= warmup:
                seconds[name].append(time.perf_counter() - begin)
    return [Timing(name, found) for name, found in seconds.items()]


def ratio(slow: Timing, fast: Timing) -> float:
    """Median over the rounds of slow / fast, pair by pair."""
    return statistics.median(a / b for a, b in zip(slow.seconds, fast.seconds, strict=True))
