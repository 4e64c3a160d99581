"""What arguments of blocks are for: which of them are channels, and which the kernel of a convolution.

It follows from where they flow: `width` of a block is channels where a convolution in it has `out: $width`, or a block that it
calls gets it so.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from archdsl.ops import OPERATORS
from archdsl.spec.model import Block, Call, Choice, Constant, Formula, Modifiers, Parallel, Spec, Stage, Table, Value
from archdsl.spec.values import names_read
from archdsl.spec.walk import parts
from archdsl.transform.make import formula, is_product
from archdsl.transform.reach import resolved

CHANNELS, KERNEL = "channels", "kernel"
WITH_CHANNELS = ("conv", "std_conv", "conv_transpose", "shared_conv", "linear")
WITH_KERNEL = ("conv", "std_conv", "conv_transpose", "shared_conv")
OPERATOR_ROLES: dict[str, dict[str, str]] = {word: {"out": CHANNELS} for word in WITH_CHANNELS}
OPERATOR_ROLES["pad"] = {"channels": CHANNELS}
for _word in WITH_KERNEL:
    OPERATOR_ROLES[_word]["kernel"] = KERNEL

Flow = tuple[Callable[[dict[str, str]], str | None], Value]
"""A value, and the role that it has by where it goes, from the roles of names so far."""


class Roles:
    """The roles of the arguments of every block of a network."""

    def __init__(self, spec: Spec, knobs: dict[str, Any]):
        self.spec = spec
        self.knobs = knobs
        self._found: dict[str, dict[str, str]] = {}

    def of(self, target: str, block: Block | None = None) -> dict[str, str]:
        """The role of each argument of what a step calls. `block`: in whose body the step stands."""
        if target.startswith("$"):
            if target == "$wrapped" and block is not None and block.wraps is not None:
                return self.of(block.wraps.name)
            found: dict[str, str] = {}
            for name in resolved(target[1:], block, self.spec, self.knobs):
                found |= self.of(name)
            return found
        if target in OPERATORS:
            return OPERATOR_ROLES.get(target, {})
        called = self.spec.blocks.get(target)
        if called is None:
            return {}
        if target not in self._found:
            self._found[target] = {}  # a circle ends here
            self._found[target] = self._worked_out(called)
        return self._found[target]

    def first(self, target: str, block: Block | None = None) -> str | None:
        """The argument that a value without a name is for."""
        if target.startswith("$"):
            names = (
                [block.wraps.name]
                if target == "$wrapped" and block is not None and block.wraps is not None
                else resolved(target[1:], block, self.spec, self.knobs)
            )
            return self.first(names[0]) if names else None
        if target in OPERATORS:
            return next(iter(OPERATORS[target].fields), None)
        called = self.spec.blocks.get(target)
        return next(iter(called.args), None) if called is not None else None

    def args(self, call: Call, block: Block | None = None) -> dict[str, Value]:
        """The arguments that a step gives, all by name."""
        if call.positional is None:
            return call.args
        first = self.first(call.target, block)
        return {first: call.positional} if first is not None else {}

    def _worked_out(self, block: Block) -> dict[str, str]:
        flows = list(self._flows(block))
        reads: dict[str, str] = {}
        for _ in block.args:  # a default may read one that a later default gives its role
            before = dict(reads)
            for role_of, value in flows:
                role = role_of(reads)
                for name in names_read(value) if role is not None else ():
                    reads.setdefault(name, str(role))
            if reads == before:
                break
        return {name: role for name, role in reads.items() if name in block.args and not _flag(block, name)}

    def _flows(self, block: Block) -> Iterator[Flow]:
        """Where values go: into arguments of calls, into the variable of a loop, into an argument of the block itself."""
        for call in calls(block.body):
            roles = self.of(call.target, block)
            for arg, value in self.args(call, block).items():
                if arg in roles and not _multiplies(value):
                    yield partial(_known, roles[arg]), value
        for name, value in loops(block.body):
            yield partial(_read, name), value
        for parameter in block.args.values():
            if parameter.default is not None:
                yield partial(_read, parameter.name), parameter.default


def _known(role: str, reads: dict[str, str]) -> str | None:
    return role


def _read(name: str, reads: dict[str, str]) -> str | None:
    return reads.get(name)


def _flag(block: Block, name: str) -> bool:
    """Whether an argument is no number, so that it only chooses between numbers."""
    return block.args[name].type in ("bool", "word", "block")


def calls(whole: Any) -> Iterator[Call]:
    """Every call in a part of a spec, those inside of arguments too, but not the joins of splits and forks."""
    joins = set()
    for part in parts(whole):
        if isinstance(part, Parallel):
            joins.add(id(part.join))
        elif isinstance(part, Call) and id(part) not in joins:
            yield part


def loops(whole: Any) -> Iterator[tuple[str, Value]]:
    """The variables of every `for`, with their lists."""
    for part in parts(whole):
        if isinstance(part, Parallel):
            yield from part.loop
        if isinstance(part, (Call, Parallel, Stage, Table, Choice)):
            yield from part.mods.loop


def _multiplies(value: Value) -> bool:
    """Whether a value is a multiple of the channels that arrive, so that what it reads beside them is a factor."""
    return reads_in(value) and isinstance(value, Formula) and is_product(value.expression.text)


def reads_in(value: Value) -> bool:
    """Whether a value follows from the channels that arrive."""
    return isinstance(value, Formula) and "in" in value.expression.names


def compared(mods: Modifiers, scaled: Mapping[str | None, str]) -> Modifiers:
    """The condition of a step whose channels are scaled: where it compares what arrives with them, with what they are now."""
    if not isinstance(mods.when, Formula) or "in" not in mods.when.expression.names:
        return mods
    text = re.sub(r"\$(\w+)", lambda found: scaled.get(found[1], found[0]), mods.when.expression.text)
    return dataclasses.replace(mods, when=formula(text))


def over_places(whole: Any) -> set[int]:
    """Identities of the steps between two transpositions of tokens and channels: their channels are places, which no share is taken of."""
    found: set[int] = set()
    for body in _bodies(whole):
        transposed = False
        for step in body:
            if isinstance(step, Call) and step.target == "rearrange" and _transposes(step):
                transposed = not transposed
            elif transposed and isinstance(step, Call):
                found.add(id(step))
    return found


def _bodies(whole: Any) -> Iterator[tuple[Any, ...]]:
    """Every list of steps in a part of a spec."""
    yield tuple(whole) if isinstance(whole, tuple) else ()
    for part in parts(whole):
        for name in ("body", "end", "then", "otherwise"):
            held = getattr(part, name, None)
            if isinstance(held, tuple):
                yield held


def _transposes(step: Call) -> bool:
    given = [*step.args.values(), *([step.positional] if step.positional is not None else [])]
    texts = [value.value for value in given if isinstance(value, Constant) and isinstance(value.value, str)]
    sides = [side.split() for text in texts for side in text.split("->")]
    return len(sides) == 2 and len(sides[0]) == 2 and sides[0] == sides[1][::-1]
