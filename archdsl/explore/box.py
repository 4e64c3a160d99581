"""Boxes: the part of a grid that is worked out in one pass, some places of every axis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from archdsl.exact.grid import Grid
from archdsl.explore.axis import Axis


@dataclass(frozen=True, eq=False)
class Box:
    """Places on every axis, whose combinations are the variants of the box.

    Attributes:
        chosen: for every axis the numbers of its places that are in the box, rising.
    """

    axes: tuple[Axis, ...]
    chosen: tuple[np.ndarray, ...]

    @cached_property
    def shape(self) -> tuple[int, ...]:
        return tuple(len(places) for places in self.chosen)

    @cached_property
    def size(self) -> int:
        total = 1
        for length in self.shape:
            total *= length
        return total

    def settings(self) -> dict[str, Any]:
        """A value for every setting: as it is where the box has one, otherwise an array along the axis."""
        found: dict[str, Any] = {}
        for number, (axis, places) in enumerate(zip(self.axes, self.chosen, strict=True)):
            shape = [1] * len(self.axes)
            shape[number] = len(places)
            for place, name in enumerate(axis.names):
                found[name] = _value([axis.points[index][place] for index in places.tolist()], tuple(shape), name)
        return found

    def corner(self, last: bool) -> Box:
        """The box of one variant, the first or the last."""
        return Box(self.axes, tuple(places[-1:] if last else places[:1] for places in self.chosen))

    def groups(self, answers: np.ndarray) -> list[Box]:
        """The box cut along one axis so that places with the same answers stay together.

        Args:
            answers: what a condition gives for the variants, an axis for each of the box, of length 1 where it does not matter.
                Not all are alike.
        """
        best: tuple[int, int, np.ndarray] | None = None
        for number, length in enumerate(answers.shape):
            if length > 1:
                slices = np.moveaxis(answers, number, 0).reshape(length, -1)
                groups = _numbered(slices)
                count = int(groups.max()) + 1
                if count > 1 and (best is None or count < best[0]):
                    best = count, number, groups
        assert best is not None, "the answers are all alike"
        count, number, groups = best
        return [self._keeping(number, self.chosen[number][groups == group]) for group in range(count)]

    def halves(self, names: frozenset[str] = frozenset()) -> list[Box]:
        """The box cut in two along its longest axis, of those with one of the settings where any has more than one place."""
        long = [n for n, length in enumerate(self.shape) if length > 1]
        named = [n for n in long if names.intersection(self.axes[n].names)]
        number = max(named or long, key=lambda n: self.shape[n])
        places = self.chosen[number]
        middle = len(places) // 2
        return [self._keeping(number, places[:middle]), self._keeping(number, places[middle:])]

    def _keeping(self, number: int, places: np.ndarray) -> Box:
        return Box(self.axes, (*self.chosen[:number], places, *self.chosen[number + 1 :]))


def boxes(axes: Sequence[Axis]) -> Iterator[Box]:
    """The whole grid in boxes: numbers share one, every word and every length of a list has one of its own."""
    for chosen in product(*(_kinds(axis) for axis in axes)):
        yield Box(tuple(axes), chosen)


def _kinds(axis: Axis) -> list[np.ndarray]:
    """The places of an axis whose values can stand in one array each."""
    groups: dict[Any, list[int]] = {}
    for index, point in enumerate(axis.points):
        groups.setdefault(tuple(map(_kind, point)), []).append(index)
    return [np.array(places) for places in groups.values()]


def _kind(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_kind, value))
    if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
        return "number"
    return (type(value), value)


def _value(values: list[Any], shape: tuple[int, ...], name: str) -> Any:
    first = values[0]
    if isinstance(first, tuple):
        return [_value([value[place] for value in values], shape, name) for place in range(len(first))]
    if all(value == first for value in values):
        return first
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return Grid.of(array.reshape(shape), name)


def _numbered(rows: np.ndarray) -> np.ndarray:
    """For every row the number of its like, in the order in which they first come."""
    numbers: dict[bytes, int] = {}
    return np.array([numbers.setdefault(row.tobytes(), len(numbers)) for row in np.ascontiguousarray(rows)])
