"""Arrays of exact numbers that broadcast: what a dimension becomes when a knob holds many values.

A `Grid` is a ratio of two integer arrays. Every grid knows a lower and an upper bound of its numerator, so that an operation is
proven to fit in int64 before it runs; where it does not fit, the same operation runs on arrays of Python ints. Nothing wraps
around. A grid also knows which knobs it came from, so that an error about it can name them.

A product of arrays along different axes is kept as its factors until somebody asks for the elements: channels depend on width and
height on resolution, and their product would be as large as the grid.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np

from archdsl.exact.bounds import of_product, ordered
from archdsl.exact.compared import Compared
from archdsl.exact.decision import agreed
from archdsl.exact.factors import Factors, along, joined, multiplied
from archdsl.exact.integers import MAX_BITS, apply, fits, integers, pack, scalar
from archdsl.exact.room import spend
from archdsl.exact.truth import NO_KNOBS, Choices, Truth, objects

__all__ = ["Choices", "Grid", "Truth", "where"]


class Grid(Compared):
    """An exact array of integers, or of ratios where `den` is not 1.

    Attributes:
        num: int64 array, or an object array of Python ints where int64 cannot be proven to suffice.
        factors: arrays along different axes whose product `num` is.
        den: 1 for integers, otherwise a positive int or an array like `num`.
        lo, hi: bounds of `num` as Python ints, inclusive and not necessarily tight.
        knobs: names of the knobs that the values depend on.
    """

    __slots__ = ("_key", "_num", "den", "factors", "hi", "knobs", "lo")
    __array_priority__ = 1000
    __array_ufunc__ = None  # NumPy scalars on the left leave the operation to this class

    def __init__(self, num: Any, den: Any = 1, knobs: frozenset[str] = NO_KNOBS, bounds: tuple[int, int] | None = None):
        num = integers(num)  # NumPy makes a plain int of an array without axes
        self._num: np.ndarray | None = num
        self.factors: Factors | None = None
        self._key: Any = None
        self.den = den
        self.knobs = knobs
        self.lo, self.hi = bounds or (int(num.min()), int(num.max()))
        if num.dtype == object and max(-self.lo, self.hi).bit_length() > MAX_BITS:
            raise ValueError("the number is too large")
        spend(num.size, knobs)

    @classmethod
    def _of_factors(cls, factors: Factors, knobs: frozenset[str], bounds: tuple[int, int]) -> Grid:
        made = cls.__new__(cls)
        made._num, made.factors, made._key, made.den, made.knobs = None, factors, None, 1, knobs
        made.lo, made.hi = bounds
        return made

    @property
    def num(self) -> np.ndarray:
        """The numerator; worked out where it is kept as factors."""
        if self._num is None:
            assert self.factors is not None
            self._num = multiplied(self.factors, self.knobs)
        return self._num

    @classmethod
    def of(cls, values: Any, knob: str | None = None) -> Any:
        """An array of numbers as a grid: ints, floats read as the decimals that they print as, or Fractions.

        Args:
            values: array or nested sequence, at least one element.
            knob: name to give in errors.

        Raises:
            ValueError: no element, or an element that is no finite number.
            TypeError: an element that is no number.
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

    # -- shape and values ------------------------------------------------------------------------------------------------------

    @property
    def key(self) -> Any:
        """Shape and elements, as something that can be looked up."""
        if self._key is None:
            arrays = [self.num] if isinstance(self.den, int) else [self.num, self.den]
            parts = [a.tobytes() if a.dtype != object else tuple(a.ravel().tolist()) for a in arrays]
            self._key = (self.num.shape, *parts, self.den if len(parts) == 1 else self.den.shape)
        return self._key

    @property
    def shape(self) -> tuple[int, ...]:
        if self._num is None:
            assert self.factors is not None
            return np.broadcast_shapes(*(array.shape for _, array in self.factors))
        return np.broadcast_shapes(self._num.shape, np.shape(self.den))

    @property
    def values(self) -> np.ndarray:
        """The elements: integers as an int64 (or, past its range, object) array, ratios as an object array of Fractions."""
        if _is_one(self.den):
            return self.num
        num, den = np.broadcast_arrays(self.num, self.den)
        ratios = [_small(Fraction(int(n), int(d))) for n, d in zip(num.ravel().tolist(), den.ravel().tolist(), strict=True)]
        return objects(ratios, num.shape)

    @property
    def is_integer(self) -> bool:
        return _is_one(self.den)

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        values = self.values
        return values if dtype is None else values.astype(dtype)

    def __repr__(self) -> str:
        return f"Grid({self.values.tolist()})"

    def __str__(self) -> str:
        """The range of the elements, for messages."""
        if isinstance(self.den, np.ndarray):
            return f"{min(self.values.flat)} to {max(self.values.flat)}"
        low, high = (_small(Fraction(int(end), self.den)) for end in (self.num.min(), self.num.max()))
        return str(low) if low == high else f"{low} to {high}"

    def __bool__(self) -> bool:
        return bool(self != 0)

    # -- arithmetic ------------------------------------------------------------------------------------------------------------

    def __neg__(self) -> Grid:
        return Grid(-self.num, self.den, self.knobs, (-self.hi, -self.lo))

    def __add__(self, other: Any) -> Any:
        if type(other) is int and self._small_with(other):
            bounds = self.lo + other, self.hi + other
            if other == 0 or fits(*bounds):
                return self if other == 0 else Grid(self.num + other, 1, self.knobs, bounds)
        o = _grid(other)
        if o is None:
            return NotImplemented
        knobs = self.knobs | o.knobs
        if _is_one(self.den) and _is_one(o.den):
            return _combined(np.add, self, o, (self.lo + o.lo, self.hi + o.hi), knobs)
        left, right = self._times(o.den), o._times(self.den)
        return _reduced(left + right, Grid(integers(self.den))._times(o.den), knobs)

    def __sub__(self, other: Any) -> Any:
        o = _grid(other)
        return NotImplemented if o is None else self + (-o)

    def __rsub__(self, other: Any) -> Any:
        return (-self) + other

    def __mul__(self, other: Any) -> Any:
        if type(other) is int and self._small_with(other):
            bounds = ordered(self.lo * other, self.hi * other)
            if other == 1 or fits(*bounds):
                return self if other == 1 else self._scaled(other, bounds)
        o = _grid(other)
        if o is None:
            return NotImplemented
        knobs = self.knobs | o.knobs
        num = _multiplied(self, o, knobs)
        if _is_one(self.den) and _is_one(o.den):
            return num
        return _reduced(num, Grid(integers(self.den))._times(o.den), knobs)

    def __truediv__(self, other: Any) -> Any:
        o = _grid(other)
        if o is None:
            return NotImplemented
        o = _no_zero(o)
        sign = Grid(np.asarray(np.sign(o.num), dtype=np.int64))
        knobs = self.knobs | o.knobs
        num = self._times(o.den) * sign
        den = Grid(np.abs(o.num), bounds=(1, max(abs(o.lo), abs(o.hi))))._times(self.den)
        return _reduced(num, den, knobs)

    def __rtruediv__(self, other: Any) -> Any:
        o = _grid(other)
        return NotImplemented if o is None else o / self

    def __floordiv__(self, other: Any) -> Any:
        o = _grid(other)
        if o is None:
            return NotImplemented
        if type(other) is int and other > 0 and self._small_with(other):
            return self if other == 1 else Grid(self.num // other, 1, self.knobs, (self.lo // other, self.hi // other))
        o = _no_zero(o)
        knobs = self.knobs | o.knobs
        if not (_is_one(self.den) and _is_one(o.den)):
            return (self / o).__floor__()
        return Grid(pack(apply(np.floor_divide, self.num, o.num)), 1, knobs)

    def __rfloordiv__(self, other: Any) -> Any:
        o = _grid(other)
        return NotImplemented if o is None else o // self

    def __mod__(self, other: Any) -> Any:
        if type(other) is int and other > 0 and self._small_with(other):
            return Grid(self.num % other, 1, self.knobs, (0, other - 1))
        o = _grid(other)
        return NotImplemented if o is None else self - o * (self // o)

    def __rmod__(self, other: Any) -> Any:
        o = _grid(other)
        return NotImplemented if o is None else o % self

    def __pow__(self, exponent: int) -> Any:
        result: Any = 1
        for _ in range(exponent):
            result = self * result
        return result

    __radd__ = __add__
    __rmul__ = __mul__

    def __floor__(self) -> Grid:
        if _is_one(self.den):
            return self
        return Grid(pack(apply(np.floor_divide, self.num, integers(self.den))), 1, self.knobs)

    def __ceil__(self) -> Grid:
        return -((-self).__floor__())

    def _small_with(self, other: int) -> bool:
        """Whether the elements are integers kept in int64, and another one is that small too."""
        return _is_one(self.den) and (self._num is None or self._num.dtype != object) and fits(other, other)

    def _scaled(self, factor: int, bounds: tuple[int, int]) -> Grid:
        """Times an int that is known to fit."""
        if self._num is not None or factor < 1:
            return Grid(self.num * factor, 1, self.knobs, bounds)
        assert self.factors is not None
        *others, (bits, least) = sorted(self.factors, key=lambda part: -part[1].size)
        return Grid._of_factors((*others, (bits, least * factor)), self.knobs, bounds)

    def _times(self, factor: Any) -> Grid:
        """The numerator times an integer or integer array, as an integer grid."""
        if _is_one(factor):
            return self if _is_one(self.den) else Grid(self.num, 1, self.knobs, (self.lo, self.hi))
        return _multiplied(self, Grid(integers(factor)), self.knobs)

    def _sides(self, other: Any) -> tuple[Grid, Grid] | None:
        o = _grid(other)
        if o is None or (_is_one(self.den) and _is_one(o.den)):
            return None if o is None else (self, o)
        return self._times(o.den), o._times(self.den)


# -- selection: what `a if c else b`, min and max become on arrays -------------------------------------------------------------


def where(condition: Truth, yes: Any, no: Any) -> Any:
    """Elementwise choice between two numbers or grids (or two words). Exact; shapes broadcast."""
    a, b = _grid(yes), _grid(no)
    if a is None or b is None:
        left = yes.values if isinstance(yes, Choices) else objects([yes], ())
        right = no.values if isinstance(no, Choices) else objects([no], ())
        knobs = condition.knobs.union(*(v.knobs for v in (yes, no) if isinstance(v, Choices)))
        return Choices(np.where(condition.mask, left, right), knobs)
    knobs = condition.knobs | a.knobs | b.knobs
    num = np.where(condition.mask, a.num, b.num)
    bounds = (min(a.lo, b.lo), max(a.hi, b.hi))
    if _is_one(a.den) and _is_one(b.den):
        return Grid(num, 1, knobs, bounds)
    return Grid(num, np.where(condition.mask, integers(a.den), integers(b.den)), knobs, bounds)


# -- parts of the arithmetic ---------------------------------------------------------------------------------------------------


def _ratio(value: Any) -> Fraction:
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float):
        return Fraction(repr(value))
    if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
        return Fraction(value)
    raise TypeError(f"{value!r} is no number")


def _small(value: Fraction) -> int | Fraction:
    return value.numerator if value.denominator == 1 else value


def _is_one(den: Any) -> bool:
    return isinstance(den, int) and den == 1


def _grid(value: Any) -> Grid | None:
    """A number of any kind as a grid, None for what is no number."""
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


def _multiplied(a: Grid, b: Grid, knobs: frozenset[str]) -> Grid:
    """The product of two numerators."""
    bounds = of_product((a.lo, a.hi), (b.lo, b.hi))
    if not fits(*bounds):  # perhaps only because the bounds are loose
        for grid in (a, b):
            grid.lo, grid.hi = int(grid.num.min()), int(grid.num.max())
        bounds = of_product((a.lo, a.hi), (b.lo, b.hi))
    # Positive factors that fit together fit in every part of their product, whatever is multiplied first.
    if a.lo > 0 < b.lo and fits(*bounds) and (factors := joined(_factors(a), _factors(b))) is not None:
        return Grid._of_factors(factors, knobs, bounds)
    return _combined(np.multiply, a, b, bounds, knobs)


def _factors(grid: Grid) -> Factors | None:
    """The arrays whose product a numerator is; None where int64 does not hold them."""
    if grid.factors is not None:
        return grid.factors
    return None if grid.num.dtype == object else ((along(grid.num), grid.num),)


def _combined(function: Any, a: Grid, b: Grid, bounds: tuple[int, int], knobs: frozenset[str]) -> Grid:
    """One operation on numerators: in int64 where the bounds prove that it fits, otherwise on Python ints."""
    if a.num.dtype != object and b.num.dtype != object and fits(*bounds):
        return Grid(function(a.num, b.num), 1, knobs, bounds)
    result = np.asarray(function(a.num.astype(object), b.num.astype(object)), dtype=object)
    return Grid(pack(result), 1, knobs)


def _reduced(num: Grid, den: Grid, knobs: frozenset[str]) -> Grid:
    """num/den in lowest terms; an integer grid where every denominator comes to 1."""
    common = apply(np.gcd, num.num, den.num)
    n, d = apply(np.floor_divide, num.num, common), apply(np.floor_divide, den.num, common)
    if bool((d == 1).all()):
        return Grid(pack(np.broadcast_to(n, np.broadcast_shapes(n.shape, d.shape))), 1, knobs)
    return Grid(pack(n), pack(d), knobs)


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
