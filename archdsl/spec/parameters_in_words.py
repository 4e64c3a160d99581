"""What a knob or an argument is and may be, as people read it."""

from __future__ import annotations

from archdsl.exact.shown import written
from archdsl.spec.model import Constant, Formula, ListOf, Override, Parameter, Value


def value_text(value: Value | None) -> str:
    """A value as it is written in a spec."""
    if value is None:
        return "must be given"
    if isinstance(value, Formula):
        return value.expression.text
    if isinstance(value, ListOf):
        return f"[{', '.join(map(value_text, value.items))}]"
    return written(value.value) if isinstance(value, Constant) else "steps"


def bounds_text(knob: Parameter | Override) -> str:
    """What a knob or an argument may be."""
    if isinstance(knob, Override):
        return ""
    if knob.range is not None:
        return f"{written(knob.range[0])} to {written(knob.range[1])}" + (f" by {written(knob.step)}" if knob.step else "")
    return ", ".join(map(written, knob.choices or ())) or knob.type
