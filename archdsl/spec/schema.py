"""The JSON Schema of specs for editors, made from the same tables that the reader and the checks use.

It completes operators and their arguments, and catches misspelt keys while typing; what depends on blocks and values is left to
`archdsl check`.
"""

from __future__ import annotations

from typing import Any

from archdsl.ops import OPERATORS, Operator
from archdsl.spec.initialisation import DEFAULTS
from archdsl.spec.initialisation import schema as init_schema
from archdsl.spec.read_interface import INPUT_KINDS, MOST_AXES
from archdsl.spec.read_parameters import TYPES
from archdsl.spec.read_reported import METRICS, NOTES

_FORMULA = {"type": "string", "pattern": r"\$"}
_ANY: dict[str, Any] = {}


def schema() -> dict[str, Any]:
    """The schema as plain data, draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "archdsl spec",
        "type": "object",
        "properties": {
            "archdsl": {"const": 1, "description": "version of the language"},
            "name": {"type": "string"},
            "doc": {"type": "string"},
            "source": {"type": "string", "description": "paper and table"},
            "import": {"description": "files whose blocks are brought in", **_one_or_more({"type": "string"})},
            "extends": {"type": "string", "description": "the spec that this one starts from"},
            "input": {"anyOf": [_SHAPE, *_KINDS, {"type": "object", "additionalProperties": {"anyOf": [_SHAPE, *_KINDS]}}]},
            "knobs": {"type": "object", "additionalProperties": {"$ref": "#/$defs/knob"}},
            "defaults": {"type": "object", "properties": {w: _arguments(op) for w, op in OPERATORS.items()}, **_CLOSED},
            "init": {"type": "object", "properties": {kind: init_schema(kind) for kind in DEFAULTS}, **_CLOSED},
            "blocks": {"type": "object", "additionalProperties": {"$ref": "#/$defs/block"}},
            "net": {"$ref": "#/$defs/body"},
            "outputs": {
                "description": "labels of what the network returns",
                "anyOf": [_LABELS, {"type": "object", "additionalProperties": {"type": "string"}}],
            },
            "titles": {"type": "object", "description": "printed names", "additionalProperties": {"type": ["string", "null"]}},
            "rows": {"type": "object", "patternProperties": {"^[0-9]+$": {"type": ["object", "null"]}}, **_CLOSED},
            "reported": {"type": "array", "items": _reported()},
            "space": {"type": "object", "description": "settings that are free, and their values"},
        },
        **_CLOSED,
        "$defs": {
            "parameter": _parameter(),
            "knob": {"anyOf": [_parameter(_KNOB), {"type": ["number", "string", "boolean", "array"]}]},
            "block": _block(),
            "body": {"anyOf": [{"type": "array", "items": {"$ref": "#/$defs/step"}}, {"$ref": "#/$defs/step"}, {"type": "null"}]},
            "step": _step(),
            "table": _table(),
            "path": _path(),
        },
    }


_CLOSED = {"additionalProperties": False}
_LABELS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
_APPEND = {"type": "object", "properties": {"append": {"type": "string"}}, "required": ["append"], **_CLOSED}
_ONE_GIVEN = {"anyOf": [{"type": "string"}, _APPEND]}
_GIVEN = {"anyOf": [{"type": "string"}, _APPEND, {"type": "array", "items": _ONE_GIVEN, "minItems": 1}]}
_MODIFIERS: dict[str, Any] = {
    "name": {"type": "string", "description": "of the nodes, in place of the operator's"},
    "when": {"type": ["string", "boolean"], "description": "condition"},
    "repeat": {"type": ["integer", "string"], "description": "how often; $i counts from 0"},
    "for": {"type": "object", "description": "loop variables and their lists"},
    "as": {"description": "label of the output, or of each; {append: label} for one that gathers", **_GIVEN},
    "from": {"description": "labels of the inputs; * stands for any text, {…} for an expression", **_LABELS},
    "share": {"type": "string", "description": "name of a set of weights: steps with the same name use one"},
}


def _one_or_more(item: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [item, {"type": "array", "items": item}]}


def _value(plain: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [plain, _FORMULA]}


_SHAPE = {"type": "array", "items": _value({"type": "integer", "minimum": 1}), "minItems": 1, "maxItems": MOST_AXES}
_KINDS = [{"type": "object", "properties": {kind: _SHAPE}, "required": [kind], **_CLOSED} for kind in INPUT_KINDS]


def _arguments(op: type[Operator]) -> dict[str, Any]:
    properties = {name: {"description": f.metadata["doc"], **_value(op.kinds[name].schema)} for name, f in op.fields.items()}
    further = {"additionalProperties": _value(op.kinds["a"].schema)} if "a" in op.kinds else _CLOSED  # axes of `rearrange`
    return {"type": "object", "properties": properties, **further}


def _summary(op: type[Operator]) -> str:
    return (op.__doc__ or "").strip().splitlines()[0]


_KNOB = {
    "step": {"type": ["number", "string"]},
    "reading": {"anyOf": [{"type": "boolean"}, {"type": "array", "minItems": 1}]},
}


def _parameter(more: dict[str, Any] | None = None) -> dict[str, Any]:
    properties = {
        "type": {"enum": list(TYPES)},
        "default": _ANY,
        "range": {"type": "array", "items": {"type": ["number", "string"]}, "minItems": 2, "maxItems": 2},
        "choices": {"type": "array", "minItems": 1},
        "doc": {"type": "string"},
        **(more or {}),
    }
    return {"type": "object", "properties": properties, **_CLOSED}


def _block() -> dict[str, Any]:
    properties = {
        "doc": {"type": "string"},
        "title": {"type": "string"},
        "wraps": {"type": "string", "description": "the block that `$wrapped` is in the body"},
        "args": {"type": "object"},
        "inputs": {"description": "labels of the tensors that it is called with", **_LABELS},
        "outputs": {"description": "labels of the tensors that it gives", **_LABELS},
        "body": {"$ref": "#/$defs/body"},
    }
    return {"type": "object", "properties": properties, "required": ["body"], **_CLOSED}


def _step() -> dict[str, Any]:
    words = {"anyOf": [{"enum": list(OPERATORS)}, {"type": "string"}]}
    body = {"$ref": "#/$defs/body"}
    path = {"anyOf": [{"$ref": "#/$defs/path"}, body]}
    paths = {"type": ["array", "object"], "items": path, "additionalProperties": path}
    properties = {
        **{w: {"description": _summary(op), **_call(op)} for w, op in OPERATORS.items()},
        "split": {"anyOf": [{"const": "even"}, {"type": "array", "items": {"type": ["number", "string"]}}]},
        "fork": {"type": "null"},
        "paths": paths,
        "path": path,
        "join": body,
        "if": {"type": ["string", "boolean"], "description": "condition of `then`; `else` is for where it is false"},
        "then": body,
        "else": body,
        "stage": {"type": "string"},
        "body": body,
        "end": body,
        "table": {"$ref": "#/$defs/table"},
        **_MODIFIERS,
    }
    return {"anyOf": [words, {"type": "object", "properties": properties}]}


def _path() -> dict[str, Any]:
    """A path that may be absent."""
    when = {"type": ["string", "boolean"], "description": "where it is false, the path is not there"}
    properties = {"when": when, "body": {"$ref": "#/$defs/body"}}
    return {"type": "object", "properties": properties, "required": ["body"], **_CLOSED}


def _call(op: type[Operator]) -> dict[str, Any]:
    return {"anyOf": [_arguments(op), {"type": ["null", "number", "string", "boolean"]}]}


def _table() -> dict[str, Any]:
    properties = {
        "columns": {"type": "array", "items": {"type": "string"}, "contains": {"const": "op"}},
        "scale": {"type": "object", "additionalProperties": _FORMULA},
        "stage_end": {"$ref": "#/$defs/body"},
        "rows": {"type": "array", "items": {"anyOf": [{"type": "array"}, {"type": "object", "required": ["stage"]}]}},
    }
    return {"type": "object", "properties": properties, "required": ["columns", "rows"], **_CLOSED}


def _reported() -> dict[str, Any]:
    words = {key: {"type": "string"} for key in NOTES}
    sizes = {metric: {"type": ["number", "string"]} for metric in METRICS}
    return {"type": "object", "properties": {**sizes, **words}, **_CLOSED}
