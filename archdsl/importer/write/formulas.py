"""What to write for a column of values: a number, what arrives, an argument, or a formula of these."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from archdsl.exact.functions import make_divisible
from archdsl.importer.write.parameters import Names, Parameter
from archdsl.importer.write.steps import ABSENT, Body, Column, First, Growing, Turning
from archdsl.importer.write.units import ACT, CHANNELS, DEPTH, HINTS, LENGTH, STRIDE
from archdsl.importer.write.values import text

RATIOS = tuple(
    Fraction(a, b)
    for a, b in [(2, 1), (3, 1), (4, 1), (1, 2), (1, 4), (1, 3), (2, 3), (3, 4), (6, 1), (8, 1), (1, 8), (1, 6), (1, 16)]
)
"""Ratios of channels that a formula may have, the plainest first."""


class Formulas:
    """The columns of one body, and the parameters that they ask for.

    Attributes:
        generic: whether numbers that are the same everywhere are written as what arrives, where they are; so in blocks.
        loop: whether the parameters are variables of a loop, whose round is `$i`.
    """

    def __init__(self, body: Body, generic: bool, loop: bool = False):
        self.body, self.generic, self.loop = body, generic, loop
        self.count = len(body.into)
        self.names = Names()
        self.parameters: list[Parameter] = []
        self.out = Parameter("out", CHANNELS, body.out)
        self.dim = Parameter("dim", CHANNELS, body.into, formula="$in")
        self.names.taken |= {"out", "dim"}

    @property
    def used(self) -> list[Parameter]:
        return [parameter for parameter in self.parameters if parameter.used]

    def find(self, column: Column, into: Column, name: str, unit: str, *words: str) -> str:
        """What stands for a column.

        Args:
            into: channels that arrive where it stands.
            name: of the argument.
            words: what an argument may be called, where one is needed.
        """
        given = [value for value in column if value is not ABSENT]
        if any(isinstance(value, (First, Turning, Growing)) for value in given):
            return self._by_round(column, into, name, unit, *words)
        constant = all(_same(value, given[0]) for value in given)
        if unit == CHANNELS and all(type(value) is int for value in given):
            found = self._channels(column, into, name, constant)
            if found:
                return found
        if constant and not self._varied(column, unit):
            return text(given[0])
        if found := self._equal(column, unit, self.used):
            return found
        if unit == LENGTH and (found := self._length(column)):
            return found
        if unit == CHANNELS and all(type(value) is int for value in given):
            if found := next(self._derived(column, into), ""):
                return found
            if name == "out" and (found := self._multiple(column, into)):
                return found
        return f"${self._new(column, unit, name, into, *words).name}"

    def _varied(self, column: Column, unit: str) -> bool:
        """Whether a column is only constant because most places lack it, and an argument that is not has all of it."""
        known = [p for p in self.used if p.unit == unit and len(set(p.column)) > 1]
        return ABSENT in column and any(_fits(column, p.column) for p in known)

    def _by_round(self, column: Column, into: Column, name: str, unit: str, *words: str) -> str:
        """What stands for values that differ from round to round."""
        kinds = {type(value) for value in column}
        if First in kinds:
            return self._first(column, into, name, unit, *words)
        if Turning in kinds:
            even, odd = (tuple([v if v is ABSENT else v[place] for v in column]) for place in (0, 1))
            return Turning.text(*[self.find(values, into, name, unit, *words) for values in (even, odd)])
        return self._growing(column, into, *words)

    def _first(self, column: Column, into: Column, name: str, unit: str, *words: str) -> str:
        first = tuple(value.first if isinstance(value, First) else value for value in column)
        rest = tuple(value.rest if isinstance(value, First) else value for value in column)
        one, other = self.find(first, into, name, unit, *words), self.find(rest, into, name, unit, *words)
        return one if one == other else f"{one} if $i == 0 else {other}"

    def _growing(self, column: Column, into: Column, *words: str) -> str:
        start = tuple(value.start if isinstance(value, Growing) else value for value in column)
        some = next(value for value in column if isinstance(value, Growing))
        return some.text(self.find(start, into, "first", "first", "first"))

    def _channels(self, column: Column, into: Column, name: str, constant: bool) -> str:
        """Channels that are those that arrive, those of a parameter, or a plain ratio of one."""
        given = next(value for value in column if value is not ABSENT)
        if constant and (given == 1 or (not self.generic and not (name == "groups" and _fits(column, into)))):
            return ""
        if constant and len({n for n, v in zip(into, column, strict=True) if v is not ABSENT}) > 1:
            return ""
        if name in ("start", "stop") and constant and given == 0:
            return ""
        if _fits(column, into):
            return "$in"
        if constant and self._varied(column, CHANNELS):
            return ""
        if constant:
            return next(_ratio(column, into, "$in"), "") if self.generic and len(set(self.body.into)) == 1 else ""
        if ABSENT in column and (found := self._equal(column, CHANNELS, [*self.used, self.out])):
            return found
        arriving = _fits(self.body.into, into) and not self.loop
        if arriving and (found := next(_ratio(column, into, "$in"), "")):
            return found
        known = [*self.used, *([] if self.loop else [self.dim]), self.out]
        if found := self._equal(column, CHANNELS, known):
            return found
        return next(_ratio(column, into, "$in"), "")

    def _equal(self, column: Column, unit: str, among: list[Parameter]) -> str:
        for parameter in among:
            if parameter.unit != unit:
                continue
            if _fits(column, parameter.column):
                return f"${self._use(parameter).name}"
            if parameter not in (self.out, self.dim) and _agree(column, parameter.column):
                parameter.column = tuple(b if a is ABSENT else a for a, b in zip(column, parameter.column, strict=True))
                return f"${self._use(parameter).name}"
        return ""

    def _use(self, parameter: Parameter) -> Parameter:
        if parameter not in self.parameters:
            self.parameters.append(parameter)
        parameter.used = True
        return parameter

    def _derived(self, column: Column, into: Column) -> Iterator[str]:
        """Formulas of what arrives and of parameters that are there."""
        channels = [
            p for p in self.used if p.unit == CHANNELS and p.column and all(type(v) is int for v in p.column if v is not ABSENT)
        ]
        for parameter in [*channels, self.out, self.dim]:
            if self.loop and parameter is self.dim:
                continue
            for found in _ratio(column, parameter.column, f"${parameter.name}"):
                self._use(parameter)
                yield found
        for share in (4, 16, 8, 24):
            for base, name in [(into, "$in"), *((p.column, f"${p.name}") for p in channels)]:
                if _fits(column, tuple(_rounded(value, share) for value in base)):
                    yield f"round8({name}/{share})"
        for one in channels:
            if _fits(column, tuple(_less(a, b) for a, b in zip(one.column, into, strict=True))):
                yield f"${one.name} - $in"
        if _fits(column, tuple(_less(a, b) for a, b in zip(self.body.out, into, strict=True))) and not self.loop:
            self._use(self.out)
            yield "$out - $in"

    def _length(self, column: Column) -> str:
        """A length that is a multiple or a part of another one."""
        for parameter in self.used:
            if parameter.unit != LENGTH or not all(type(v) is int for v in parameter.column if v is not ABSENT):
                continue
            pairs = [(v, n) for v, n in zip(column, parameter.column, strict=True) if v is not ABSENT]
            if any(type(v) is not int or n is ABSENT for v, n in pairs) or len(set(pairs)) < 2:
                continue
            ratios = {Fraction(v, n) for v, n in pairs}
            if len(ratios) == 1 and 1 in ((ratio := ratios.pop()).numerator, ratio.denominator):
                self._use(parameter)
                times, over = ratio.numerator, ratio.denominator
                return f"{times}*${parameter.name}" if over == 1 else f"${parameter.name}/{over}"
        return ""

    def _multiple(self, column: Column, into: Column) -> str:
        """A multiple of what arrives, where the factors are fewer than the numbers."""
        if ABSENT in into:
            return ""
        factors = tuple(ABSENT if v is ABSENT else Fraction(v, n) for v, n in zip(column, into, strict=True))
        values = [f for f in factors if f is not ABSENT]
        whole = all(f.denominator == 1 and 1 <= f <= 12 for f in values)
        if not whole or len(set(values)) > 4 or len(set(values)) >= len({v for v in column if v is not ABSENT}):
            return ""
        plain = tuple(f if f is ABSENT else int(f) for f in factors)
        name = next((p.name for p in self.used if p.unit == "factor" and _fits(plain, p.column)), "")
        if not name:
            name = self._made(plain, "factor", "t").name
        return f"${name}*$in"

    def _new(self, column: Column, unit: str, name: str, into: Column, *words: str) -> Parameter:
        options = [*words]
        if unit == CHANNELS and name == "out":
            wider = all(ABSENT in (v, n) or v >= n for v, n in zip(column, into, strict=True))
            numbered = [word for word in words if word[-1].isdigit()]
            options = [*numbered, "exp" if wider else "inner", *options, *(f"{word}_out" for word in words)]
        elif unit == STRIDE:
            options = ["s"]
        elif unit == DEPTH:
            options = ["depth", *options]
        elif unit == ACT:
            options = ["nl", "by"]
        elif unit == LENGTH and len(name) == 1:
            options = ["parts"]
        else:
            own = [f"{word}_{name}" for word in words if not word.startswith("conv")]
            options = [HINTS.get(name, name), *own]
        return self._made(column, unit, *options)

    def _made(self, column: Column, unit: str, *options: str) -> Parameter:
        parameter = Parameter(self.names.new(*options), unit, column, used=True)
        self.parameters.append(parameter)
        return parameter


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def _fits(column: Column, other: Column) -> bool:
    """Whether a column is another wherever there is anything."""
    return all(a is ABSENT or (b is not ABSENT and _same(a, b)) for a, b in zip(column, other, strict=True))


def _agree(column: Column, other: Column) -> bool:
    """Whether two columns are one where both have something, and both have something often enough for that to mean anything."""
    both = [(a, b) for a, b in zip(column, other, strict=True) if a is not ABSENT and b is not ABSENT]
    return 2 * len(both) > len(column) and all(_same(a, b) for a, b in both)


def _ratio(column: Column, base: Column, name: str) -> Iterator[str]:
    for ratio in RATIOS:
        if all(v is ABSENT or (type(n) is int and v == ratio * n) for v, n in zip(column, base, strict=True)):
            over = f"/{ratio.denominator}" if ratio.denominator > 1 else ""
            yield f"{ratio.numerator}*{name}{over}" if ratio.numerator > 1 else f"{name}{over}"


def _rounded(value: Any, share: int) -> Any:
    return value if type(value) is not int else make_divisible(Fraction(value, share), 8)


def _less(one: Any, other: Any) -> Any:
    return one - other if type(one) is int and type(other) is int else ABSENT
