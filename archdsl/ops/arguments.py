"""Kinds of operator arguments: each takes a value of the language and gives the value that the operator keeps, or says what is wrong.

Integers may be integer arrays (grids) wherever a shape or a count follows from them; flags and words decide structure and need one answer.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from archdsl.errors import Fix, Hint, near_miss, truth_meant
from archdsl.exact import floor, is_integer, is_number, is_number_array, is_single_number, one_answer
from archdsl.exact.shown import describe
from archdsl.ops.axes import Each, each
from archdsl.ops.errors import ArgumentError, refuse

MAX_DIMENSION = 2**40
MAX_NUMBER = 2**127  # weights are float32
ROUND = Hint("round it: floor(…), ceil(…) or round8(…)", *[Fix("wrap", text=name) for name in ("round8", "floor", "ceil")])
PADDINGS = ["same", "tf_same", "causal"]
"""Paddings that follow from the window: on both sides alike; as TensorFlow has it; all of it before the beginning."""


@dataclass(frozen=True)
class Kind:
    """What an argument may be: words for messages, a JSON schema for editors, and the conversion."""

    name: str
    convert: Callable[[Any], Any]
    schema: dict[str, Any]


def _integer(least: int) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        if type(value) is int:
            if value < least:
                raise ArgumentError(f"must be at least {least}, {describe(value)} came")
            if value > MAX_DIMENSION:
                raise ArgumentError(f"must be at most 2^40, {describe(value)} came")
            return value
        if is_integer(value) or is_number_array(value):
            if not is_integer(value):
                refuse(value == floor(value), "expected an int")
                value = floor(value)
            if (ok := value >= least) is not True:
                refuse(ok, f"must be at least {least}")
            return value
        hint = ROUND if not isinstance(value, (bool, str, list, tuple, type(None))) else ""
        raise ArgumentError(f"expected an int, {describe(value)} came", hint)

    return convert


def _axes(single: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A value for each axis of the places; how many there are is known when a map arrives."""

    def convert(value: Any) -> Any:
        if type(value) is Each:
            return value
        if isinstance(value, (list, tuple)):
            if not 1 <= len(value) <= 3:
                raise ArgumentError(f"expected one value, or one for each axis as [height, width], a list of {len(value)} came")
            return tuple([single(item) for item in value])
        return each(single(value))

    return convert


def _padding(value: Any) -> Any:
    if isinstance(value, str):
        if value in PADDINGS:
            return value
        hint = near_miss(value, PADDINGS)
        raise ArgumentError(f"expected {', '.join(PADDINGS)}, an int or [height, width], {describe(value)} came", hint)
    return _whole_axes(value)


def _number(fits: Callable[[int | Fraction], bool], wanted: str) -> Callable[[Any], float]:
    def convert(value: Any) -> float:
        number: int | Fraction = one_answer(value)
        if not is_single_number(number):
            raise ArgumentError(f"expected a number, {describe(number)} came")
        if not fits(number):
            raise ArgumentError(f"must {wanted}, {describe(number)} came")
        if not -MAX_NUMBER <= number <= MAX_NUMBER:
            raise ArgumentError(f"must be within the range of float32, {describe(number)} came")
        return float(number)

    return convert


def _sides(value: Any) -> tuple[Any, ...]:
    if type(value) is Each:
        return value
    if not isinstance(value, (list, tuple)):
        return each(_integer(0)(value), 2)
    if len(value) not in (2, 4, 6):
        raise ArgumentError(f"expected one value or [left, right, top, bottom], a list of {len(value)} came")
    return tuple(map(_integer(0), value))


def _ends(value: Any) -> tuple[Any, Any]:
    ends = tuple(value) if isinstance(value, (list, tuple)) else (value, value)
    if len(ends) != 2:
        raise ArgumentError(f"expected one value or [before, after], a list of {len(ends)} came")
    return (_integer(0)(ends[0]), _integer(0)(ends[1]))


def _factor(value: Any) -> Any:
    """A factor of a length: an int or a ratio, or arrays of them."""
    if isinstance(value, bool) or not (is_number(value) or is_number_array(value)):
        raise ArgumentError(f"expected a number, {describe(value)} came")
    if (ok := value > 0) is not True:
        refuse(ok, f"must be above 0, {describe(value)} came")
    return value


def _not_zero(value: Any) -> Any:
    value = _integer(-MAX_DIMENSION)(value)
    if (ok := value != 0) is not True:
        refuse(ok, "must not be 0, before which nothing lies")
    return value


def _odd(value: Any) -> Any:
    value = _integer(1)(value)
    if (ok := value % 2 == 1) is not True:
        refuse(ok, f"must be odd, {describe(value)} came")
    return value


