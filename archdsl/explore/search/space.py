"""Axes as Optuna sees them: numbers where a sampler can use their order, names for everything else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from archdsl.errors import InputError
from archdsl.exact import is_single_number
from archdsl.exact.shown import written
from archdsl.explore.grid.axis import Axis, size

if TYPE_CHECKING:
    import numpy as np
    from optuna.distributions import BaseDistribution
    from optuna.trial import Trial

MOST_VALUES = 10_000
"""Values that an axis of a search may have."""

MOST_NAMES = 1_000
"""Values that an axis without an order may have; a sampler treats each of them by itself."""

Point = tuple[int, ...]
"""A place on every axis."""


@dataclass(frozen=True)
class Direction:
    """One axis with its distribution.

    Attributes:
        distribution: None for an axis of one value, which needs no choice.
        values: what the sampler calls each place.
    """

    axis: Axis
    distribution: BaseDistribution | None
    values: tuple[Any, ...]

    @cached_property
    def places(self) -> Callable[[Any], int]:
        """The place of a value of the sampler."""
        if isinstance(self.values[0], str):
            return {value: place for place, value in enumerate(self.values)}.__getitem__
        low, step = self.values[0], self.values[1] - self.values[0]
        return lambda value: round((value - low) / step)


class Space:
    """Every variant that a search may propose."""

    def __init__(self, axes: Sequence[Axis]):
        self.axes = tuple(axes)
        self.directions = [_direction(axis) for axis in axes]

    @property
    def size(self) -> int:
        """How many variants there are: more than `len` could tell, in a space of architectures."""
        return size(self.axes)

    def suggest(self, trial: Trial) -> Point:
        """A point of the sampler's choice."""
        return tuple(0 if d.distribution is None else d.places(_ask(trial, d.axis.name, d.distribution)) for d in self.directions)

    def params(self, point: Point) -> dict[str, Any]:
        """A point as parameters of the sampler."""
        pairs = zip(self.directions, point, strict=True)
        return {d.axis.name: d.values[place] for d, place in pairs if d.distribution is not None}

    def point(self, params: Mapping[str, Any]) -> Point | None:
        """The point that the sampler's parameters stand for; None where some are missing."""
        if any(d.axis.name not in params for d in self.directions if d.distribution is not None):
            return None
        return tuple(0 if d.distribution is None else d.places(params[d.axis.name]) for d in self.directions)

    def settings(self, point: Point) -> dict[str, Any]:
        """A point as settings of a network."""
        return {
            name: value
            for axis, place in zip(self.axes, point, strict=True)
            for name, value in zip(axis.names, axis.points[place], strict=True)
        }

    def draw(self, random: np.random.Generator) -> Point:
        """Any point, each with the same probability."""
        return tuple(int(random.integers(len(axis))) for axis in self.axes)

    def describe(self) -> dict[str, str]:
        """Every axis in words: short, and different for different values."""
        return {",".join(axis.names): _described(axis) for axis in self.axes}


def stored(value: Any) -> str:
    """A value as studies store it: as a spec writes it, lists without spaces."""
    return "[" + ",".join(map(stored, value)) + "]" if isinstance(value, (tuple, list)) else written(value)


def _ask(trial: Trial, name: str, distribution: Any) -> Any:
    from optuna.distributions import CategoricalDistribution, IntDistribution

    if isinstance(distribution, CategoricalDistribution):
        return trial.suggest_categorical(name, distribution.choices)
    if isinstance(distribution, IntDistribution):
        return trial.suggest_int(name, distribution.low, distribution.high, step=distribution.step)
    return trial.suggest_float(name, distribution.low, distribution.high, step=distribution.step)


def _direction(axis: Axis) -> Direction:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if len(axis) > MOST_VALUES:
        raise InputError(f"{axis.name}: an axis of a search has {MOST_VALUES:,} values at most, {len(axis):,} came")
    numbers = [point[0] for point in axis.points]
    if len(axis) == 1:
        return Direction(axis, None, (0,))
    if len(axis.names) == 1 and all(map(is_single_number, numbers)) and _ascend(numbers):
        steps = {b - a for a, b in pairwise(numbers)}
        if len(steps) > 1:  # the order is kept, the distances are not
            return Direction(axis, IntDistribution(0, len(axis) - 1), tuple(range(len(axis))))
        if all(isinstance(n, int) for n in numbers):
            return Direction(axis, IntDistribution(numbers[0], numbers[-1], step=steps.pop()), tuple(numbers))
        decimals = [float(n) for n in numbers]
        step = float(steps.pop())
        if float(f"{decimals[0] + step * (len(axis) - 1):.12g}") == decimals[-1] and _divides(decimals, step):
            return Direction(axis, FloatDistribution(decimals[0], decimals[-1], step=step), tuple(decimals))
        return Direction(axis, IntDistribution(0, len(axis) - 1), tuple(range(len(axis))))
    names = tuple(", ".join(map(stored, point)) for point in axis.points)
    if len(set(names)) < len(names):
        raise InputError(f"{axis.name}: a value is given twice")
    if len(names) > MOST_NAMES:
        raise InputError(f"{axis.name}: an axis without order has {MOST_NAMES:,} values at most, {len(names):,} came")
    return Direction(axis, CategoricalDistribution(names), names)


def _ascend(numbers: list[Any]) -> bool:
    return all(a < b for a, b in pairwise(numbers))


def _divides(decimals: list[float], step: float) -> bool:
    """Whether Optuna, which calculates in decimals, finds the end of the range on one of its steps (with 1/3 it would not)."""
    return (Decimal(str(decimals[-1])) - Decimal(str(decimals[0]))) % Decimal(str(step)) == 0


def _described(axis: Axis) -> str:
    shown = [", ".join(map(stored, point)) for point in axis.points]
    if len(shown) <= 12:
        return " | ".join(shown)
    digest = hashlib.sha256("\n".join(shown).encode()).hexdigest()[:8]
    return f"{shown[0]} | {shown[1]} | … | {shown[-1]} ({len(shown)} values, {digest})"
