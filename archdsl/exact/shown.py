"""How a value of the language is shown: in a message, as a spec writes it, in a table, and in JSON."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from archdsl.errors import clip, visible
from archdsl.exact.kinds import is_array, is_number, to_plain
from archdsl.exact.partly import Partly

LONG = 10**6
"""A denominator past which a table rounds a fraction."""

_LISTED = 8


def describe(value: Any) -> str:
    """A value in a message, cut where it is long: `'relu'`, `1/2 (0.5)`, `the list [3, 5]`."""
    if value is None:
        return "~ (not given)"
    if isinstance(value, Fraction):
        return clip(f"{value} ({float(value):g})")
    if isinstance(value, str):
        return f"'{clip(value)}'"
    if isinstance(value, (list, tuple)):
        listed = [describe(item) for item in value[:_LISTED]]
        return clip(f"the list [{', '.join(listed)}{', …' if len(value) > _LISTED else ''}]")
    return clip(str(value).lower() if isinstance(value, bool) else str(value))


def with_kind(value: Any) -> str:
    """A value with the word for what it is, in a message about an operation: `the number 3`, `the word 'relu'`, `a list`."""
    if value is None or isinstance(value, bool):
        return describe(value)
    if is_array(value):
        return "an array"
    if is_number(value):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the word {describe(value)}"
    return "a list" if isinstance(value, (list, tuple)) else "a block"


def written(value: Any) -> str:
    """A value as a spec or `--set` takes it: `~`, `true`, `0.75`, `1/3`, `[3, 5]`, a word (what has no picture in it as escapes)."""
    if value is None:
        return "~"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (float, Fraction)):
        decimal = f"{float(value):.12g}".replace("e-0", "e-")
        return decimal if isinstance(value, float) or Fraction(decimal) == value else str(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(written, value))}]"
    return visible(str(value))


def shown(value: Any) -> str:
    """A value in a table: as it is written, but with thousands apart, and long fractions rounded."""
    if isinstance(value, (int, Partly)) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, Fraction) and value.denominator > LONG:
        return f"{float(value):g}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(shown, value))}]"
    return written(value)


def jsonable(value: Any) -> Any:
    """A value as JSON has it: fractions as floats, arrays and tuples as lists, what is in mappings likewise.

    A number of which only a lower bound is known is `{"at_least": 3}`.
    """
    value = to_plain(value)
    if isinstance(value, Partly):
        return value.as_data()
    if isinstance(value, Fraction):
        return float(value)
    if isinstance(value, dict):
        return {name: jsonable(item) for name, item in value.items()}
    return [jsonable(item) for item in value] if isinstance(value, (list, tuple)) else value
