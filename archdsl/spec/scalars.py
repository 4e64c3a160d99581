"""Plain scalars of YAML 1.2 (core schema) with exact numbers."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

_NOTHING = frozenset(["", "~", "null", "Null", "NULL"])
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_RADIX = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,2})?\Z")
_RATIO = re.compile(r"([-+]?[0-9]+)\s*/\s*([0-9]+)\Z")
_DIGITS = 60  # a longer number is a word, so that no text makes a number of unbounded size


def resolve(text: str) -> Any:
    """The value of a plain scalar: None, bool, int, exact Fraction (`0.1`, `1e-5`, `1/2`), or the text itself."""
    if text in _NOTHING:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if len(text) > _DIGITS or text[0] not in "0123456789+-.":
        return text
    if _INTEGER.match(text):
        return int(text)
    if _RADIX.match(text):
        return int(text, 0)
    if _FLOAT.match(text):
        return _whole(Fraction(text))
    ratio = _RATIO.match(text)
    if ratio is not None and int(ratio[2]):
        return _whole(Fraction(int(ratio[1]), int(ratio[2])))
    return text


def _whole(value: Fraction) -> int | Fraction:
    return value.numerator if value.denominator == 1 else value
