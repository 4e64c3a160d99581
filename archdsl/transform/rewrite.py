"""Copies of steps in which calls are changed, wherever they stand: in paths, stages, choices, rows, and steps that are arguments."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

from archdsl.spec.model import Body, Call, Choice, Inline, ListOf, Parallel, Path, Stage, Step, Value

T = TypeVar("T", Stage, Choice, Path)
Change = Callable[[Call], Body | None]
"""What stands in the place of a call; None where it stays."""


def rewritten(body: Body, change: Change) -> Body:
    """A body with its calls changed; the same object where none was."""
    made = tuple(new for step in body for new in _step(step, change))
    return body if len(made) == len(body) and all(new is old for new, old in zip(made, body, strict=True)) else made


def _step(step: Step, change: Change) -> Body:
    if isinstance(step, Call):
        return _call(step, change)
    if isinstance(step, Parallel):
        paths = tuple(_replaced(path, body=rewritten(path.body, change)) for path in step.paths)
        return (step if _same(paths, step.paths) else dataclasses.replace(step, paths=paths),)
    if isinstance(step, Stage):
        return (_replaced(step, body=rewritten(step.body, change), end=rewritten(step.end, change)),)
    if isinstance(step, Choice):
        return (_replaced(step, then=rewritten(step.then, change), otherwise=rewritten(step.otherwise, change)),)
    rows = tuple(_row(row, change) for row in step.rows)
    return (step if _same(rows, step.rows) else dataclasses.replace(step, rows=rows),)


def _row(row: Call | Stage, change: Change) -> Call | Stage:
    made = _step(row, change)
    assert len(made) == 1
    assert isinstance(made[0], (Call, Stage))
    return made[0]


def _call(call: Call, change: Change) -> Body:
    args = {name: _value(value, change) for name, value in call.args.items()}
    positional = _value(call.positional, change) if call.positional is not None else None
    if positional is not call.positional or any(args[name] is not value for name, value in call.args.items()):
        call = dataclasses.replace(call, args=args, positional=positional)
    made = change(call)
    return (call,) if made is None else made


def _value(value: Value, change: Change) -> Value:
    """Steps that stand as a value, with their calls changed."""
    if isinstance(value, Inline):
        body = rewritten(value.body, change)
        return value if body is value.body else Inline(value.mark, body)
    if isinstance(value, ListOf):
        items = tuple(_value(item, change) for item in value.items)
        return value if _same(items, value.items) else ListOf(value.mark, items)
    return value


def _same(new: tuple[object, ...], old: tuple[object, ...]) -> bool:
    return all(a is b for a, b in zip(new, old, strict=True))


def _replaced(step: T, **bodies: Body) -> T:
    """A step with other bodies; the same object where they are the same."""
    if all(body is getattr(step, name) for name, body in bodies.items()):
        return step
    changed: Any = bodies
    return dataclasses.replace(step, **changed)
