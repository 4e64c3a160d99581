"""Walking through what a spec is made of: everything in a part of it, or what it mentions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple

from archdsl.spec.model import Block, Call, Formula, Label


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


class Mentions(NamedTuple):
    """What a part of a spec mentions.

    Attributes:
        words: those that may name an operator or block.
        read: names of values that it reads, in expressions, in labels and as what it calls.
        computed: those of them in expressions.
        calls_given: whether it calls what a name stands for.
        gathered: labels that gather.
    """

    words: frozenset[str]
    read: frozenset[str]
    computed: frozenset[str]
    calls_given: bool
    gathered: frozenset[str]


@lru_cache(maxsize=1024)
def of_block(block: Block) -> Mentions:
    """What a block mentions. A block is asked for it by the checks and by each elaboration, and stays as it is."""
    return mentions(block.args, block.body, block.outputs, block.wraps)


@lru_cache(maxsize=256)
def of_steps(steps: tuple[Any, ...]) -> Mentions:
    """What the steps of a net mention, kept as for a block."""
    return mentions(steps)


def mentions(*wholes: Any) -> Mentions:
    """What parts of a spec mention, all of them together."""
    words: set[str] = set()
    read: set[str] = set()
    computed: set[str] = set()
    gathered: set[str] = set()
    calls_given = False
    waiting = list(wholes)
    while waiting:
        part = waiting.pop()
        kind = part.__class__
        if kind is str:
            words.add(part)
        elif kind is tuple or kind is list:
            waiting += part
        elif kind is dict:
            waiting += part.values()
        elif kind is Formula:
            words.update(part.expression.words)
            computed.update(part.expression.names)
        else:
            if kind is Label:
                read.update(part.names)
                if part.gathers:
                    gathered.add(part.text)
            elif kind is Call and part.reference is not None:
                read.add(part.reference)
                calls_given = True
            for field in _fields(kind):
                waiting.append(getattr(part, field))
    return Mentions(frozenset(words), frozenset(read | computed), frozenset(computed), calls_given, frozenset(gathered))
