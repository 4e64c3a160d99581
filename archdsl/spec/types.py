"""Whether a value is of a parameter's type, within its range and among its choices."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from archdsl.errors import choices, near_miss, truth_meant
from archdsl.exact import floor, is_choice_array, is_integer, is_list_array, is_number, is_number_array, is_truth
from archdsl.exact.shown import describe, written
from archdsl.ops import ShapeError
from archdsl.ops.arguments import ROUND
from archdsl.ops.errors import refuse
from archdsl.spec.model import Closure, Parameter

WORDS = {
    "int": "an int",
    "number": "a number",
    "bool": "true or false",
    "word": "a word",
    "list": "a list",
    "block": "a block",
}


def mistake(parameter: Parameter, value: Any) -> tuple[str, str] | None:
    """What is wrong with the value, and a hint; None where it fits. Arrays are checked element by element.

    Where the grid context takes notes, variants whose element does not fit are noted and the others go on.
    """
    if parameter.type == "int" and is_number_array(value) and not value.is_integer:
        return _partly(value == floor(value), "expected an int")
    if value is None or (parameter.type != "any" and not _is(parameter.type, value)):
        hint = truth_meant(value) if parameter.type == "bool" else ""
        if parameter.type == "int" and isinstance(value, Fraction):
            hint = ROUND
        return f"expected {WORDS.get(parameter.type, 'a value')}, {describe(value)} came", hint
    if parameter.choices is not None:
        listed = value if of_elements(parameter) else [value]
        return next((found for item in listed if (found := _choice(parameter.choices, item)) is not None), None)
    if parameter.range is not None:
        for item in value.places if is_list_array(value) else value if isinstance(value, (list, tuple)) else [value]:
            if (found := _outside(parameter.range, item)) is not None:
                return found
    return None


def of_elements(parameter: Parameter) -> bool:
    """Whether the choices of a list are those of each of its elements: none of them is a list."""
    return parameter.type == "list" and not any(isinstance(choice, (list, tuple)) for choice in parameter.choices or ())


def _is(type_: str, value: Any) -> bool:
    if type_ == "int":
        return type(value) is int or is_integer(value)
    if type_ == "number":
        return is_number(value)
    if type_ == "bool":
        return is_truth(value) or _all(value, bool)
    if type_ == "word":
        return isinstance(value, str) or _all(value, str)
    if type_ == "list":
        return isinstance(value, (list, tuple)) or is_list_array(value)
    return isinstance(value, (str, Closure, list, tuple)) or _all(value, str)


def _all(value: Any, kind: type) -> bool:
    return is_choice_array(value) and all(isinstance(word, kind) for word in value.words)


def _choice(known: tuple[Any, ...], value: Any) -> tuple[str, str] | None:
    listed = value.words if is_choice_array(value) else value.values.ravel().tolist() if is_number_array(value) else [value]
    for item in listed:
        plain = list(item) if isinstance(item, tuple) else item
        if isinstance(item, Closure) or not any(type(plain) is type(k) and plain == k for k in known):
            names = [describe(k).strip("'") for k in known]
            hint = near_miss(item, names) if isinstance(item, str) else ""
            return f"expected one of {choices(names)}; {describe(item)} came", hint
    return None


def _outside(bounds: tuple[Any, Any], item: Any) -> tuple[str, str] | None:
    if not is_number(item):
        return f"expected numbers from {bounds[0]} to {bounds[1]}, {describe(item)} came", ""
    inside = (item >= bounds[0]) & (item <= bounds[1])
    if inside is True:
        return None
    wanted = f"must lie between {written(bounds[0])} and {written(bounds[1])}"
    return _partly(inside, wanted) if is_number_array(item) else (f"{wanted}; {describe(item)} came", "")


def _partly(ok: Any, wanted: str) -> tuple[str, str] | None:
    """A condition that holds for some elements of an array, or for none."""
    try:
        refuse(ok, wanted)
    except ShapeError as error:
        return error.message, error.hint
    return None
