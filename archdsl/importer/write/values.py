"""Arguments of operators as values of the language, and values as text."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from archdsl.exact.shown import written
from archdsl.ops.arguments import ENDS, FACTORS, PADDING, PAIR, PLANE, SHIFTS, SIDES, START, STOP, WHOLE_AXES, WHOLES, Kind
from archdsl.ops.axes import Each
from archdsl.ops.operator import Operator
from archdsl.ops.reorder import Rearrange

SPREAD: tuple[Kind, ...] = (PAIR, WHOLE_AXES, PADDING, FACTORS, START, STOP, ENDS, SIDES, WHOLES, SHIFTS, PLANE)
"""Kinds whose value may be one number for all axes."""


def arguments(op: Operator) -> dict[str, Any]:
    """All arguments by the names that a spec gives them, one number where it stands for every axis."""
    found = {name: _plain(value, op.kinds[name]) for name, value in zip(op.fields, op.values(), strict=True)}
    if isinstance(op, Rearrange):
        found.update(dict(found.pop("sizes")))
    return found


def defaults(op: type[Operator]) -> dict[str, Any]:
    """What the language takes where an argument is not given."""
    return {name: _plain(spec.default, op.kinds[name]) for name, spec in op.fields.items() if name not in op.required}


def _plain(value: Any, kind: Kind) -> Any:
    if isinstance(value, tuple):
        spread = isinstance(value, Each) or any(kind is known for known in SPREAD)
        return value[0] if spread and len(set(value)) == 1 else tuple([_plain(item, kind) for item in value])
    return value


class Named(str):
    """A knob in the place of a number, as a formula."""


PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def text(value: Any) -> str:
    """A value as a spec has it."""
    if isinstance(value, Named):
        return str(value)
    if isinstance(value, float):
        return decimal(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(text, value))}]"
    if isinstance(value, str) and not PLAIN.match(value):
        return f'"{value}"'
    return written(value)


def decimal(value: float) -> str:
    """The shortest text that is read as the same number: a decimal, or a ratio where that is short."""
    plain = repr(value)
    plain = plain[:-2] if plain.endswith(".0") else re.sub(r"e([-+])0*", lambda m: "e-" if m[1] == "-" else "e", plain)
    near = Fraction(value).limit_denominator(4096)
    if len(plain) > 8 and float(near) == value:
        return str(near)
    if 0 < abs(value) < 0.001 and "e" not in plain:
        short = f"{value:.3e}"
        mantissa, _, exponent = short.partition("e")
        tried = f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
        return tried if float(tried) == value else plain
    return plain


def ratio(value: Any) -> Fraction | None:
    """A number as a ratio of small numbers that is read as the same; None where there is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Fraction)):
        return None
    near = Fraction(value).limit_denominator(4096)
    return near if float(near) == float(value) else None
