"""Parts of a spec as plain data that YAML holds: mappings, lists and scalars as they are written."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from archdsl.exact.shown import written
from archdsl.spec.labels import Label
from archdsl.spec.model import (
    Block,
    Body,
    Call,
    Choice,
    Constant,
    Formula,
    ListOf,
    Modifiers,
    Parallel,
    Parameter,
    Path,
    Stage,
    Step,
    Table,
    Value,
)
from archdsl.spec.read_parameters import implied_type
from archdsl.spec.scalars import resolve
from archdsl.spec.values import Title
from archdsl.spec.yaml_text import Plain


def word(text: str) -> str:
    """A text as a scalar that is read back as this text."""
    return text if text and resolve(text) == text else _quoted(text)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def constant(value: Any) -> Plain:
    """A value without expressions."""
    if isinstance(value, (list, tuple)):
        return [constant(item) for item in value]
    if isinstance(value, str):
        return word(value)
    halves = isinstance(value, Fraction) and value.denominator & (value.denominator - 1) == 0
    return str(value) if halves else written(value)


def value(given: Value) -> Plain:
    if isinstance(given, Constant):
        return constant(given.value)
    if isinstance(given, Formula):
        return given.expression.text.strip()
    if isinstance(given, ListOf):
        return [value(item) for item in given.items]
    return short(body(given.body), keep=len(given.body) != 1)


def short(steps: list[Any], keep: bool = False) -> Plain:
    """A body; one step alone stands without a list."""
    return steps if keep or len(steps) != 1 else steps[0]


def body(steps: Body) -> list[Any]:
    return [step(each) for each in steps]


def step(given: Step) -> Plain:
    return _STEPS[type(given)](given)


def _call(given: Call) -> Plain:
    mods = modifiers(given.mods)
    args: Plain = {}
    if given.positional is not None:
        args = value(given.positional)
    elif given.args:
        args = {name: value(item) for name, item in given.args.items()}
    if not mods and args == {}:
        return given.target
    return {given.target: args, **mods}


def _parallel(given: Parallel) -> Plain:
    shares: Plain = None
    if given.kind == "split":
        shares = "even" if given.shares is None else [value(share) for share in given.shares]
    made: dict[str, Any] = {given.kind: shares}
    if given.loop:
        made["for"] = {name: value(item) for name, item in given.loop}
        made["path"] = _path(given.paths[0])
    elif all(path.name for path in given.paths):
        made["paths"] = {path.name: _path(path) for path in given.paths}
    else:
        made["paths"] = [_path(path) for path in given.paths]
    return {**made, "join": step(given.join), **modifiers(given.mods)}


def _path(given: Path) -> Plain:
    steps = short(body(given.body))
    return steps if given.when is None else {"when": value(given.when), "body": steps}


def _stage(given: Stage) -> Plain:
    made: dict[str, Any] = {"stage": given.name.text, **modifiers(given.mods), "body": body(given.body)}
    return {**made, "end": body(given.end)} if given.end else made


def _choice(given: Choice) -> Plain:
    made: dict[str, Any] = {"if": value(given.condition), "then": short(body(given.then))}
    if given.otherwise:
        made["else"] = short(body(given.otherwise))
    return {**made, **modifiers(given.mods)}


def _table(given: Table) -> Plain:
    made: dict[str, Any] = {"columns": list(given.columns)}
    if given.scale:
        made["scale"] = {column: value(formula) for column, formula in given.scale.items()}
    ends = [row.end for row in given.rows if isinstance(row, Stage) and row.end]
    if ends:
        made["stage_end"] = body(ends[0])
    rows: list[Any] = []
    staged = False
    for row in given.rows:
        if isinstance(row, Stage):
            rows += [{"stage": row.name.text}, *[_row(call, given) for call in row.body if isinstance(call, Call)]]
        else:
            rows += [{"stage": None}] if staged else []
            rows.append(_row(row, given))
        staged = isinstance(row, Stage)
    return {"table": {**made, "rows": rows}, **modifiers(given.mods)}


def _row(given: Call, table: Table) -> list[Any]:
    cells = {"op": given.target, **{name: value(item) for name, item in given.args.items()}, **modifiers(given.mods)}
    return [cells.get(column, "~") for column in table.columns]


_STEPS: dict[type, Callable[[Any], Plain]] = {Call: _call, Parallel: _parallel, Stage: _stage, Choice: _choice, Table: _table}


def modifiers(mods: Modifiers) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if mods.sources:
        made["from"] = short([label(item) for item in mods.sources])
    if mods.name is not None:
        made["name"] = label(mods.name)
    if mods.labels:
        made["as"] = short([{"append": label(item)} if item.gathers else label(item) for item in mods.labels])
    if mods.share is not None:
        made["share"] = label(mods.share)
    if mods.loop:
        made["for"] = {name: value(item) for name, item in mods.loop}
    if mods.repeat is not None:
        made["repeat"] = value(mods.repeat)
    if mods.when is not None:
        made["when"] = value(mods.when)
    return made


def label(given: Label) -> str:
    return given.text if given.parts else word(given.text)


def argument(given: Parameter) -> Plain:
    """What declares an argument of a block: a type, a default, or both and more."""
    extra: dict[str, Any] = {}
    if given.range is not None:
        extra["range"] = constant(given.range)
    if given.choices is not None:
        extra["choices"] = constant(given.choices)
    if given.doc:
        extra["doc"] = word(given.doc)
    if given.default is None:
        return {"type": given.type, **extra} if extra else given.type
    default = value(given.default)
    if extra or (given.type != implied_type(given.default) and not _untyped(given)):
        return {"type": given.type, "default": default, **extra}
    return default


def _untyped(given: Parameter) -> bool:
    return isinstance(given.default, Constant) and given.default.value is None


def block(given: Block, inner: Block | None = None) -> dict[str, Any]:
    """A block's definition. `inner`: what it wraps, whose arguments it has without declaring them."""
    made: dict[str, Any] = {}
    if isinstance(given.title, Title) and given.title.text is not None:
        made["title"] = word(given.title.text)
    if given.doc:
        made["doc"] = word(given.doc)
    if given.wraps is not None:
        made["wraps"] = given.wraps.name
    if given.inputs:
        made["inputs"] = [label(item) for item in given.inputs]
    if given.outputs:
        made["outputs"] = [label(item) for item in given.outputs]
    args = {name: item for name, item in given.args.items() if inner is None or inner.args.get(name) is not item}
    if args:
        made["args"] = {name: argument(item) for name, item in args.items()}
    return {**made, "body": body(given.body)}
