"""What a network is made of: its blocks, callers before what they call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archdsl.spec.model import Block, Call, Closure, Constant, Formula, Inline, Spec
from archdsl.spec.walk import parts


def resolved(reference: str, block: Block | None, spec: Spec, knobs: dict[str, Any]) -> list[str]:
    """The words that `$name` may call: what the knob holds; of an argument its default, and what calls of the block give."""
    if block is not None and reference in block.args:
        return list(dict.fromkeys(_handed(reference, block, spec, knobs, frozenset())))
    held = knobs.get(reference)
    if isinstance(held, Closure):
        return [part.target for part in parts(held.body) if isinstance(part, Call)]
    listed = held if isinstance(held, (list, tuple)) else [held]
    return [item for item in listed if isinstance(item, str)]


def _handed(name: str, block: Block, spec: Spec, knobs: dict[str, Any], seen: frozenset[tuple[str, str]]) -> Iterator[str]:
    """What an argument that holds a block may be."""
    default = block.args[name].default
    given: list[tuple[Block | None, Any]] = [(None, default)]
    for caller in (None, *spec.blocks.values()):
        found = [part for part in parts(spec.net if caller is None else caller.body) if isinstance(part, Call)]
        given += [(caller, part.args[name]) for part in found if part.target == block.name and name in part.args]
    for caller, value in given:
        if isinstance(value, Constant) and isinstance(value.value, str):
            yield value.value
        elif isinstance(value, Inline):
            yield from (part.target for part in parts(value.body) if isinstance(part, Call) and part.reference is None)
        elif isinstance(value, Formula) and value.bare is not None:
            if caller is None or value.bare not in caller.args:
                yield from resolved(value.bare, None, spec, knobs)
            elif (caller.name, value.bare) not in seen:
                yield from _handed(value.bare, caller, spec, knobs, seen | {(caller.name, value.bare)})


def called(spec: Spec, block: Block | None, knobs: dict[str, Any]) -> list[str]:
    """Names of the blocks that a block may call, or the net where it is None; in their order."""
    inside: Any = spec.net if block is None else (block.body, block.args, block.wraps)
    found: dict[str, None] = {}
    for word in _words(inside):
        if word in spec.blocks:
            found[word] = None
        elif word.startswith("$"):
            found.update(dict.fromkeys(name for name in resolved(word[1:], block, spec, knobs) if name in spec.blocks))
    if block is not None and block.wraps is not None and block.wraps.name in spec.blocks:
        found[block.wraps.name] = None
    return list(reversed(found))


def _words(inside: Any) -> Iterator[str]:
    """The words that may name a block; labels and names of steps are none."""
    for part in parts(inside):
        if isinstance(part, Call):
            yield part.target
        elif isinstance(part, Formula):
            yield from part.expression.words
        elif isinstance(part, Constant) and isinstance(part.value, str):
            yield part.value


def reachable(spec: Spec, knobs: dict[str, Any], start: list[str] | None = None) -> list[Block]:
    """The blocks that a network is made of, or that some blocks are, those among them."""
    found: dict[str, None] = {}
    waiting = list(reversed(called(spec, None, knobs) if start is None else start))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = None
            waiting += reversed(called(spec, spec.blocks[name], knobs))
    return [spec.blocks[name] for name in found]
