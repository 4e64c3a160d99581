"""How an array of exact numbers is kept: integers over a denominator, with bounds, or as factors along different axes.

Every array knows a lower and an upper bound of its numerator, so that an operation is proven to fit in int64 before it runs;
where it does not fit, the same operation runs on arrays of Python ints. Nothing wraps around. A product of arrays along different
axes is kept as its factors until somebody asks for the elements: channels depend on width and height on resolution, and their
product would be as large as the grid.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Self

import numpy as np

from archdsl.exact.bounds import Bounds, of_product
from archdsl.exact.broadcasting import shape_of, together
from archdsl.exact.factors import Factors, along, joined, multiplied
from archdsl.exact.integers import ELEMENT_BITS, apply, fits, integers, pack
from archdsl.exact.kinds import NO_KNOBS, NumberArray
from archdsl.exact.room import spend
from archdsl.exact.truth import objects


class Ratios(NumberArray):
    """An array of integers, or of ratios where `den` is not 1.

    Attributes:
        num: int64 array, or an object array of Python ints where int64 cannot be proven to suffice.
        factors: arrays along different axes whose product `num` is; None where `num` is kept itself.
        den: 1 for integers, otherwise a positive int or an array like `num`.
        lo, hi: bounds of `num` as Python ints, inclusive and not necessarily tight.
        knobs: names of the knobs that the values depend on.
    """

    __slots__ = ("_key", "_num", "den", "factors", "hi", "knobs", "lo")

    def __init__(self, num: Any, den: Any = 1, knobs: frozenset[str] = NO_KNOBS, bounds: Bounds | None = None):
        num = integers(num)  # NumPy makes a plain int of an array without axes
        self._num: np.ndarray | None = num
        self.factors: Factors | None = None
        self._key: Any = None
        self.den = den
        self.knobs = knobs
        self.lo, self.hi = bounds or (int(num.min()), int(num.max()))
        if num.dtype == object and max(-self.lo, self.hi).bit_length() > ELEMENT_BITS:
            raise ValueError("the number is too large")
        spend(num.size, knobs)

    @classmethod
    def of_factors(cls, factors: Factors, knobs: frozenset[str], bounds: Bounds) -> Self:
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
            return shape_of(*(array.shape for _, array in self.factors))
        return shape_of(self._num.shape, np.shape(self.den))

    @property
    def values(self) -> np.ndarray:
        """The elements: integers as an int64 (or, past its range, object) array, ratios as an object array of Fractions."""
        if self.is_integer:
            return self.num
        num, den = together(self.num, self.den)
        ratios = [small(Fraction(int(n), int(d))) for n, d in zip(num.ravel().tolist(), den.ravel().tolist(), strict=True)]
        return objects(ratios, num.shape)

    @property
    def is_integer(self) -> bool:
        """Whether all elements are integers."""
        return isinstance(self.den, int) and self.den == 1

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        values = self.values
        return values if dtype is None else values.astype(dtype)

    def __repr__(self) -> str:
        return f"Grid({self.values.tolist()})"

    def __str__(self) -> str:
        """The range of the elements, for messages."""
        if isinstance(self.den, np.ndarray):
            return f"{min(self.values.flat)} to {max(self.values.flat)}"
        low, high = (small(Fraction(int(end), self.den)) for end in (self.num.min(), self.num.max()))
        return str(low) if low == high else f"{low} to {high}"

    # -- arithmetic of numerators ----------------------------------------------------------------------------------------------

    def small_with(self, other: int) -> bool:
        """Whether the elements are integers kept in int64, and another one is that small too."""
        return self.is_integer and (self._num is None or self._num.dtype != object) and fits(other, other)

    def scaled(self, factor: int, bounds: Bounds) -> Self:
        """Times an int that is known to fit."""
        if self._num is not None or factor < 1:
            return type(self)(self.num * factor, 1, self.knobs, bounds)
        assert self.factors is not None
        *others, (bits, least) = sorted(self.factors, key=lambda part: -part[1].size)
        return self.of_factors((*others, (bits, least * factor)), self.knobs, bounds)

    def times(self, factor: Any) -> Self:
        """The numerator times an integer or integer array, over 1."""
        if isinstance(factor, int) and factor == 1:
            return self if self.is_integer else type(self)(self.num, 1, self.knobs, (self.lo, self.hi))
        return self.multiplied(type(self)(integers(factor)), self.knobs)

    def multiplied(self, other: Self, knobs: frozenset[str]) -> Self:
        """The product of two numerators, over 1."""
        bounds = of_product((self.lo, self.hi), (other.lo, other.hi))
        if not fits(*bounds):  # perhaps only because the bounds are loose
            for side in (self, other):
                side.lo, side.hi = int(side.num.min()), int(side.num.max())
            bounds = of_product((self.lo, self.hi), (other.lo, other.hi))
        # Positive factors that fit together fit in every part of their product, whatever is multiplied first.
        if self.lo > 0 < other.lo and fits(*bounds) and (factors := joined(self._parts(), other._parts())) is not None:
            return self.of_factors(factors, knobs, bounds)
        return self.combined(np.multiply, other, bounds, knobs)

    def combined(self, function: Any, other: Self, bounds: Bounds, knobs: frozenset[str]) -> Self:
        """One operation on numerators: in int64 where the bounds prove that it fits, otherwise on Python ints."""
        if self.num.dtype != object and other.num.dtype != object and fits(*bounds):
            return type(self)(function(self.num, other.num), 1, knobs, bounds)
        result = np.asarray(function(self.num.astype(object), other.num.astype(object)), dtype=object)
        return type(self)(pack(result), 1, knobs)

    def over(self, den: Self, knobs: frozenset[str]) -> Self:
        """One numerator over another, in lowest terms; integers where every denominator comes to 1."""
        common = apply(np.gcd, self.num, den.num)
        n, d = apply(np.floor_divide, self.num, common), apply(np.floor_divide, den.num, common)
        if bool((d == 1).all()):
            return type(self)(pack(np.broadcast_to(n, shape_of(n.shape, d.shape))), 1, knobs)
        return type(self)(pack(n), pack(d), knobs)

    def denominator(self) -> Self:
        """The denominator, over 1."""
        return type(self)(integers(self.den))

    def _parts(self) -> Factors | None:
        """The arrays whose product the numerator is; None where int64 does not hold them."""
        if self.factors is not None:
            return self.factors
        return None if self.num.dtype == object else ((along(self.num), self.num),)


def small(value: Fraction) -> int | Fraction:
    """A whole Fraction as an int."""
    return value.numerator if value.denominator == 1 else value
