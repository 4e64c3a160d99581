"""Arrays of exact numbers that broadcast: what a dimension becomes when a knob holds many values.

A `Grid` calculates with the signs of Python, on ints, Fractions, NumPy arrays and other grids, and never rounds
(`archdsl.exact.ratios` keeps the elements). It knows which knobs it came from, so that an error about it can name them.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np

from archdsl.exact.bounds import ordered
from archdsl.exact.compared import compared
from archdsl.exact.decision import agreed
from archdsl.exact.integers import apply, fits, integers, pack, scalar
from archdsl.exact.kinds import NO_KNOBS, is_single_number
from archdsl.exact.ratios import Ratios


class Grid(Ratios):
    """An exact array of integers or ratios, with the operations of Python's numbers."""

    __slots__ = ()
    __array_priority__ = 1000
    __array_ufunc__ = None  # NumPy scalars on the left leave the operation to this class

    @classmethod
    def of(cls, values: Any, knob: str | None = None) -> Any:
        """An array of numbers as a grid: ints, floats read as the decimals that they print as, or Fractions.

        Args:
            values: array or nested sequence, at least one element.
            knob: name to give in errors.

        Raises:
            ValueError: no element, or an element that is not a finite number.
            TypeError: an element that is not a number.
        """
        knobs = frozenset([knob]) if knob else NO_KNOBS
        array = values if isinstance(values, np.ndarray) else np.asarray(values, dtype=object)
        if array.size == 0:
            raise ValueError("an array of values needs at least one element")
        if array.dtype.kind in "iu":
            return cls(pack(array.astype(object)) if array.dtype.itemsize == 8 else array.astype(np.int64), knobs=knobs)
        ratios = [_ratio(v) for v in array.ravel().tolist()]
        den = lcm(*(r.denominator for r in ratios))
        num = pack(np.array([int(r * den) for r in ratios], dtype=object).reshape(array.shape))
        return cls(num, den, knobs)

    def __bool__(self) -> bool:
        return bool(self != 0)

    # -- arithmetic ------------------------------------------------------------------------------------------------------------

    def __neg__(self) -> Grid:
        return Grid(-self.num, self.den, self.knobs, (-self.hi, -self.lo))

    def __add__(self, other: Any) -> Any:
        if type(other) is int and self.small_with(other):
            bounds = self.lo + other, self.hi + other
            if other == 0 or fits(*bounds):
                return self if other == 0 else Grid(self.num + other, 1, self.knobs, bounds)
        o = as_grid(other)
        if o is None:
            return NotImplemented
        knobs = self.knobs | o.knobs
        if self.is_integer and o.is_integer:
            return self.combined(np.add, o, (self.lo + o.lo, self.hi + o.hi), knobs)
        left, right = self.times(o.den), o.times(self.den)
        return (left + right).over(self.denominator().times(o.den), knobs)

    def __sub__(self, other: Any) -> Any:
        o = as_grid(other)
        return NotImplemented if o is None else self + (-o)

    def __rsub__(self, other: Any) -> Any:
        return (-self) + other

    def __mul__(self, other: Any) -> Any:
        if type(other) is int and self.small_with(other):
            bounds = ordered(self.lo * other, self.hi * other)
            if other == 1 or fits(*bounds):
                return self if other == 1 else self.scaled(other, bounds)
        o = as_grid(other)
        if o is None:
            return NotImplemented
        knobs = self.knobs | o.knobs
        num = self.multiplied(o, knobs)
        if self.is_integer and o.is_integer:
            return num
        return num.over(self.denominator().times(o.den), knobs)

    def __truediv__(self, other: Any) -> Any:
        o = as_grid(other)
        if o is None:
            return NotImplemented
        o = _no_zero(o)
        sign = Grid(np.asarray(np.sign(o.num), dtype=np.int64))
        knobs = self.knobs | o.knobs
        num = self.times(o.den) * sign
        den = Grid(np.abs(o.num), bounds=(1, max(abs(o.lo), abs(o.hi)))).times(self.den)
        return num.over(den, knobs)

    def __rtruediv__(self, other: Any) -> Any:
        o = as_grid(other)
        return NotImplemented if o is None else o / self

    def __floordiv__(self, other: Any) -> Any:
        o = as_grid(other)
        if o is None:
            return NotImplemented
        if type(other) is int and other > 0 and self.small_with(other):
            return self if other == 1 else Grid(self.num // other, 1, self.knobs, (self.lo // other, self.hi // other))
        o = _no_zero(o)
        knobs = self.knobs | o.knobs
        if not (self.is_integer and o.is_integer):
            return (self / o).__floor__()
        return Grid(pack(apply(np.floor_divide, self.num, o.num)), 1, knobs)

    def __rfloordiv__(self, other: Any) -> Any:
        o = as_grid(other)
        return NotImplemented if o is None else o // self

    def __mod__(self, other: Any) -> Any:
        if type(other) is int and other > 0 and self.small_with(other):
            return Grid(self.num % other, 1, self.knobs, (0, other - 1))
        o = as_grid(other)
        return NotImplemented if o is None else self - o * (self // o)

    def __rmod__(self, other: Any) -> Any:
        o = as_grid(other)
        return NotImplemented if o is None else o % self

    def __pow__(self, exponent: int) -> Any:
        result: Any = 1
        for _ in range(exponent):
            result = self * result
        return result

    __radd__ = __add__
    __rmul__ = __mul__

    def __floor__(self) -> Grid:
        if self.is_integer:
            return self
        return Grid(pack(apply(np.floor_divide, self.num, integers(self.den))), 1, self.knobs)

    def __ceil__(self) -> Grid:
        return -((-self).__floor__())

    # -- comparison: a bool where every element agrees, otherwise a `Truth` ----------------------------------------------------

    def _compare(self, function: Callable[..., Any], other: Any) -> Any:
        o = as_grid(other)
        if o is None or (self.is_integer and o.is_integer):
            return compared(function, None if o is None else (self, o))
        return compared(function, (self.times(o.den), o.times(self.den)))

    def __eq__(self, other: object) -> Any:
        return self._compare(np.equal, other)

    def __ne__(self, other: object) -> Any:
        return self._compare(np.not_equal, other)

    def __lt__(self, other: Any) -> Any:
        return self._compare(np.less, other)

    def __le__(self, other: Any) -> Any:
        return self._compare(np.less_equal, other)

    def __gt__(self, other: Any) -> Any:
        return self._compare(np.greater, other)

    def __ge__(self, other: Any) -> Any:
        return self._compare(np.greater_equal, other)

    __hash__ = None  # type: ignore[assignment]


def as_grid(value: Any) -> Grid | None:
    """A number of any kind as a grid; None for what is not a number."""
    if isinstance(value, Grid):
        return value
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Grid(scalar(value), 1, NO_KNOBS, (value, value))
    if isinstance(value, Fraction):
        return Grid(scalar(value.numerator), value.denominator, NO_KNOBS, (value.numerator, value.numerator))
    if isinstance(value, (np.integer, np.ndarray)):
        found: Grid = Grid.of(value)
        return found
    return None


def _ratio(value: Any) -> Fraction:
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float):
        return Fraction(repr(value))
    if is_single_number(value):
        return Fraction(value)
    raise TypeError(f"{value!r} is not a number")


def _no_zero(grid: Grid) -> Grid:
    """A divisor whose zeros, where they stand for nothing, are replaced.

    Raises:
        ZeroDivisionError: every element that counts is zero.
        Disagreement: some are.
    """
    if not grid.lo <= 0 <= grid.hi or not (zero := grid.num == 0).any():
        return grid
    if agreed(np.asarray(zero), grid.knobs):
        raise ZeroDivisionError("division by zero")
    return Grid(np.where(zero, 1, grid.num), grid.den, grid.knobs)
