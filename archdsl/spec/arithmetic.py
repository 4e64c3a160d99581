"""What the signs of expressions do: exact arithmetic on numbers, grids and symbols, comparison, logic, and bounded lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from archdsl.exact import divide, exact, is_array, is_choice_array, is_number, is_truth, is_truth_array, power

MAX_ITEMS = 10_000
MAX_NESTING = 16


class Items(list[Any]):
    """A list of the language. It knows its size with that of inner lists, so that lists of lists stay bounded."""

    __slots__ = ("nesting", "size")
    nesting: int
    size: int

    def __init__(self, values: Iterable[Any]):
        super().__init__(values)
        inner = [value for value in self if isinstance(value, Items)]
        self.size = len(self) + sum(value.size for value in inner)
        self.nesting = 1 + max((value.nesting for value in inner), default=0)
        if self.size > MAX_ITEMS:
            raise ValueError(f"a list of more than {MAX_ITEMS:,} values")
        if self.nesting > MAX_NESTING:
            raise ValueError(f"lists nested deeper than {MAX_NESTING} levels")


def truth(value: Any) -> Any:
    """A condition: true, false, or an array of truth values. Raises ValueError for anything else."""
    if is_truth(value):
        return value
    if is_choice_array(value):
        return value == True  # noqa: E712  compared element by element
    raise ValueError("a condition must be true or false; compare the number with something")


def both(a: Any, b: Any) -> Any:
    """a and b, element by element."""
    return a & b if is_truth_array(a) or is_truth_array(b) else a and b


def either(a: Any, b: Any) -> Any:
    """a or b, element by element."""
    return a | b if is_truth_array(a) or is_truth_array(b) else a or b


def negated(a: Any) -> Any:
    """not a, element by element."""
    return not a if isinstance(a, bool) else ~a


def _numeric(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """An operation on two numbers; a TypeError for anything else, so that no Python meaning of a sign shows through."""

    def calculate(a: Any, b: Any) -> Any:
        if not ((type(a) is int or is_number(a)) and (type(b) is int or is_number(b))):
            raise TypeError
        return exact(function(a, b))

    return calculate


_plus = _numeric(lambda a, b: a + b)


def _add(a: Any, b: Any) -> Any:
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return Items([*a, *b])
    return _plus(a, b)


def _equal(a: Any, b: Any) -> Any:
    if isinstance(a, bool) != isinstance(b, bool) and not (is_array(a) or is_array(b)):
        return False  # true is not 1
    return a == b


def _unequal(a: Any, b: Any) -> Any:
    return negated(_equal(a, b))


def _in(a: Any, b: Any) -> Any:
    if not isinstance(b, (list, tuple)):
        raise ValueError("'in' takes a list on its right")
    result: Any = False
    for item in b:
        result = either(result, _equal(a, item))
    return result


BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": _add,
    "-": _numeric(lambda a, b: a - b),
    "*": _numeric(lambda a, b: a * b),
    "/": _numeric(divide),
    "//": _numeric(lambda a, b: a // b),
    "%": _numeric(lambda a, b: a % b),
    "**": _numeric(power),
    "==": _equal,
    "!=": _unequal,
    "<": _numeric(lambda a, b: a < b),
    "<=": _numeric(lambda a, b: a <= b),
    ">": _numeric(lambda a, b: a > b),
    ">=": _numeric(lambda a, b: a >= b),
    "in": _in,
}
