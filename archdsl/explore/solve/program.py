"""A region of a grid as an integer program, for a solver that proves: HiGHS (Huangfu & Hall 2018).

A total is a sum of tables, each along few axes. So a variant is a choice of one place on every axis,

    x[k, p] in {0, 1},    Σ_p x[k, p] = 1    for every axis k,

and a table along several axes has a cell y for each combination, of which the choice takes one:

    y[p, q, ...] >= 0,    Σ of the cells with place p on axis k  =  x[k, p].

Where x is whole, y is the product of its places, so that totals and what cannot be built are linear in x and y. A largest of tables is
below a bound where every cell above it is 0. Cells are numbered along one row of variables: first x by axes, then y by tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from archdsl.explore.grid.region import Region
from archdsl.explore.grid.total import Most, Total

CELLS = 1_000_000
"""Cells that the tables of one program may have together."""

LARGEST = 1e6
"""Coefficients are scaled to be at most this."""

TOLERANCE = 1e-2
"""By how much, after scaling, another variant could be better than one that the solver says is best: it takes for whole what is so
within 1e-9, in each of the cells that a variant takes. Of totals up to a hundred million this is no unit."""

Axes = tuple[int, ...]


class TooWide(Exception):
    """A total hangs on too many axes at once to be a sum of tables."""


class Linear:
    """A sum of coefficients times cells, and a constant; what it stands for is `scale` times as large."""

    def __init__(self, coefficients: np.ndarray, constant: float):
        largest = float(np.abs(coefficients).max(initial=0.0))
        self.scale = max(1.0, largest / LARGEST)
        self.coefficients, self.constant = coefficients / self.scale, constant / self.scale

    def bound(self, value: float, side: int = 0) -> float:
        """What the coefficients' part is at most, or at least, where the whole is at most or at least a value.

        Args:
            side: 1 for at most and -1 for at least, with half a unit of room, so that what keeps to a bound to the unit is not
                lost by rounding. Totals are whole numbers, so half a unit lets nothing else in.
        """
        end = value / self.scale - self.constant
        return end + side * max(0.5 / self.scale, 1e-9 * abs(end))


class Cells:
    """Which variables stand for the places of axes and the cells of tables.

    Attributes:
        shape: of the region's box.
        starts: for each axis, or axes of a table, its first variable.
        count: of all variables.
    """

    def __init__(self, shape: Sequence[int], tables: Iterable[Axes]):
        """
        Raises:
            TooWide: the tables have too many cells.
        """
        self.shape = tuple(shape)
        self.starts: dict[Axes, int] = {}
        self.count = 0
        for axis, length in enumerate(shape):
            if length > 1:
                self._add((axis,))
        wide = sorted({axes for axes in tables if len(axes) > 1}, key=lambda axes: (-len(axes), axes))
        for axes in wide:
            if not any(set(axes) <= set(other) for other in self.starts):
                self._add(axes)

    def _add(self, axes: Axes) -> None:
        self.starts[axes] = self.count
        self.count += self.size(axes)
        if self.count > CELLS:
            raise TooWide

    def size(self, axes: Axes) -> int:
        return int(np.prod([self.shape[axis] for axis in axes], dtype=object))

    def of(self, array: np.ndarray) -> tuple[slice, np.ndarray]:
        """The variables of a table that has all axes of an array, and the array's elements for each of them."""
        axes = axes_of(array)
        wanted = next(found for found in self.starts if set(axes) <= set(found))
        lengths = [length if axis in wanted else 1 for axis, length in enumerate(self.shape)]
        start = self.starts[wanted]
        return slice(start, start + self.size(wanted)), np.broadcast_to(array, lengths).reshape(-1)

    def rows(self) -> list[tuple[np.ndarray, np.ndarray, float]]:
        """Equations that hold for every choice: variables, their coefficients, and what the sum is."""
        found = []
        for axes, start in self.starts.items():
            if len(axes) == 1:
                places = np.arange(start, start + self.size(axes))
                found.append((places, np.ones(len(places)), 1.0))
                continue
            cells = np.arange(start, start + self.size(axes)).reshape([self.shape[axis] for axis in axes])
            for number, axis in enumerate(axes):
                for place, one in enumerate(np.moveaxis(cells, number, 0).reshape(self.shape[axis], -1)):
                    x = self.starts[axis,] + place
                    found.append((np.append(one, x), np.append(np.ones(len(one)), -1.0), 0.0))
        return found

    @property
    def whole(self) -> int:
        """How many variables, the first ones, have to be whole: those of places."""
        return sum(length for length in self.shape if length > 1)

    def places(self, values: np.ndarray) -> tuple[int, ...]:
        """The place on every axis that a solution chooses."""
        return tuple(
            int(np.argmax(values[self.starts[axis,] : self.starts[axis,] + length])) if length > 1 else 0
            for axis, length in enumerate(self.shape)
        )


def axes_of(array: np.ndarray) -> Axes:
    """The axes along which an array has several elements."""
    return tuple(axis for axis, length in enumerate(array.shape) if length > 1)


def tables_of(total: Total | Most) -> list[np.ndarray]:
    """The tables that a total is a sum of, or the largest of.

    Raises:
        TooWide: one has too many cells.
    """
    if isinstance(total, Most):
        return total.sides
    return [_multiplied(product) for product in total.products]


def _multiplied(factors: tuple[np.ndarray, ...]) -> np.ndarray:
    cells = np.prod([float(max(lengths)) for lengths in zip(*(factor.shape for factor in factors), strict=True)])
    if cells > CELLS:
        raise TooWide
    found: np.ndarray = reduce(np.multiply, [factor.astype(np.float64) for factor in factors])
    return found


def masks_of(region: Region) -> list[np.ndarray]:
    """What has to hold for a variant to be one of the region and to be built."""
    found = [ok for ok, _ in region.masks]
    return [region.box.with_all_axes(region.box.counted), *found] if region.box.counted is not None else found


def linear(cells: Cells, tables: Sequence[np.ndarray], constant: Any) -> Linear:
    """A sum of tables over the variables."""
    coefficients = np.zeros(cells.count)
    for table in tables:
        if table.size == 1:
            constant = constant + float(table.reshape(-1)[0])
            continue
        where, values = cells.of(table)
        coefficients[where] += values.astype(np.float64)
    return Linear(coefficients, float(constant))
