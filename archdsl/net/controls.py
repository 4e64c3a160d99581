"""Knobs as controls: a slider for a range, a menu for choices, a switch for true and false, a field for all else."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from archdsl.design import Design
from archdsl.exact import is_number
from archdsl.exact.shown import written
from archdsl.spec.knobs import step_of
from archdsl.spec.model import Parameter
from archdsl.spec.parameters_in_words import bounds_text

LONGEST = 12
"""Digits after the point that a slider can have."""
MOST = 1000
"""Places of a slider whose step is not that of its knob."""


def controls(net: Design) -> list[dict[str, Any]]:
    """The knobs of a network in the order of its spec, as plain data.

    Each has its `name`, `doc`, `kind` (slider, menu, switch or text), its `value` and `default` as they are written in a spec,
    what it `may` be in words, and for a slider `low`, `high`, `step` and the `digits` of its values after the point; for a menu
    `choices`. A knob that the source left open says `reading`.
    """
    defaults = type(net)(net.base, {}, net.limits).knobs if net.settings else net.knobs
    return [
        _control(knob, net.knobs[name], defaults[name]) for name, knob in net.spec.knobs.items() if isinstance(knob, Parameter)
    ]


def _control(knob: Parameter, value: Any, default: Any) -> dict[str, Any]:
    made = {
        "name": knob.name,
        "doc": " ".join(knob.doc.split()),
        "value": written(value),
        "default": written(default),
        "may": bounds_text(knob),
        "reading": knob.reading,
    }
    return made | (_menu(knob) or _switch(knob, value) or _slider(knob, value) or {"kind": "text"})


def _menu(knob: Parameter) -> dict[str, Any] | None:
    if knob.choices is None or knob.type == "list":
        return None
    return {"kind": "menu", "choices": [written(choice) for choice in knob.choices]}


def _switch(knob: Parameter, value: Any) -> dict[str, Any] | None:
    return {"kind": "switch"} if isinstance(value, bool) else None


def _slider(knob: Parameter, value: Any) -> dict[str, Any] | None:
    """A slider, where one of few digits has the value at one of its places: it would show another in its stead."""
    if knob.range is None or knob.type == "list" or not is_number(value):
        return None
    low, high = (Fraction(bound) for bound in knob.range)
    for step in _steps(Fraction(step_of(knob, value)), low, high):
        digits = max(_digits(low), _digits(step))
        if digits <= LONGEST and (value - low) % step == 0:
            return {"kind": "slider", "low": float(low), "high": float(high), "step": float(step), "digits": digits}
    return None


def _steps(own: Fraction, low: Fraction, high: Fraction) -> Iterator[Fraction]:
    """What a slider may go by: the step of its knob, then shorter ones of one digit that end at the upper bound."""
    yield own
    for digits in range(LONGEST):
        for first in (5, 2, 1):
            step = Fraction(first, 10**digits)
            if step < own and (high - low) % step == 0 and high - low <= MOST * step:
                yield step


def _digits(number: Fraction) -> int:
    """Digits after the point; more than any slider has where the decimal does not end."""
    for digits in range(LONGEST + 1):
        if (number * 10**digits).denominator == 1:
            return digits
    return LONGEST + 1
