"""Walking through what a spec is made of, for questions that are rarely asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from archdsl.spec.model import Call, Constant, Formula


def parts(whole: Any) -> Iterator[Any]:
    """Everything that a part of a spec is made of, itself first."""
    waiting = [whole]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, (tuple, list)):
            waiting += part
        elif isinstance(part, dict):
            waiting += part.values()
        elif part is not None:
            waiting += [getattr(part, field) for field in _fields(part.__class__)]


@cache
def _fields(kind: Any) -> tuple[str, ...]:
    if not is_dataclass(kind):
        return ()
    return tuple(
        [field.name for field in fields(kind) if field.name not in ("mark", "marks", "arg_marks", "column_marks", "expression")]
    )


def words(whole: object) -> Iterator[str]:
    """The words in a part of a spec that may name an operator or block."""
    for part in parts(whole):
        if isinstance(part, Call):
            yield part.target
        elif isinstance(part, Formula):
            yield from part.expression.words
        elif isinstance(part, Constant) and isinstance(part.value, str):
            yield part.value
        elif isinstance(part, str):  # choices of a knob
            yield part
