"""Arithmetic that stays exact on ints, Fractions, grids and symbols. NumPy is imported only when an array arrives."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from archdsl.exact.decision import agreed
from archdsl.exact.kinds import is_choice_array, is_list_array, is_number_array, is_truth_array, knobs_of, to_plain
from archdsl.exact.symbol import Symbol

if TYPE_CHECKING:
    from archdsl.exact.truth import Truth

NUMBER_BITS = 256  # of one number of a spec; no network needs more, so a longer one is a mistake or an attack
MAX_EXPONENT = 64


def exact(value: Any) -> Any:
    """A float as the decimal that it prints as, a whole Fraction as an int; everything else as it is.

    Raises:
        ValueError: infinity, not-a-number, or a number of more than 256 bits.
    """
    kind = type(value)
    if kind is int:
        if value.bit_length() > NUMBER_BITS:
            raise ValueError("the number is too large")
        return value
    if kind is Fraction:
        if value.denominator == 1:
            return exact(value.numerator)
        if value.numerator.bit_length() > NUMBER_BITS or value.denominator.bit_length() > NUMBER_BITS:
            raise ValueError("the number is too large")
        return value
    if kind is float:
        if not math.isfinite(value):
            raise ValueError(f"{value} is no finite number")
        return exact(Fraction(repr(value)))
    return value


def divide(a: Any, b: Any) -> Any:
    """a / b without rounding: an int where it comes out even, otherwise a Fraction (or a grid of them)."""
    if type(a) is int and type(b) is int:
        quotient, rest = divmod(a, b)
        return Fraction(a, b) if rest else quotient
    return exact(a / b)


def power(a: Any, b: Any) -> Any:
    """a ** b for a whole b, exactly; for any other b the nearest float as a decimal, as papers compute 1.2 ** 0.5.

    Raises:
        ValueError: exponent past 64, or no real result.
        Disagreement: the exponent is an array whose elements differ.
    """
    b = one_answer(b)
    if not -MAX_EXPONENT <= b <= MAX_EXPONENT:
        raise ValueError(f"an exponent must lie between -{MAX_EXPONENT} and {MAX_EXPONENT}")
    if isinstance(b, Fraction):
        a = one_answer(a)
        if a < 0:
            raise ValueError("a root needs one number that is not negative")
        try:
            return exact(float(a) ** float(b))
        except OverflowError:
            raise ValueError("the number is too large") from None
    return exact(a**b) if b >= 0 else divide(1, a**-b)


def floor(x: Any) -> Any:
    """Largest integer not above x."""
    return x if type(x) is int else math.floor(x)


def ceil(x: Any) -> Any:
    """Smallest integer not below x."""
    return x if type(x) is int else math.ceil(x)


def select(condition: bool | Truth, yes: Any, no: Any) -> Any:
    """`yes if condition else no`, elementwise where the condition is an array whose elements disagree."""
    if isinstance(condition, bool):
        return yes if condition else no
    from archdsl.exact.selection import where

    return where(condition, yes, no)


def minimum(*values: Any) -> Any:
    """Smallest of the values, elementwise."""
    result = values[0]
    for value in values[1:]:
        result = select(result <= value, result, value)
    return result


def maximum(*values: Any) -> Any:
    """Largest of the values, elementwise."""
    if set(map(type, values)) == {int}:  # nearly always, and quick
        return max(values)
    result = values[0]
    for value in values[1:]:
        result = select(result >= value, result, value)
    return result


def make_divisible(x: Any, by: Any = 8) -> Any:
    """Nearest multiple of `by`, at least `by`, never more than a tenth below x.

    The rounding of channel counts of the MobileNet family (Sandler et al. 2018, reference implementation), in exact numbers.
    """
    nearest = maximum(by, floor(x + divide(by, 2)) // by * by)
    return select(10 * nearest < 9 * x, nearest + by, nearest)


def make_divisible_float(x: Any, factor: Any = 1, by: Any = 8) -> Any:
    """`make_divisible` of x * factor in double precision, step by step as torchvision's `_make_divisible` computes it.

    The product can fall short of the exact one: 720 * 0.35 is 251.99999999999997, which goes down to 248, where 252 goes up to 256.
    Letters have no digits to round, so they are taken exactly.
    """
    if isinstance(x, Symbol) or isinstance(factor, Symbol) or isinstance(by, Symbol):
        return make_divisible(x * factor, by)
    if is_number_array(x) or is_number_array(factor) or is_number_array(by):
        return _divisible_arrays(x, factor, by)
    product = float(x) * float(factor)
    nearest = max(by, int(product + by / 2) // by * by)
    return nearest + by if nearest < 0.9 * product else nearest


def _divisible_arrays(x: Any, factor: Any, by: Any) -> Any:
    import numpy as np

    from archdsl.exact.grid import Grid

    product = np.asarray(x, dtype=np.float64) * np.asarray(factor, dtype=np.float64)
    if not (np.abs(product) < 2.0**62).all():
        raise ValueError("the number is too large")
    steps = np.asarray(by, dtype=np.int64)
    nearest = np.maximum(steps, np.trunc(product + steps / 2).astype(np.int64) // steps * steps)
    found = np.where(nearest < 0.9 * product, nearest + steps, nearest)
    return Grid(found, knobs=knobs_of(x) | knobs_of(factor) | knobs_of(by))


def product(values: Iterable[Any]) -> Any:
    """Product of dimensions; 1 for none."""
    result: Any = 1
    for value in values:
        result = result * value
    return result


def one_answer(x: Any) -> Any:
    """The one value that decides structure.

    Raises:
        Disagreement: x is an array whose elements differ.
    """
    if is_number_array(x):
        return exact(to_plain(agreed(x.values, x.knobs)))
    if is_choice_array(x) or is_list_array(x):
        return x.decided()
    return bool(x) if is_truth_array(x) else x
