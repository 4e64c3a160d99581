"""The functions of expressions: one table, from which the evaluator, the checks and the reference page read."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

from archdsl.exact import (
    ceil,
    exact,
    floor,
    is_integer,
    is_number,
    make_divisible,
    make_divisible_float,
    maximum,
    minimum,
    one_answer,
    select,
)


class Function(NamedTuple):
    call: Callable[..., Any]
    least: int
    most: int | None  # None: any number of arguments
    doc: str

    @property
    def wanted(self) -> str:
        """How many arguments it takes, in words."""
        if self.most == self.least:
            return f"{self.least} argument{'s' if self.least > 1 else ''}"
        return f"{self.least} or more arguments" if self.most is None else f"{self.least} to {self.most} arguments"


def _divisible(x: Any, by: Any = 8) -> Any:
    if not is_integer(by) or (by >= 1) is not True:
        raise ValueError("the second argument must be a positive int")
    return make_divisible(x, by)


def _divisible_float(x: Any, factor: Any = 1, by: Any = 8) -> Any:
    if not is_integer(by) or (by >= 1) is not True:
        raise ValueError("the third argument must be a positive int")
    if not is_number(x) or not is_number(factor):
        raise ValueError("round8_float takes numbers")
    return make_divisible_float(x, factor, by)


def _length(x: Any) -> int:
    if not isinstance(x, (list, tuple)):
        raise ValueError("len takes a list")
    return len(x)


def _spread(function: Callable[..., Any]) -> Callable[..., Any]:
    def spread(*values: Any) -> Any:
        items = values[0] if len(values) == 1 and isinstance(values[0], (list, tuple)) else values
        if not items:
            raise ValueError("an empty list has no such value")
        return function(*items)

    return spread


def _round(x: Any) -> Any:
    return floor(x + Fraction(1, 2))


def _sqrt(x: Any) -> Any:
    x = one_answer(x)
    if not isinstance(x, (int, Fraction)) or x < 0:
        raise ValueError("sqrt takes one number that is not negative")
    root = Fraction(math.isqrt(x.numerator), math.isqrt(x.denominator))
    return exact(root) if root * root == x else exact(math.sqrt(x))


def _part(total: Any, count: Any, index: Any) -> Any:
    count, index = one_answer(count), one_answer(index)
    if type(count) is not int or type(index) is not int or not 0 <= index < count:
        raise ValueError("part takes a total, a number of parts and an index below it")
    return total // count if index < count - 1 else total - total // count * (count - 1)


def _abs(x: Any) -> Any:
    return select(x >= 0, x, -x)


FUNCTIONS: dict[str, Function] = {
    "round8": Function(
        _divisible, 1, 2, "nearest multiple of 8 (or of the second argument), at least that, and never more than a tenth below"
    ),
    "round8_float": Function(
        _divisible_float,
        1,
        3,
        "`round8` of the first argument times the second, to multiples of 8 (or of the third), in floating point as torchvision does",
    ),
    "round": Function(_round, 1, 1, "nearest integer, halves up"),
    "floor": Function(floor, 1, 1, "largest integer not above"),
    "ceil": Function(ceil, 1, 1, "smallest integer not below"),
    "min": Function(_spread(minimum), 1, None, "smallest of the arguments, or of one list"),
    "max": Function(_spread(maximum), 1, None, "largest of the arguments, or of one list"),
    "sum": Function(_spread(lambda *v: sum(v)), 1, None, "sum of the arguments, or of one list"),
    "len": Function(_length, 1, 1, "length of a list"),
    "part": Function(_part, 3, 3, "size of one part: part(total, count, index), rounded down, the last takes what is left"),
    "abs": Function(_abs, 1, 1, "the number without its sign"),
    "sqrt": Function(_sqrt, 1, 1, "square root, exact where it comes out even"),
    "given": Function(lambda x: x is not None, 1, 1, "whether an argument was given (is not `~`)"),
}
