"""Static checks of values: names that are in reach, constants of the right type, words that name blocks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from archdsl.errors import Mark, near_miss
from archdsl.ops import OPERATORS
from archdsl.spec.model import Body, Constant, Formula, Inline, Label, ListOf, Parameter, Spec, Value
from archdsl.spec.report import Report
from archdsl.spec.types import WORDS, mistake
from archdsl.spec.values import is_plain

_HINTS = {
    "in": "$in is the number of channels that arrive at a step; it has no value here",
    "i": "$i counts the rounds of 'repeat' and 'for', from 0; it has no value here",
    "value": "$value is the printed number of a cell, in the 'scale' of a table",
}


@dataclass
class Scope:
    """What a body sees: names of values; the labels given so far in its block, and those that were read."""

    names: set[str]
    labels: dict[str, Mark] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)

    def plus(self, *names: str) -> Scope:
        return Scope({*self.names, *names}, self.labels, self.read)


class ValueChecks:
    """State of the checks, and those of values. Bodies are checked by the class that is built on this one.

    Attributes:
        read: names that something reads.
        unknown: names that are none.
        reached: blocks that something names, in the order in which they are met.
        calls: for each block the blocks that its body names.
        block: the block whose definition is being checked.
    """

    def __init__(self, spec: Spec, knobs: dict[str, Parameter], report: Report):
        self.spec = spec
        self.knobs = knobs
        self.report = report
        self.read: set[str] = set()
        self.unknown: set[str] = set()
        self.reached: dict[str, None] = {}
        self.calls: dict[str, dict[str, Mark]] = {}
        self.block: str | None = None

    def body(self, body: Body, scope: Scope, partial: bool = False) -> None:
        raise NotImplementedError

    def value(self, value: Value, scope: Scope) -> None:
        """The names and blocks in a value."""
        if isinstance(value, Formula):
            self.formula(value, scope)
        elif isinstance(value, ListOf):
            for item in value.items:
                self.value(item, scope)
        elif isinstance(value, Inline):
            # A single call may be given with some of its arguments; the block that calls it gives the others.
            self.body(value.body, Scope({*scope.names, "in"}), partial=len(value.body) == 1)
        else:
            self.words(value.value)

    def formula(self, formula: Formula, scope: Scope) -> None:
        expression = formula.expression
        for name, (start, end) in expression.names.items():
            self.name(name, formula.place(start, end), scope)
        for word in expression.words:
            self.words(word)
        for name, word, start, end in expression.comparisons:
            self.compared(name, word, formula.place(start, end), scope)

    def name(self, name: str, mark: Mark, scope: Scope) -> None:
        if name in scope.names:
            self.read.add(name)
            return
        self.unknown.add(name)
        known = sorted(f"${n}" for n in scope.names)
        hint = _HINTS.get(name) or near_miss(f"${name}", known) or f"known here: {', '.join(known) or 'no names'}"
        self.report.error(f"unknown name '${name}'", mark, hint)

    def names_in(self, label: Label | None, scope: Scope) -> None:
        """The `$names` in a label."""
        for name in label.names if label is not None else ():
            assert label is not None
            self.name(name, label.mark, scope)

    def compared(self, name: str, word: str, mark: Mark, scope: Scope) -> None:
        """A word that is compared with a knob of choices should be one of them."""
        knob = self.knobs.get(name)
        known = [c for c in knob.choices or () if isinstance(c, str)] if knob is not None else []
        own = self.block is not None and name in self.spec.blocks[self.block].args
        if known and word not in known and not own and name in scope.names:
            hint = near_miss(word, known) or f"known: {', '.join(known)}"
            self.report.warn(f"'{word}' is no choice of the knob '{name}'", mark, hint)

    def words(self, value: Any) -> None:
        """A word that names a block makes that block reachable: it may be called through a knob or an argument."""
        for word in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(word, str) and word in self.spec.blocks:
                self.reached.setdefault(word)

    def parameter(self, parameter: Parameter, value: Value, what: str) -> None:
        """Type, range and choices of a value that is the same whatever the knobs are."""
        if isinstance(value, Inline) and parameter.type not in ("block", "list", "any"):
            self.report.error(f"{what}: expected {WORDS[parameter.type]}, steps came", value.mark)
        if not is_plain(value):
            return
        plain = value.evaluate({})
        if (found := mistake(parameter, plain)) is not None:
            self.report.error(f"{what}: {found[0]}", value.mark, found[1] or formula_hint(plain))
        elif parameter.type == "block":
            for item in value.items if isinstance(value, ListOf) else (value,):
                self.block_word(item)

    def block_word(self, value: Value) -> None:
        if isinstance(value, Constant) and isinstance(value.value, str):
            self.target(value.value, value.mark)

    def target(self, name: str, mark: Mark) -> bool:
        """Whether a name is an operator or a block; reports it where it is neither."""
        if name in OPERATORS:
            return True
        if name not in self.spec.blocks:
            self.report.unknown("operator or block", name, [*self.spec.blocks, *OPERATORS], mark)
            return False
        self.reached.setdefault(name)
        if self.block is not None:
            self.calls.setdefault(self.block, {}).setdefault(name, mark)
        return True


_CALCULATION = re.compile(r"[0-9)]\s*[-+*/%(]|\w\(")


def formula_hint(value: Any) -> str:
    """A hint for a word that looks like an expression."""
    return "an expression has a $name in it; this is a word" if isinstance(value, str) and _CALCULATION.search(value) else ""
