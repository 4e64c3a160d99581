"""A total of all variants of a box: a sum of products of small arrays, each along few axes, worked out only where it is looked at.

This is what makes a hundred million variants countable, and what a solver proves its bounds on:

    total[i, j, k, ...]  =  ( constant  +  Σ_p  Π_f array_pf[i, j, k, ...] )  /  den

with every array of length 1 along the axes that it does not depend on. A layer that depends on two knobs is one array along two
axes, and a product of channels and pixels stays two arrays, so a total takes the memory of its arrays and not that of the grid. A
number that no variant is below is the sum of the products of the least elements (`bounds`), without a look at any variant.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import reduce
from math import lcm
from typing import Any, NamedTuple

import numpy as np

from archdsl.cost.amounts import Amounts, Largest
from archdsl.exact.bounds import Bounds, of_product, ordered
from archdsl.exact.factors import Factors, along
from archdsl.exact.grid import Grid
from archdsl.exact.integers import fits
from archdsl.exact.partly import any_partly
from archdsl.explore.grid.cut import Index, Span, elements


class Total:
    """Exact integers, the numerators, over a common denominator; one for each variant of a box.

    Attributes:
        products: tuples of arrays, each tuple the factors of one summand. An array has an axis for each axis of the box, of length 1
            where the axis makes no difference. All are int64 where every sum is proven to fit, otherwise arrays of Python ints.
        constant: the summand that is the same everywhere.
        den: what every numerator is divided by.
        partly: whether a part of the total is not known, so that all of it are lower bounds.
        low, high: bounds of all numerators, inclusive.
    """

    def __init__(self, values: Iterable[tuple[Any, int]], dimensions: int, unit: int = 1):
        """
        Args:
            values: ints, Fractions and grids, each with the number of times that it is added.
            dimensions: number of axes of the box.
            unit: how many units of the values make one unit of the total.
        """
        terms = [(value, times) for value, times in values if times and not (isinstance(value, int) and value == 0)]
        self.partly = any_partly(value for value, _ in terms)
        self.den = lcm(1, *(_denominator(value) for value, _ in terms))
        self.constant = 0
        arrays: dict[tuple[int, ...], dict[bytes, tuple[Any, Factors]]] = {}
        for value, times in terms:
            self._add(value, times, dimensions, arrays)
        self.products = [(main.array, *(array for _, array in rest)) for kind in arrays.values() for main, rest in kind.values()]
        self.den *= unit
        self._bound()

    def _add(self, value: Any, times: int, dimensions: int, arrays: dict[Any, Any]) -> None:
        if not isinstance(value, Grid):
            self.constant += int(Fraction(value) * self.den) * times
            return
        scale = times * (self.den // value.den) if isinstance(value.den, int) else times
        num = value.num if value.factors is None or not isinstance(value.den, int) else None
        if isinstance(value.den, np.ndarray):
            num = value.num.astype(object) * (self.den // value.den.astype(object))
        factors = value.factors if num is None else ((along(num), num),)
        assert factors is not None
        main, *rest = sorted(factors, key=lambda factor: -factor[1].size)
        rest.sort(key=lambda factor: factor[0])
        same = arrays.setdefault((main[0], *(bits for bits, _ in rest)), {})
        key = b"|".join(array.tobytes() for _, array in rest)
        added = _Sum.of(_full(main[1], dimensions), scale)
        others = tuple((bits, _full(array, dimensions)) for bits, array in rest)
        same[key] = (same[key][0].plus(added) if key in same else added, others)

    def _bound(self) -> None:
        """Sums as int64 where all of them, and all of their sums, are proven to fit."""
        self.low = self.high = self.constant
        for product in self.products:
            ends = [(int(array.min()), int(array.max())) for array in product]
            low, high = reduce(of_product, ends)
            self.low, self.high = self.low + min(low, 0), self.high + max(high, 0)
        kind = np.int64 if fits(self.low, self.high) else object
        self.products = [tuple(array.astype(kind, copy=False) for array in product) for product in self.products]
        self.products = _absorbed(self.products)
        self.low, self.high = self.bounds()

    @property
    def elements(self) -> int:
        """How many array elements it holds."""
        return sum(array.size for product in self.products for array in product)

    def bounds(self, span: Span | None = None) -> tuple[int, int]:
        """A number that no numerator is below, and one that none is above; of all variants, or of those in a span."""
        low = high = self.constant
        for product in self.products:
            arrays = product if span is None else [elements(array, span) for array in product]
            ends = reduce(of_product, [(int(array.min()), int(array.max())) for array in arrays])
            low, high = low + ends[0], high + ends[1]
        return low, high

    def numerators(self, span: Span) -> np.ndarray:
        """The numerators in a span: an array that broadcasts to its lengths."""
        work: dict[int, np.ndarray] = {}
        for product in self.products:
            _insert(work, reduce(np.multiply, [elements(array, span) for array in product]))
        while len(work) > 1:
            first, second = _cheapest(work)
            _insert(work, work.pop(first) + work.pop(second))
        total = next(iter(work.values()), None)
        if total is None:
            return np.full((1,) * len(span), self.constant, dtype=np.int64 if fits(self.constant, self.constant) else object)
        return total + self.constant if self.constant else total

    def at(self, places: Index) -> np.ndarray:
        """The numerators of single variants: `places` holds one array of equal length for each axis."""
        total: Any = self.constant
        for product in self.products:
            total = total + reduce(np.multiply, [elements(array, places) for array in product])
        return np.broadcast_to(np.asarray(total), places[0].shape)


class Most:
    """A total that is the largest of several: of arrays along different axes, worked out only where it is looked at.

    Attributes:
        sides: what it is the largest of, one for each set of axes.
        den, partly, low, high: as of a `Total`.
    """

    def __init__(self, values: Iterable[Any], dimensions: int, partly: bool = False, unit: int = 1):
        """
        Args:
            values: ints, Fractions and grids, none of them below 0.
            dimensions, unit: as of a `Total`.
        """
        values = list(values)
        den = lcm(1, *map(_denominator, values))
        self.partly, self.den = partly, den * unit
        self.constant = 0
        arrays: dict[int, np.ndarray] = {}
        for value in values:
            if not isinstance(value, Grid):
                self.constant = max(self.constant, int(Fraction(value) * den))
                continue
            array = _full(_times(value, den), dimensions)
            bits = along(array)
            arrays[bits] = np.maximum(arrays[bits], array) if bits in arrays else array
        self.constant = max([self.constant, *(int(array.min()) for array in arrays.values())])
        self.sides = [array for array in arrays.values() if int(array.max()) > self.constant]
        self.low, self.high = self.bounds()

    @property
    def elements(self) -> int:
        """How many array elements it holds."""
        return sum(side.size for side in self.sides)

    def bounds(self, span: Span | None = None) -> tuple[int, int]:
        """A number that no numerator is below, and one that none is above; of all variants, or of those in a span."""
        low = high = self.constant
        for side in self.sides:
            array = side if span is None else elements(side, span)
            low, high = max(low, int(array.min())), max(high, int(array.max()))
        return low, high

    def numerators(self, span: Span) -> np.ndarray:
        """The numerators in a span: an array that broadcasts to its lengths."""
        found = np.full((1,) * len(span), self.constant, dtype=np.int64 if fits(self.constant, self.constant) else object)
        for side in sorted((elements(side, span) for side in self.sides), key=lambda array: array.size):
            found = np.maximum(found, side)
        return found

    def at(self, places: Index) -> np.ndarray:
        """The numerators of single variants: `places` holds one array of equal length for each axis."""
        found: Any = self.constant
        for side in self.sides:
            found = np.maximum(found, elements(side, places))
        return np.broadcast_to(np.asarray(found), places[0].shape)


def total_of(found: Amounts, dimensions: int, unit: int = 1) -> Total | Most:
    """The total of a cost for all variants of a box; see `Total` for the arguments."""
    if isinstance(found, Largest):
        return Most(found.sides, dimensions, found.partly, unit)
    return Total(found.parts(), dimensions, unit)


class _Sum(NamedTuple):
    """A sum of arrays that grows: in int64 as long as that is proven to suffice, otherwise in Python ints."""

    array: np.ndarray
    bounds: Bounds

    @classmethod
    def of(cls, array: np.ndarray, scale: int) -> _Sum:
        """An array times an int."""
        bounds = ordered(int(array.min()) * scale, int(array.max()) * scale)
        small = array.dtype != object and fits(*bounds) and fits(scale, scale)
        return cls((array if small else array.astype(object)) * scale, bounds)

    def plus(self, other: _Sum) -> _Sum:
        bounds = self.bounds[0] + other.bounds[0], self.bounds[1] + other.bounds[1]
        if self.array.dtype != object and other.array.dtype != object and fits(*bounds):
            return _Sum(self.array + other.array, bounds)
        return _Sum(self.array.astype(object) + other.array.astype(object), bounds)


def _absorbed(products: list[tuple[np.ndarray, ...]]) -> list[tuple[np.ndarray, ...]]:
    """The same sum, with every array added to another one that varies along the same axes and more, if there is one."""
    single: list[tuple[int, np.ndarray]] = []
    for (array,) in sorted((p for p in products if len(p) == 1), key=lambda p: -p[0].size):
        bits = along(array)
        for place, (wider, sum_) in enumerate(single):
            if not bits & ~wider:
                single[place] = wider, sum_ + array
                break
        else:
            single.append((bits, array))
    return [*((array,) for _, array in single), *(p for p in products if len(p) > 1)]


def _full(array: np.ndarray, dimensions: int) -> np.ndarray:
    return array.reshape((1,) * (dimensions - array.ndim) + array.shape)


def _insert(work: dict[int, np.ndarray], array: np.ndarray) -> None:
    bits = along(array)
    work[bits] = work[bits] + array if bits in work else array


def _cheapest(work: dict[int, np.ndarray]) -> tuple[int, int]:
    """The two arrays whose sum is smallest."""
    keys = list(work)
    shapes = {key: array.shape for key, array in work.items()}
    pairs = ((a, b) for place, a in enumerate(keys) for b in keys[place + 1 :])
    return min(pairs, key=lambda pair: _size(shapes[pair[0]], shapes[pair[1]]))


def _size(a: tuple[int, ...], b: tuple[int, ...]) -> int:
    total = 1
    for m, n in zip(a, b, strict=True):
        total *= m if m > n else n
    return total


def _times(value: Grid, den: int) -> np.ndarray:
    """A grid times a multiple of its denominators, as whole numbers."""
    scale = den // value.den if isinstance(value.den, int) else den // value.den.astype(object)
    if isinstance(scale, int) and fits(*ordered(*(int(end) * scale for end in (value.num.min(), value.num.max())))):
        return value.num * scale
    found: np.ndarray = value.num.astype(object) * scale
    return found


def _denominator(value: Any) -> int:
    if isinstance(value, Fraction):
        return value.denominator
    if isinstance(value, Grid):
        return value.den if isinstance(value.den, int) else lcm(*map(int, np.unique(value.den)))
    return 1