def _plane(single: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Two numbers, for operators that take height and width alone."""

    def convert(value: Any) -> Any:
        if isinstance(value, (list, tuple)) and len(value) != 2:
            raise ArgumentError(f"expected one value or [height, width], a list of {len(value)} came")
        return tuple(map(single, value)) if isinstance(value, (list, tuple)) else (single(value),) * 2

    return convert


def _flag(value: Any) -> bool:
    value = one_answer(value)
    if isinstance(value, bool):
        return value
    raise ArgumentError(f"expected true or false, {describe(value)} came", truth_meant(value))


_whole_axes = _axes(_integer(0))


def _int(least: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least}


def _listed(item: dict[str, Any], least: int = 1, most: int = 3) -> list[dict[str, Any]]:
    """One value, or a list of some."""
    return [item, {"type": "array", "items": item, "minItems": least, "maxItems": most}]


def _decimal(**bounds: int) -> dict[str, Any]:
    """A number; or a text that is one: 1/2, and 1e-5 to parsers of YAML 1.1."""
    sign = "[-+]?" if not bounds else r"\+?"
    written = {"type": "string", "pattern": rf"^{sign}[0-9.]+([eE][-+]?[0-9]+|\s*/\s*[0-9]+)?$"}
    return {"anyOf": [{"type": "number", **bounds}, written]}


COUNT = Kind("int, at least 1", _integer(1), _int(1))
WHOLE = Kind("int, at least 0", _integer(0), _int(0))
ODD = Kind("odd int", _odd, _int(1))
PAIR = Kind("int or [height, width]", _axes(_integer(1)), {"anyOf": _listed(_int(1))})
WHOLE_AXES = Kind("int or [height, width]", _whole_axes, {"anyOf": _listed(_int(0))})
PADDING = Kind(f"{', '.join(PADDINGS)}, int or [height, width]", _padding, {"anyOf": [{"enum": PADDINGS}, *_listed(_int(0))]})
FACTORS = Kind("number above 0, or one for each axis", _axes(_factor), {"anyOf": _listed(_decimal(exclusiveMinimum=0))})
START = Kind("int or [height, width]", _axes(_integer(-MAX_DIMENSION)), {"anyOf": _listed({"type": "integer"})})
STOP = Kind("int or [height, width]", _axes(_not_zero), {"anyOf": _listed({"type": "integer"})})
ENDS = Kind("int or [before, after]", _ends, {"anyOf": _listed(_int(0), 2, 2)})
SIDES = Kind("int or [left, right, top, bottom]", _sides, {"anyOf": _listed(_int(0), 2, 6)})
WHOLES = Kind("int or [height, width], at least 0", _plane(_integer(0)), {"anyOf": _listed(_int(0), 2, 2)})
SHIFTS = Kind("int or [down, right]", _plane(_integer(-MAX_DIMENSION)), {"anyOf": _listed({"type": "integer"}, 2, 2)})
PLANE = Kind("int or [height, width]", _plane(_integer(1)), {"anyOf": _listed(_int(1), 2, 2)})
NUMBER = Kind("number", _number(lambda v: True, ""), _decimal())
POSITIVE = Kind("number above 0", _number(lambda v: v > 0, "be above 0"), _decimal(exclusiveMinimum=0))
INVERTIBLE = Kind("number above 0", _number(lambda v: v * MAX_NUMBER >= 1, "be above 2^-127"), _decimal(exclusiveMinimum=0))
"""A number that is divided by, so that its inverse is within the range of float32 too."""
NOT_NEGATIVE = Kind("number, at least 0", _number(lambda v: v >= 0, "not be negative"), _decimal(minimum=0))
SHARE = Kind("number from 0 to 1", _number(lambda v: 0 <= v <= 1, "lie from 0 to 1"), _decimal(minimum=0, maximum=1))
PROBABILITY = Kind(
    "number from 0 to below 1",
    _number(lambda v: 0 <= v < 1, "lie from 0 to below 1"),
    _decimal(minimum=0, exclusiveMaximum=1),
)
FLAG = Kind("true or false", _flag, {"type": "boolean"})


def optional(kind: Kind) -> Kind:
    """The kind, or `~` for not given."""
    return Kind(
        f"{kind.name}, or ~", lambda v: None if v is None else kind.convert(v), {"anyOf": [kind.schema, {"type": "null"}]}
    )


def is_optional(kind: Kind) -> bool:
    """Whether an argument may be `~`."""
    return {"type": "null"} in kind.schema.get("anyOf", ())


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
