"""Axes of the curves: where a value stands, and which ticks a reader gets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDE, MANY = 50, 1000
"""Ratios of the ends from which positive values may stand on a logarithmic axis, and from which only every decade has a tick."""


@dataclass(frozen=True)
class Scale:
    """An axis of values.

    Attributes:
        low, high: its ends, different.
        ticks: values that are written beside it.
        log: whether equal ratios are equally far apart.
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    log: bool = False

    def share(self, value: float) -> float:
        """Where a value stands, from 0 at the low end to 1 at the high one."""
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


def from_zero(values: Sequence[float], log: bool = False) -> Scale:
    """An axis from 0 that holds all values, none below 0; where `log` allows it, logarithmic if they differ much."""
    low, high = min(values), max(values)
    if log and low > 0 and high / low >= WIDE:
        return _log(low, high)
    return _linear(0.0, high or 1.0)


def around(values: Sequence[float], most: float) -> Scale:
    """An axis that holds all values with some room, and does not go on beyond 0 and `most`."""
    low, high = min(values), max(values)
    room = max((high - low) / 10, most / 50)
    return _linear(max(0.0, low - room), min(most, high + room))


def whole(low: int, high: int) -> Scale:
    """An axis of whole numbers; with room on both sides where there is only one."""
    step = max(1, math.ceil(_step((high - low) / 7)))
    if low == high:
        return Scale(low - 0.5, high + 0.5, (low,))
    return Scale(low, high, (low, *(tick for tick in range(0, high + 1, step) if tick > low + 0.7 * step)))


def _linear(low: float, high: float) -> Scale:
    step = _step((high - low) / 4)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return Scale(first * step, last * step, tuple(round(number * step, 12) for number in range(first, last + 1)))


def _log(low: float, high: float) -> Scale:
    """Ends are 1, 2 and 5 of a decade; ticks too, over many decades 1 alone."""
    places = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    known = [digit * 10.0**place for place in places for digit in (1, 2, 5)]
    first = max(place for place, value in enumerate(known) if value <= low * (1 + 1e-9))
    last = min(place for place, value in enumerate(known) if value >= high * (1 - 1e-9))
    inside = range(first, last + 1)
    ticks = tuple(known[place] for place in inside if high / low < MANY or place % 3 == 0)
    return Scale(known[first], known[last], ticks, log=True)


def _step(least: float) -> float:
    """The least of 1, 2, 2.5 and 5 of a decade that is not below `least`."""
    if least <= 0:
        return 1.0
    decade = 10.0 ** math.floor(math.log10(least))
    return next(digit * decade for digit in (1, 2, 2.5, 5, 10) if digit * decade >= least * (1 - 1e-9))
