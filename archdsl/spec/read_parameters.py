"""Knobs and block arguments: type, default, range, choices."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from archdsl.errors import instead
from archdsl.exact import is_single_number
from archdsl.spec.model import Inline, Override, Parameter, Value
from archdsl.spec.read_values import ValueReader
from archdsl.spec.values import is_plain
from archdsl.spec.yaml import Mapping, Node, Scalar, Sequence

TYPES = ("int", "number", "bool", "word", "list", "block", "any")
MAX_KNOBS = 1000
_KEYS = ("type", "default", "range", "choices", "doc")
_KNOB_KEYS = (*_KEYS, "step", "reading")
_OTHER_NAMES = {"integer": "int", "float": "number", "str": "word", "string": "word", "boolean": "bool", "array": "list"}


def read_knobs(node: Node | None, values: ValueReader) -> dict[str, Parameter | Override]:
    """The knobs of a file: declared by a mapping of keys, or a new default alone."""
    found: dict[str, Parameter | Override] = {}
    mapping = values.mapping(node, "'knobs'") if node is not None else None
    for key, value in mapping.pairs if mapping else ():
        if not values.name(key, "a knob"):
            continue
        if isinstance(value, Mapping):
            values.keys(value, _KNOB_KEYS, "a knob")
            found[key.text] = _parameter(key, value, values)
        else:
            found[key.text] = Override(name=key.text, mark=key.mark, default=values.value(value))
        if len(found) > MAX_KNOBS:
            values.report.error(f"more than {MAX_KNOBS:,} knobs", key.mark)
            break
    return found


def read_arguments(node: Node | None, values: ValueReader) -> dict[str, Parameter]:
    """The arguments of a block: a type, a default, or a mapping of keys."""
    found: dict[str, Parameter] = {}
    mapping = values.mapping(node, "'args'") if node is not None else None
    for key, value in mapping.pairs if mapping else ():
        if values.name(key, "an argument"):
            found[key.text] = _argument(key, value, values)
        if len(found) > MAX_KNOBS:
            values.report.error(f"more than {MAX_KNOBS:,} arguments", key.mark)
            break
    return found


def _argument(key: Scalar, value: Node, values: ValueReader) -> Parameter:
    if isinstance(value, Mapping) and any(key.text in _KEYS for key, _ in value.pairs):
        values.keys(value, _KEYS, "an argument")
        return _parameter(key, value, values)
    if isinstance(value, Scalar) and value.plain:
        if value.text in TYPES:
            return Parameter(name=key.text, mark=key.mark, type=value.text)
        if value.text in _OTHER_NAMES:
            values.report.error(f"unknown type '{value.text}'", value.mark, instead(value.text, _OTHER_NAMES[value.text]))
    default = values.value(value)
    return Parameter(name=key.text, mark=key.mark, type=implied_type(default), default=default)


def _parameter(key: Scalar, node: Mapping, values: ValueReader) -> Parameter:
    given, doc = node.get("default"), node.get("doc")
    default = values.value(given) if given is not None else None
    bounds, step = _range(node.get("range"), values), _step(node.get("step"), values)
    listed = _choices(node.get("choices"), values)
    type_ = _type(node.get("type"), values)
    if type_ is None:
        type_ = implied_type(default) if default is not None else "any"
        if type_ == "int" and any(isinstance(number, Fraction) for number in (*(bounds or ()), *(listed or ()), step)):
            type_ = "number"
    return Parameter(
        name=key.text,
        mark=key.mark,
        type=type_,
        default=default,
        range=bounds,
        choices=listed,
        doc=values.text(doc, "'doc'") if doc is not None else "",
        step=step,
        **_reading(node.get("reading"), values),
    )


def _type(node: Node | None, values: ValueReader) -> str | None:
    if node is None:
        return None
    word = values.text(node, "'type'")
    if word in TYPES:
        return word
    if word in _OTHER_NAMES:
        values.report.error(f"unknown type '{word}'", node.mark, instead(word, _OTHER_NAMES[word]))
    elif word:
        values.report.unknown("type", word, TYPES, node.mark)
    return "any"


def _range(node: Node | None, values: ValueReader) -> tuple[int | Fraction, int | Fraction] | None:
    if node is None:
        return None
    bounds = values.plain(node)
    numbers = isinstance(bounds, list) and all(map(is_single_number, bounds))
    if not numbers or len(bounds) != 2 or bounds[0] > bounds[1]:
        values.report.error("a range is [lowest, highest]", node.mark)
        return None
    return bounds[0], bounds[1]


def _step(node: Node | None, values: ValueReader) -> int | Fraction | None:
    if node is None:
        return None
    step = values.plain(node)
    if is_single_number(step) and step > 0:
        return step
    values.report.error("a step is a number above 0", node.mark)
    return None


def _reading(node: Node | None, values: ValueReader) -> dict[str, Any]:
    """`true`, or a list of the values that the source may mean."""
    if not isinstance(node, Sequence):
        return {"reading": values.truth(node, "'reading'", " or a list of values") if node is not None else False}
    listed = [values.plain(item) for item in node.items]
    return {"reading": bool(listed), "readings": tuple(tuple(item) if isinstance(item, list) else item for item in listed)}


def _choices(node: Node | None, values: ValueReader) -> tuple[Any, ...] | None:
    listed = values.sequence(node, "'choices'") if node is not None else None
    if listed is None:
        return None
    if not listed.items:
        values.report.error("'choices' is a list of values, an empty one came", listed.mark)
        return None
    return tuple(values.plain(item) for item in listed.items)


def implied_type(default: Value) -> str:
    """The type of a parameter with this default: any, where the default is a formula."""
    if isinstance(default, Inline):
        return "block"
    return _type_of(default.evaluate({})) if is_plain(default) else "any"


def _type_of(value: Any) -> str:
    if value is None:
        return "any"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int"
    if isinstance(value, Fraction):
        return "number"
    return "list" if isinstance(value, list) else "word"
