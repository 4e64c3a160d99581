"""Kinds of operator arguments: each takes a value of the language and gives the value that the operator keeps, or says what is wrong.

Integers may be integer arrays (grids) wherever a shape or a count follows from them; flags and words decide structure and need one answer.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from archdsl.errors import clip, near_miss
from archdsl.exact import floor, is_integer, one_answer

MAX_DIMENSION = 2**40


class ArgumentError(Exception):
    """An argument does not fit. A kind does not know which one it is: `Operator.read` puts its `name` in; the caller knows its place."""

    def __init__(self, message: str, hint: str = "", name: str = ""):
        super().__init__(message)
        self.message, self.hint, self.name = message, hint, name


@dataclass(frozen=True)
class Kind:
    """What an argument may be: words for messages, a JSON schema for editors, and the conversion."""

    name: str
    convert: Callable[[Any], Any]
    schema: dict[str, Any]


def describe(value: Any) -> str:
    """A value of the language in the words of a message, cut where it is long."""
    if value is None:
        return "~ (not given)"
    if value is True or value is False:
        return str(value).lower()
    if isinstance(value, int):
        return clip(str(value))
    if isinstance(value, Fraction):
        return clip(f"{value} ({float(value):g})")
    if isinstance(value, str):
        return f"'{clip(value)}'"
    if isinstance(value, (list, tuple)):
        shown = [describe(item) for item in value[:8]]
        return clip(f"the list [{', '.join(shown)}{', …' if len(value) > 8 else ''}]")
    if hasattr(value, "body"):
        return "a list of steps"
    return clip(str(value))


def _integer(least: int) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        if type(value) is int:
            if value < least:
                raise ArgumentError(f"must be at least {least}, {describe(value)} came")
            if value > MAX_DIMENSION:
                raise ArgumentError(f"must be at most 2^40, {describe(value)} came")
            return value
        if is_integer(value) or hasattr(value, "num"):
            from archdsl.ops.operator import refuse

            if not is_integer(value):
                refuse(value == floor(value), "expected an int")
                value = floor(value)
            if (ok := value >= least) is not True:
                refuse(ok, f"must be at least {least}")
            return value
        hint = "round it: floor(…), ceil(…) or round8(…)" if not isinstance(value, (bool, str, list, tuple, type(None))) else ""
        raise ArgumentError(f"expected an int, {describe(value)} came", hint)

    return convert


def _pair(single: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            if len(value) != 2:
                raise ArgumentError(f"expected one value or [height, width], a list of {len(value)} came")
            return (single(value[0]), single(value[1]))
        value = single(value)
        return (value, value)

    return convert


def _padding(value: Any) -> Any:
    if value == "same":
        return value
    if isinstance(value, str):
        raise ArgumentError(f"expected same, an int or [height, width], {describe(value)} came", near_miss(value, ["same"]))
    return _PADS(value)


def _number(value: Any) -> float:
    value = one_answer(value)
    if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
        return float(value)
    raise ArgumentError(f"expected a number, {describe(value)} came")


def _flag(value: Any) -> bool:
    value = one_answer(value)
    if isinstance(value, bool):
        return value
    raise ArgumentError(f"expected true or false, {describe(value)} came")


_PADS = _pair(_integer(0))
_INT = {"type": "integer"}
_TWO = {"anyOf": [_INT, {"type": "array", "items": _INT, "minItems": 2, "maxItems": 2}]}

COUNT = Kind("int, at least 1", _integer(1), {**_INT, "minimum": 1})
WHOLE = Kind("int, at least 0", _integer(0), {**_INT, "minimum": 0})
INTEGER = Kind("int", _integer(-MAX_DIMENSION), _INT)
PAIR = Kind("int or [height, width]", _pair(_integer(1)), _TWO)
PADS = Kind("int or [height, width], at least 0", _PADS, _TWO)
PADDING = Kind("same, int or [height, width]", _padding, {"anyOf": [{"const": "same"}, *_TWO["anyOf"]]})
_WRITTEN = {"type": "string", "pattern": r"^[-+]?[0-9.]+([eE][-+]?[0-9]+|\s*/\s*[0-9]+)?$"}  # 1/2; 1e-5 to parsers of YAML 1.1
NUMBER = Kind("number", _number, {"anyOf": [{"type": "number"}, _WRITTEN]})
FLAG = Kind("true or false", _flag, {"type": "boolean"})


def optional(kind: Kind) -> Kind:
    """The kind, or `~` for not given."""
    return Kind(
        f"{kind.name}, or ~", lambda v: None if v is None else kind.convert(v), {"anyOf": [kind.schema, {"type": "null"}]}
    )


def word(*known: str) -> Kind:
    """One of a few words."""

    def convert(value: Any) -> str:
        value = one_answer(value)
        if isinstance(value, str) and value in known:
            return value
        hint = near_miss(value, known) if isinstance(value, str) else ""
        raise ArgumentError(f"expected one of {', '.join(known)}; {describe(value)} came", hint)

    return Kind(" | ".join(known), convert, {"enum": list(known)})


def arg(kind: Kind, default: Any = dataclasses.MISSING, *, doc: str) -> Any:
    """An argument of an operator, as a dataclass field. Without a default it must be given."""
    return dataclasses.field(default=default, metadata={"kind": kind, "doc": doc})
