"""Numbers that are not known: the third kind, for the figure of a block of any width.

A `Symbol` is a polynomial with exact coefficients, such as C, C/2 or E/2 + 1. What it stands for is taken to be *large*, and divisible
*by whatever it is divided by*: C/4 is an integer, floor(C/2 + 1/2) is C/2, and C/2 is more than 8. Two polynomials are equal where
they are the same one. What does not follow from that (whether E is more than C) has no answer, and asking is an error.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from archdsl.exact.decision import Undetermined

Powers = tuple[tuple[str, int], ...]  # of a term, by name: (("H", 1), ("W", 1)) is H·W; () is the constant
Terms = dict[Powers, int | Fraction]
MOST_TERMS = 1000


class Symbol:
    """A polynomial that is not a constant. Made by `symbols`, and by arithmetic on what it made."""

    __slots__ = ("_hash", "terms")
    __array_ufunc__ = None  # NumPy leaves the operation to this class, which refuses it

    def __init__(self, terms: Mapping[Powers, int | Fraction]):
        self.terms = dict(terms)
        self._hash = hash(frozenset(self.terms.items()))

    @property
    def knobs(self) -> frozenset[str]:
        """The names in it."""
        return frozenset(name for powers in self.terms for name, _ in powers)

    @property
    def is_integer(self) -> bool:
        """Whether it stands for an integer: the terms with names do, so the constant decides."""
        return isinstance(self.terms.get((), 0), int)

    def __repr__(self) -> str:
        return f"<{self}>"

    def __str__(self) -> str:
        shown = ""
        for powers, factor in sorted(self.terms.items(), key=_place):
            sign = "-" if factor < 0 else "+"
            text = _term(powers, max(factor, -factor))
            shown += f" {sign} {text}" if shown else text if sign == "+" else f"-{text}"
        return shown

    def __hash__(self) -> int:
        return self._hash

    def __bool__(self) -> bool:
        return True  # no polynomial here is the constant 0

    # -- arithmetic ------------------------------------------------------------------------------------------------------------

    def __neg__(self) -> Any:
        return self * -1

    def __add__(self, other: Any) -> Any:
        terms = _terms(other)
        if terms is None:
            return NotImplemented
        return _made([*self.terms.items(), *terms.items()])

    def __sub__(self, other: Any) -> Any:
        terms = _terms(other)
        return NotImplemented if terms is None else _made([*self.terms.items(), *((p, -f) for p, f in terms.items())])

    def __rsub__(self, other: Any) -> Any:
        return (-self) + other

    def __mul__(self, other: Any) -> Any:
        terms = _terms(other)
        if terms is None:
            return NotImplemented
        if len(terms) * len(self.terms) > MOST_TERMS:
            raise Undetermined(f"more than {MOST_TERMS:,} terms")
        return _made((_joined(p, q), f * g) for p, f in self.terms.items() for q, g in terms.items())

    def __truediv__(self, other: Any) -> Any:
        terms = _terms(other)
        return NotImplemented if terms is None else _quotient(self.terms, terms)

    def __rtruediv__(self, other: Any) -> Any:
        terms = _terms(other)
        return NotImplemented if terms is None else _quotient(terms, self.terms)

    def __floordiv__(self, other: Any) -> Any:
        found = self / other
        return found if found is NotImplemented else math.floor(found)

    def __rfloordiv__(self, other: Any) -> Any:
        found = other / self
        return found if found is NotImplemented else math.floor(found)

    def __mod__(self, other: Any) -> Any:
        return self - other * (self // other)

    def __rmod__(self, other: Any) -> Any:
        return other - self * (other // self)

    def __pow__(self, exponent: int) -> Any:
        result: Any = 1
        for _ in range(exponent):
            result = self * result
        return result

    __radd__ = __add__
    __rmul__ = __mul__

    def __floor__(self) -> Any:
        return self._rounded(math.floor)

    def __ceil__(self) -> Any:
        return self._rounded(math.ceil)

    def _rounded(self, function: Any) -> Any:
        return _made((p, function(f) if p == () else f) for p, f in self.terms.items())

    # -- comparison ------------------------------------------------------------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        terms = _terms(other)
        return terms is not None and self.terms == terms

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __lt__(self, other: Any) -> Any:
        return _sign(self, other, "less") < 0

    def __le__(self, other: Any) -> Any:
        return _sign(self, other, "less") <= 0

    def __gt__(self, other: Any) -> Any:
        return _sign(self, other, "more") > 0

    def __ge__(self, other: Any) -> Any:
        return _sign(self, other, "more") >= 0


def symbols(names: str) -> tuple[Symbol, ...]:
    """A symbol for each of the names, which are separated by spaces."""
    return tuple(Symbol({((name, 1),): 1}) for name in names.split())


def _terms(value: Any) -> Terms | None:
    """A number as a polynomial, None for what is not a number."""
    if isinstance(value, Symbol):
        return value.terms
    if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
        return {(): value} if value else {}
    return None


def _made(parts: Iterable[tuple[Powers, int | Fraction]]) -> Any:
    """The sum of terms: a symbol, or a plain number where no name is left."""
    terms: Terms = {}
    for powers, factor in parts:
        terms[powers] = terms.get(powers, 0) + factor
    kept = {p: f.numerator if f.denominator == 1 else f for p, f in terms.items() if f}
    if not kept:
        return 0
    return kept[()] if kept.keys() == {()} else Symbol(kept)


def _joined(a: Powers, b: Powers) -> Powers:
    powers = dict(a)
    for name, power in b:
        powers[name] = powers.get(name, 0) + power
    return tuple(sorted((name, power) for name, power in powers.items() if power))


def _quotient(above: Terms, below: Terms) -> Any:
    """A polynomial over one term, or over a multiple of itself."""
    if not below:
        raise ZeroDivisionError("division by zero")
    if above.keys() == below.keys():
        ratios = {Fraction(factor) / below[powers] for powers, factor in above.items()}
        if len(ratios) == 1:
            ratio = ratios.pop()
            return ratio.numerator if ratio.denominator == 1 else ratio
    if len(below) == 1:
        ((powers, factor),) = below.items()
        inverse = tuple((name, -power) for name, power in powers)
        parts = [(_joined(p, inverse), Fraction(f) / factor) for p, f in above.items()]
        if all(power > 0 for p, _ in parts for _, power in p):
            return _made(parts)
    raise Undetermined(f"{_shown(above)} over {_shown(below)} has no value that is known")


def _sign(a: Any, b: Any, word: str) -> int:
    """The sign of a - b: -1, 0 or 1. `word` says what was asked, for the message."""
    terms = _terms(b)
    if terms is None:
        raise TypeError(f"a number and {type(b).__name__} cannot be compared")
    difference = _terms(a - b) or {}
    signs = {factor > 0 for powers, factor in difference.items() if powers}
    if len(signs) == 2:
        raise Undetermined(f"whether {a} is {word} than {b} depends on what they stand for")
    if signs:
        return 1 if True in signs else -1
    constant = difference.get((), 0)
    return (constant > 0) - (constant < 0)


def _place(item: tuple[Powers, Any]) -> tuple[int, Powers]:
    """The order in which terms are written: high powers first, the constant last."""
    return -sum(power for _, power in item[0]), item[0]


def _term(powers: Powers, factor: int | Fraction) -> str:
    name = "·".join(n if p == 1 else f"{n}{str(p).translate(_RAISED)}" for n, p in powers)
    if not name:
        return str(factor)
    above = name if factor.numerator == 1 else f"{factor.numerator}{name}"
    return above if factor.denominator == 1 else f"{above}/{factor.denominator}"


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def _shown(terms: Terms) -> str:
    return str(_made(terms.items()))
