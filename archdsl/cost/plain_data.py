"""Numbers and values as plain data, as `--json` prints them. For people see `words`."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from archdsl.cost.amounts import plain


def jsonable(value: Any) -> Any:
    """A value as JSON has it: Fractions as floats, tuples as lists, arrays and grids as nested lists."""
    if type(value) is int or type(value) is str:
        return value
    if isinstance(value, Fraction):
        return float(value)
    if isinstance(value, (tuple, list)):
        return [jsonable(item) for item in value]
    value = plain(value)
    return jsonable(value.tolist()) if hasattr(value, "tolist") else value
