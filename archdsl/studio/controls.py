"""Knobs as controls: a slider for a range, a menu for choices, a switch for true and false, a field for all else."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from archdsl.exact import is_number
from archdsl.exact.shown import written
from archdsl.net import Net
from archdsl.spec.knobs import step_of
from archdsl.spec.model import Parameter
from archdsl.spec.parameters_in_words import bounds_text

LONGEST = 12
"""Digits after the point that a slider can have."""


def controls(net: Net) -> list[dict[str, Any]]:
    """The knobs of a network in the order of its spec, as plain data.

    Each has its `name`, `doc`, `kind` (slider, menu, switch or text), its `value` and `default` as they are written in a spec,
    what it `may` be in words, and for a slider `low`, `high`, `step` and the `digits` of its values after the point; for a menu
    `choices`. A knob that the source left open says `reading`.
    """
    defaults = type(net)(net.base, {}, net.limits).knobs if net.settings else net.knobs
    return [_control(knob, net.knobs[name], defaults[name]) for name, knob in net.spec.knobs.items() if isinstance(knob, Parameter)]


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
    """A slider, where its values can be written with few digits."""
    if knob.range is None or knob.type == "list" or not is_number(value):
        return None
    low, high = knob.range
    step = step_of(knob, value)
    digits = max(_digits(Fraction(low)), _digits(Fraction(step)))
    if digits > LONGEST:
        return None
    return {"kind": "slider", "low": float(low), "high": float(high), "step": float(step), "digits": digits}


def _digits(number: Fraction) -> int:
    """Digits after the point; more than any slider has where the decimal does not end."""
    for digits in range(LONGEST + 1):
        if (number * 10**digits).denominator == 1:
            return digits
    return LONGEST + 1
