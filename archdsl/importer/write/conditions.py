"""Conditions that tell the places that have a step from those that have not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from archdsl.importer.write.formulas import Formulas
from archdsl.importer.write.parameters import Parameter
from archdsl.importer.write.steps import ABSENT, Column
from archdsl.importer.write.units import CHANNELS, RATE, STRIDE

Test = tuple[str, Callable[[int], bool | None]]
"""A condition, and what it comes to at a place; None where it cannot be told."""


def condition(formulas: Formulas, present: Column, parent: Column, into: Column, words: list[str], rounds: bool = True) -> str:
    """A condition that is true where a step is, and false where it is not.

    Args:
        parent: where what holds the step is; elsewhere the condition may be anything.
        into: channels that arrive.
        words: what a truth is called that has to be handed over, where nothing else tells.
        rounds: whether `$i` is the round of the loop.
    """
    places = [place for place, there in enumerate(parent) if there]
    for text, test in _tests(formulas, into, rounds, words[0] == "drop_path"):
        if all(test(place) is present[place] for place in places):
            _read(formulas, text)
            return text
    column = tuple(bool(there) for there in present)
    for parameter in formulas.used:
        if parameter.unit == "truth" and all(parameter.column[place] is column[place] for place in places):
            return f"${parameter.name}"
    made = Parameter(formulas.names.new(*words), "truth", column, used=True)
    formulas.parameters.append(made)
    return f"${made.name}"


def _read(formulas: Formulas, text: str) -> None:
    """Note what a condition reads."""
    for own in (formulas.out, formulas.dim):
        if f"${own.name}" in text and own not in formulas.parameters:
            formulas.parameters.append(own)
    for parameter in formulas.parameters:
        reads = f"${parameter.name}" in text.replace("(", " ").replace(")", " ").split()
        parameter.used = parameter.used or reads
        parameter.asked = parameter.asked or (reads and text.startswith("given("))


def _tests(formulas: Formulas, into: Column, rounds: bool, dropped: bool) -> Iterator[Test]:
    """Conditions, those that a reader expects first. A rate tells whether paths are `dropped`, and nothing else."""
    count = formulas.count
    if formulas.loop and rounds:
        yield "$i > 0", lambda place: place > 0
        yield f"$i < {count - 1}", lambda place: place < count - 1
        yield "$i == 0", lambda place: place == 0
        yield f"$i == {count - 1}", lambda place: place == count - 1
    strides = [p for p in formulas.used if p.unit == STRIDE]
    differs = _compare(into, formulas.out.column)
    for stride in strides:
        one = _is(stride.column, 1)
        yield f"${stride.name} != 1 or $in != $out", lambda p, one=one: _or(_not(one(p)), differs(p))  # type: ignore[misc]
        yield f"$in == $out and ${stride.name} == 1", lambda p, one=one: _not(_or(_not(one(p)), differs(p)))  # type: ignore[misc]
        yield f"${stride.name} != 1", lambda p, one=one: _not(one(p))  # type: ignore[misc]
        yield f"${stride.name} == 1", one
    yield "$in != $out", differs
    yield "$in == $out", lambda p: _not(differs(p))
    if not formulas.loop:
        whole = _compare(formulas.body.into, formulas.out.column)
        yield "$dim != $out", whole
        yield "$dim == $out", lambda p: _not(whole(p))
    for parameter in formulas.used:
        if parameter.unit == CHANNELS and parameter is not formulas.out:
            other = _compare(into, parameter.column)
            yield f"${parameter.name} != $in", other
            yield f"${parameter.name} == $in", lambda p, other=other: _not(other(p))  # type: ignore[misc]
        elif parameter.unit == "factor":
            yield f"${parameter.name} != 1", lambda p, f=parameter: _not(_is(f.column, 1)(p))  # type: ignore[misc]
    yield from _given(formulas, dropped)


def _given(formulas: Formulas, dropped: bool) -> Iterator[Test]:
    """Whether paths are dropped, or an argument is given at all."""
    for parameter in formulas.used:
        if parameter.unit == "shift":
            yield f"${parameter.name} > 0", lambda p, f=parameter: _above(f.column[p])  # type: ignore[misc]
        if parameter.unit == RATE and dropped:
            yield f"${parameter.name} > 0", lambda p, f=parameter: _above(f.column[p])  # type: ignore[misc]
    for parameter in formulas.used:
        if not formulas.loop and not parameter.formula and ABSENT in parameter.column:
            yield f"given(${parameter.name})", lambda p, f=parameter: f.column[p] is not ABSENT and f.column[p] is not None  # type: ignore[misc]


def _compare(one: Column, other: Column) -> Callable[[int], bool | None]:
    """Whether two columns differ at a place."""

    def test(place: int) -> bool | None:
        a, b = one[place], other[place]
        return a != b if type(a) is int and type(b) is int else None

    return test


def _is(column: Column, wanted: Any) -> Callable[[int], bool | None]:
    return lambda place: column[place] == wanted if type(column[place]) is int else None


def _above(value: Any) -> bool | None:
    return value > 0 if isinstance(value, (int, float, Fraction)) and not isinstance(value, bool) else None


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _or(one: bool | None, other: bool | None) -> bool | None:
    return None if one is None or other is None else one or other
