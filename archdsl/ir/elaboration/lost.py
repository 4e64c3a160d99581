"""What stands in for a mistake that was reported, so that elaboration goes on to the next.

A wrong number becomes an unknown one (`archdsl.exact.unknown`), any other argument what changes nothing. A step that cannot be run
leaves a lost tensor, of which not even the number of axes is known; what takes it makes another of it.
"""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from typing import Any

from archdsl.exact import Undetermined, is_array
from archdsl.exact.unknown import UNKNOWN
from archdsl.ir.graph import Node
from archdsl.ops import Operator, ShapeError
from archdsl.ops.errors import ArgumentError
from archdsl.ops.passing import Identity, Input
from archdsl.ops.shapes import Map, Sequence, Vector
from archdsl.spec.model import Constant, Parameter
from archdsl.spec.types import mistake
from archdsl.spec.values import is_plain

LOST = Node("?", Input((UNKNOWN,)), (), (UNKNOWN,), (), None)


def lost_node(name: str, op: Operator) -> Node:
    """What an operator makes of a lost tensor: where it takes one number of axes alone, that number is known of its output."""
    if op.joins:
        return LOST
    shapes = []
    for kind, axes in ((Vector, 1), (Sequence, 2), (Map, 3)):
        with suppress(ShapeError, ArithmeticError, Undetermined, TypeError):
            shapes.append(op.shape(kind((UNKNOWN,) * axes)))
    return Node(name, op, (), shapes[0], (), None) if len(shapes) == 1 else LOST


def has_arrays(value: Any) -> bool:
    """Whether a value is an array, or one in a list is."""
    return any(map(has_arrays, value)) if isinstance(value, (list, tuple)) else is_array(value)


def without(kind: type[Operator], args: dict[str, Any], name: str) -> dict[str, Any] | None:
    """The arguments of an operator with a wrong one replaced: left out where it has a default, otherwise an unknown number.

    None where the argument must be given and takes no such number.
    """
    rest = {key: value for key, value in args.items() if key != name}
    if name not in kind.required:
        return rest
    try:
        return {**rest, name: kind.kinds[name].convert(UNKNOWN)}
    except (ArgumentError, ShapeError, ArithmeticError, TypeError):
        return None


def neutral(parameter: Parameter) -> Any:
    """The value that takes the place of a wrong argument of a block: its default, or what changes nothing."""
    if parameter.choices is not None:
        return parameter.choices[0]
    default = parameter.default
    if default is not None and is_plain(default):
        value = default.evaluate({})
        if value is None or mistake(parameter, value) is None:
            return value
    return _NEUTRAL.get(parameter.type, UNKNOWN)


def mended(knobs: dict[str, Parameter]) -> dict[str, Parameter]:
    """The knobs with something in place of a default that is missing or does not fit."""
    return {name: _with_default(knob) for name, knob in knobs.items()}


def _with_default(knob: Parameter) -> Parameter:
    default = knob.default
    if default is not None and not (is_plain(default) and mistake(knob, default.evaluate({}))):
        return knob
    value = Constant(knob.mark, neutral(knob))
    return dataclasses.replace(knob, type="any", default=value, range=None, choices=None)


_NEUTRAL: dict[str, Any] = {"bool": False, "word": Identity.word, "block": Identity.word, "list": ()}
