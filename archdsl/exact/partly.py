"""Numbers of which only a part is known: what a network costs that has a step of unknown cost.

Such a number carries through every sum what is known of it, and that something is missing, so that no total that it enters can be
taken for exact. It is shown as `≥ 1,820`, or as `?` where nothing is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from archdsl.exact.kinds import elements, has_axes

LEAST, MOST, NEITHER = 1, -1, 0
_SIGNS = {LEAST: "≥ ", MOST: "≤ "}


class Partly(Fraction):
    """A known part and an unknown one.

    Attributes:
        side: LEAST where the unknown part is not negative, so that the known one is a lower bound; MOST where it is not positive;
            NEITHER where it may be either.
    """

    __slots__ = ("side",)
    side: int

    def __new__(cls, known: Any = 0, side: int = LEAST) -> Partly:
        made = super().__new__(cls, known)
        made.side = side
        return made

    @property
    def known(self) -> int | Fraction:
        """The part that is known."""
        return self.numerator if self.denominator == 1 else Fraction(self.numerator, self.denominator)

    # -- arithmetic: what is unknown of one side is unknown of the result ------------------------------------------------------

    def __add__(self, other: Any) -> Any:
        part = _known(other)
        return NotImplemented if part is None else Partly(self.known + part, _both(self.side, _side(other)))

    def __neg__(self) -> Partly:
        return Partly(-self.known, -self.side)

    def __sub__(self, other: Any) -> Any:
        return self + (-other)

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, other: Any) -> Any:
        part = _known(other)
        if part is None:
            return NotImplemented
        return Partly(self.known * part, NEITHER if isinstance(other, Partly) else self.side if part >= 0 else -self.side)

    def __truediv__(self, other: Any) -> Any:
        part = _known(other)
        if part is None:
            return NotImplemented
        if isinstance(other, Partly):
            return Partly(0, NEITHER)
        return Partly(Fraction(self.known) / part, self.side if part > 0 else -self.side)

    def __rtruediv__(self, other: Any) -> Any:
        return Partly(0, NEITHER)

    def __floordiv__(self, other: Any) -> Any:
        found = self / other
        return Partly(found.numerator // found.denominator, found.side)

    def __abs__(self) -> Partly:
        return Partly(abs(self.known), self.side if self.known >= 0 and self.side == LEAST else NEITHER)

    def __bool__(self) -> bool:
        """It is not known to be nothing."""
        return True

    __radd__ = __add__
    __rmul__ = __mul__

    # -- as text and as data ---------------------------------------------------------------------------------------------------

    def __format__(self, spec: str) -> str:
        """As `≥ 1,820`, by the format of the known part; `?` where nothing is known, and for shares."""
        if spec.endswith("%"):
            return "?"
        return self.around(lambda known: format(known if isinstance(known, int) else float(known), spec))

    def around(self, text: Callable[[Any], str]) -> str:
        """The known part as a function writes it, with the sign of a bound; `?` where nothing is known."""
        if not self.known:
            return "?"
        return f"{_SIGNS[self.side]}{text(self.known)}" if self.side in _SIGNS else f"{text(self.known)} and ?"

    def __str__(self) -> str:
        return format(self, ",")

    def __repr__(self) -> str:
        return f"Partly({self.known!r}, {self.side})"

    def as_data(self) -> dict[str, Any] | None:
        """For JSON: `{"at_least": 1820}`, or None where not even a bound is known."""
        known = self.known if isinstance(self.known, int) else float(self.known)
        word = {LEAST: "at_least", MOST: "at_most"}.get(self.side)
        return None if word is None else {word: known}

    def __reduce__(self) -> Any:
        return (Partly, (self.known, self.side))

    def __copy__(self) -> Partly:
        return self

    def __deepcopy__(self, memo: Any) -> Partly:
        return self


def at_least(value: Any) -> Any:
    """A number, or every element of an array, as a lower bound."""
    value = elements(value)
    if isinstance(value, Partly):
        return value
    if not has_axes(value):
        return Partly(value)
    import numpy as np

    made = np.empty(value.shape, dtype=object)
    made.reshape(-1)[:] = [at_least(each) for each in value.ravel().tolist()]
    return made


def at_least_if(unknown: Any, value: Any) -> Any:
    """A number as a lower bound where something is unknown of it, otherwise as it is."""
    return at_least(value) if unknown else value


def is_partly(value: Any) -> bool:
    """Whether a number, or any in an array or a list, is known in part alone."""
    if isinstance(value, (list, tuple)):
        return any(map(is_partly, value))
    return is_partly(value.ravel().tolist()) if has_axes(value) and value.dtype == object else isinstance(value, Partly)


def any_partly(values: Iterable[Any]) -> bool:
    """Whether one of some numbers is known in part alone."""
    return any(isinstance(value, Partly) for value in values)


def settled(sign: str, value: Any, bound: Any) -> bool | None:
    """Whether `value sign bound` holds, `sign` being <, <=, > or >=; None where what is unknown of the value decides."""
    low, high = value, value
    if isinstance(value, Partly):
        low = value.known if value.side == LEAST else None
        high = value.known if value.side == MOST else None
    if sign in (">", ">="):
        holds = low is not None and (low > bound or (sign == ">=" and low == bound))
        fails = high is not None and not (high > bound or (sign == ">=" and high == bound))
    else:
        holds = high is not None and (high < bound or (sign == "<=" and high == bound))
        fails = low is not None and not (low < bound or (sign == "<=" and low == bound))
    return True if holds else False if fails else None


def _known(value: Any) -> Any:
    if isinstance(value, Partly):
        return value.known
    if isinstance(value, float):
        return Fraction(value)
    return value if isinstance(value, (int, Fraction)) else None


def _side(value: Any) -> int | None:
    return value.side if isinstance(value, Partly) else None


def _both(first: int, second: int | None) -> int:
    return first if second is None or second == first else NEITHER
