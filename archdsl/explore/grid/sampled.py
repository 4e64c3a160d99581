"""Some values of a setting, few enough for a plot: what a curve or a contour goes along where nobody says which values are wanted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from archdsl.errors import InputError
from archdsl.exact import exact, is_single_number
from archdsl.explore.grid.axis import Axis, loosely
from archdsl.spec.knobs import step_of
from archdsl.spec.model import Parameter, Spec
from archdsl.spec.settings import known_setting

FACTOR = 2
"""A number without a range goes from a half to twice what it is."""

LEAST = 8
"""Steps to either side that a number without a range goes at least: a half to twice of 1 would be a single step."""


def sampled(spec: Spec, name: str, held: Any, most: int) -> Axis:
    """An axis over what a setting may be, with the value that it has now.

    All choices; of a range every n-th step, so that there are at most about `most`; of a number without a range those from a half to
    twice of it. The value that it has now is always among them, in its order.

    Args:
        held: the value that the setting has now.

    Raises:
        InputError: there is no such setting, or nothing says what it may be.
    """
    knob = known_setting(spec, name)
    if knob.choices is not None or isinstance(held, bool) or knob.type == "bool":
        return Axis.of(name, _with(held, [False, True] if knob.choices is None else knob.choices))
    if not is_single_number(held):
        raise InputError(f"{name}: give values, as in {name}=value,value")
    return Axis.of(name, numbers(knob, held, most))


def numbers(knob: Parameter, held: Any, most: int) -> list[Any]:
    """Numbers that a knob may be, rising, the one that it has now among them."""
    step = Fraction(step_for(knob, held))
    low, high = knob.range or _around(held, step)
    every = max(1, -(-int((high - low) / step) // max(1, most - 1)))
    first = low if knob.range else held - (held - low) // (step * every) * step * every
    listed = [exact(first + place * step * every) for place in range(int((high - first) / (step * every)) + 1)]
    return sorted({*listed, exact(high) if (high - low) % step == 0 else listed[-1], exact(held)})


def step_for(knob: Parameter, held: Any) -> int | Fraction:
    """What one value is from the next. A number that nothing is said of, as in a cell of a table, tells by its value if it is whole."""
    return step_of(loosely(knob) if knob.type == "int" or knob.range else replace(knob, type="any"), held)


def _around(held: Any, step: Fraction) -> tuple[Any, Any]:
    """Ends for a number that has no range. What is above 0 stays there: sizes are."""
    reach = LEAST * step
    if held > reach:
        return held / Fraction(FACTOR), held * FACTOR
    return (min(held, step) if held > 0 else held - reach), held + reach


def _with(held: Any, listed: Iterable[Any]) -> list[Any]:
    """Choices, and before them the value that is held where it is none of them."""
    known = [tuple(value) if isinstance(value, list) else value for value in listed]
    value = tuple(held) if isinstance(held, list) else held
    return known if any(_same(value, other) for other in known) else [value, *known]


def _same(value: Any, other: Any) -> bool:
    """Whether two choices are one; 1 and true are not."""
    return type(value) is type(other) and bool(value == other)
