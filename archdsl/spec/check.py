"""Static checks of a merged spec: everything that can be known before a knob has its value.

Unknown names, operators, blocks and arguments; constants of the wrong type; labels; recursion; doubled names. What depends on
channel counts is found by the elaborator.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from archdsl.errors import Mark, near_miss
from archdsl.ops.arguments import ArgumentError
from archdsl.ops import OPERATORS, Operator, ShapeError
from archdsl.spec.model import (
    Block,
    Body,
    Call,
    Constant,
    Formula,
    Inline,
    Label,
    ListOf,
    Modifiers,
    Parallel,
    Parameter,
    Spec,
    Stage,
    Step,
    Table,
    Value,
)
from archdsl.spec.report import Report
from archdsl.spec.types import mistake


def check(spec: Spec, borrowed: dict[str, Parameter], default_marks: dict[str, Mark], report: Report) -> Spec:
    """The spec with the borrowed knobs that its blocks read. Mistakes and warnings go to the report."""
    checker = _Checker(spec, {**borrowed, **spec.knobs}, report)
    checker.run(default_marks)
    used = {name: knob for name, knob in borrowed.items() if name in checker.read and name not in spec.knobs}
    for name, knob in spec.knobs.items():
        if name not in checker.read and not report.errors:
            hint = near_miss(name, checker.unknown) or "no step, block or other knob mentions it"
            report.warn(f"the knob '{name}' is read by nothing", knob.mark, hint)
    return dataclasses.replace(spec, knobs={**spec.knobs, **used})


@dataclasses.dataclass
class _Scope:
    """What a body sees: names of values, and the labels defined so far in its block."""

    names: set[str]
    labels: dict[str, Mark]
    block: str | None

    def plus(self, *names: str) -> _Scope:
        return _Scope({*self.names, *names}, self.labels, self.block)


class _Checker:
    def __init__(self, spec: Spec, knobs: dict[str, Parameter], report: Report):
        self.spec = spec
        self.knobs = knobs
        self.report = report
        self.read: set[str] = set()
        self.unknown: set[str] = set()
        self.reached: dict[str, None] = {}
        self.calls: dict[str, dict[str, Mark]] = {}  # block -> blocks that its body names
        self.block: str | None = None

    def run(self, default_marks: dict[str, Mark]) -> None:
        self.check_block_names()
        self.check_defaults(default_marks)
        self.check_knobs()
        top = _Scope(set(self.knobs), {}, None)
        for value in self.spec.input:
            self.value(value, top)
        self.body(self.spec.net, top)
        done: set[str] = set()
        own = [name for name, block in self.spec.blocks.items() if block.mark.source is self.spec.source]
        while pending := [name for name in (*self.reached, *own) if name not in done]:
            for name in pending:
                done.add(name)
                self.check_block(self.spec.blocks[name])
        self.check_recursion()

    # -- definitions -----------------------------------------------------------------------------------------------------------

    def check_block_names(self) -> None:
        for name, block in self.spec.blocks.items():
            if name in OPERATORS:
                self.report.error(f"'{name}' is an operator and cannot name a block", block.mark)

    def check_defaults(self, marks: dict[str, Mark]) -> None:
        for name, args in self.spec.defaults.items():
            op = OPERATORS.get(name)
            if op is None:
                self.report.unknown("operator", name, OPERATORS, marks[name])
                continue
            scope = _Scope(set(self.knobs), {}, None)
            for arg, value in args.items():
                self.operator_argument(op, arg, value, marks[f"{name}.{arg}"], scope)

    def check_knobs(self) -> None:
        seen: set[str] = set()
        for name, knob in self.knobs.items():
            if knob.default is not None:
                self.value(knob.default, _Scope(seen, {}, None))
                self.constant(knob, knob.default, f"the default of '{name}'")
                self.words(_plain(knob.default))
            for choice in knob.choices or ():
                self.words(choice)
            seen.add(name)

    def check_block(self, block: Block) -> None:
        self.block = block.name
        scope = _Scope({*self.knobs, "in"}, {}, block.name)
        for name, parameter in block.args.items():
            if parameter.default is not None:
                self.value(parameter.default, scope)
                if not (isinstance(parameter.default, Constant) and parameter.default.value is None):
                    self.constant(parameter, parameter.default, f"the default of '{name}'")
                self.words(_plain(parameter.default))
            scope.names.add(name)
        self.body(block.body, scope)
        self.block = None

    def check_recursion(self) -> None:
        state: dict[str, int] = {}

        def visit(name: str, chain: list[str]) -> None:
            state[name] = 1
            for inner, mark in self.calls.get(name, {}).items():
                if state.get(inner) == 1:
                    cycle = [*chain[chain.index(inner) :], inner]
                    self.report.error(f"blocks call each other without end: {' -> '.join(cycle)}", mark)
                elif inner not in state:
                    visit(inner, [*chain, inner])
            state[name] = 2

        for name in self.calls:
            if name not in state:
                visit(name, [name])

    # -- values ----------------------------------------------------------------------------------------------------------------

    def value(self, value: Value, scope: _Scope) -> None:
        if isinstance(value, Formula):
            self.formula(value, scope)
        elif isinstance(value, ListOf):
            for item in value.items:
                self.value(item, scope)
        elif isinstance(value, Inline):
            self.body(value.body, _Scope(scope.names | {"in"}, {}, scope.block))

    def formula(self, formula: Formula, scope: _Scope) -> None:
        expression = formula.expression
        for name, (start, end) in expression.names.items():
            mark = formula.mark.shift(start, end) if formula.mark.end - formula.mark.column >= end else formula.mark
            self.name(name, mark, scope)
        self.compared_words(formula)
        for word in expression.words:
            self.words(word)

    def name(self, name: str, mark: Mark, scope: _Scope) -> None:
        if name in scope.names:
            self.read.add(name)
            return
        self.unknown.add(name)
        hint = near_miss(name, scope.names) or f"known here: {', '.join('$' + n for n in sorted(scope.names)) or 'no names'}"
        if name == "in":
            hint = "$in is the number of channels that arrive at a step; it has no value here"
        self.report.error(f"unknown name '${name}'", mark, hint)

    def compared_words(self, formula: Formula) -> None:
        """A word that is compared with a knob of choices should be one of them."""
        knobs = [self.knobs[n] for n in formula.expression.names if n in self.knobs and self.knobs[n].choices]
        known = {c for knob in knobs for c in knob.choices or () if isinstance(c, str)}
        if known and len(knobs) == len(formula.expression.names):
            for word in formula.expression.words:
                if word not in known:
                    names = ", ".join(sorted(known))
                    self.report.warn(f"'{word}' is no choice of the knob", formula.mark, near_miss(word, known) or f"known: {names}")

    def words(self, value: Any) -> None:
        """A word that names a block makes that block reachable: it may be called through a knob or an argument."""
        for word in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(word, str) and word in self.spec.blocks:
                self.reached.setdefault(word)

    def constant(self, parameter: Parameter, value: Value, what: str) -> None:
        """Type, range and choices of what needs no name to be evaluated."""
        if isinstance(value, Formula) and value.expression.names:
            return
        if _has_formula(value):
            return
        found = mistake(parameter, value.evaluate({}))
        if found is not None:
            self.report.error(f"{what}: {found[0]}", value.mark, found[1])
            return
        if parameter.type == "block" and isinstance(value, Constant) and isinstance(value.value, str):
            self.known_target(value.value, value.mark)

    def known_target(self, name: str, mark: Mark) -> bool:
        if name in OPERATORS:
            return True
        if name in self.spec.blocks:
            self.reached.setdefault(name)
            if self.block is not None:
                self.calls.setdefault(self.block, {}).setdefault(name, mark)
            return True
        self.report.unknown("operator or block", name, [*self.spec.blocks, *OPERATORS], mark)
        return False

    # -- steps -----------------------------------------------------------------------------------------------------------------

    def body(self, body: Body, scope: _Scope) -> None:
        named: dict[str, Mark] = {}
        for step in body:
            name = step.mods.name
            if name is not None and not name.names:
                if name.text in named:
                    related = ("first given here", named[name.text])
                    self.report.error(f"duplicate name '{name.text}' in one body", name.mark, "", related)
                named.setdefault(name.text, name.mark)
            self.step(step, scope)

    def step(self, step: Step, scope: _Scope) -> None:
        inner = self.modifiers(step.mods, scope)
        if isinstance(step, Call):
            self.call(step, inner)
        elif isinstance(step, Parallel):
            self.parallel(step, inner)
        elif isinstance(step, Stage):
            self.label_formula(step.name, inner)
            self.body(step.body, inner)
            self.body(step.end, inner)
        else:
            self.table(step, inner)
        if step.mods.label is not None:
            self.define(step.mods.label, inner)

    def modifiers(self, mods: Modifiers, scope: _Scope) -> _Scope:
        for label in mods.sources:
            self.tap(label, scope)
        if mods.repeat is not None:
            self.value(mods.repeat, scope)
            found = _plain(mods.repeat)
            if found is not None and (type(found) is not int or found < 0):
                self.report.error("'repeat' takes an int, at least 0", mods.repeat.mark)
            scope = scope.plus("i")
        if mods.loop:
            for _, value in mods.loop:
                self.value(value, scope)
            scope = scope.plus("i", *(name for name, _ in mods.loop))
        if mods.when is not None:
            self.value(mods.when, scope.plus("in"))
            found = _plain(mods.when)
            if found is not None and not isinstance(found, bool):
                self.report.error("'when' takes a condition, true or false", mods.when.mark)
        self.label_formula(mods.name, scope)
        return scope.plus("in")

    def label_formula(self, label: Label | None, scope: _Scope) -> None:
        for name in label.names if label is not None else ():
            self.name(name, label.mark, scope)

    def define(self, label: Label, scope: _Scope) -> None:
        self.label_formula(label, scope)
        if label.names:
            scope.labels.setdefault("*", label.mark)
        elif label.text == "in":
            self.report.error("'in' is the label of what arrives at a block and cannot be given again", label.mark)
        elif label.text in scope.labels:
            related = ("first given here", scope.labels[label.text])
            self.report.error(f"duplicate label '{label.text}'", label.mark, "", related)
        else:
            scope.labels[label.text] = label.mark

    def tap(self, label: Label, scope: _Scope) -> None:
        self.label_formula(label, scope)
        if label.names or label.text == "in" or "*" in scope.labels:
            return
        if label.text not in scope.labels:
            hint = near_miss(label.text, scope.labels) or "a label is given by `as` on an earlier step of the same block"
            self.report.error(f"no label '{label.text}' is in reach", label.mark, hint)

    def call(self, call: Call, scope: _Scope) -> None:
        for column, formula in call.scale.items():
            if column in call.args:
                self.formula(formula, scope.plus("value"))
        args = dict(call.args)
        if call.reference is not None:
            self.name(call.reference, call.mark, scope)
            self.values_of(args.values(), call.positional, scope)
            return
        if "$" in call.target:
            self.report.error(f"'{call.target}' is no operator, block or $name", call.mark)
        elif call.target in OPERATORS:
            self.operator_call(OPERATORS[call.target], call, args, scope)
        elif self.known_target(call.target, call.mark):
            self.block_call(self.spec.blocks[call.target], call, args, scope)
        else:
            self.values_of(args.values(), call.positional, scope)

    def values_of(self, values: Iterable[Value], positional: Value | None, scope: _Scope) -> None:
        for value in (*values, *([positional] if positional is not None else [])):
            self.value(value, scope)
            self.words(_plain(value))

    def operator_call(self, op: type[Operator], call: Call, args: dict[str, Value], scope: _Scope) -> None:
        if call.positional is not None:
            if not op.fields:
                self.report.error(f"{op.word} takes no arguments", call.positional.mark)
            else:
                args[next(iter(op.fields))] = call.positional
        for name, value in args.items():
            scaled = name in call.scale and isinstance(value, Constant)
            self.operator_argument(op, name, value, call.arg_marks.get(name, value.mark), scope, scaled)
        given = {*args, *self.spec.defaults.get(op.word, ())}
        missing = [name for name in op.required if name not in given]
        if missing:
            self.report.error(f"{op.word} needs {_listed(missing)}", call.mark, f"arguments: {', '.join(op.fields)}")

    def operator_argument(
        self, op: type[Operator], name: str, value: Value, mark: Mark, scope: _Scope, scaled: bool = False
    ) -> None:
        self.value(value, scope)
        if name not in op.kinds:
            self.report.unknown(f"argument of {op.word}", name, op.kinds, mark)
            return
        if scaled or _has_formula(value):
            return
        plain = value.evaluate({})
        if plain is None and name not in op.required:
            return
        try:
            op.kinds[name].convert(plain)
        except (ArgumentError, ShapeError) as error:
            self.report.error(f"'{name}' of {op.word} {error.message}", value.mark, error.hint)

    def block_call(self, block: Block, call: Call, args: dict[str, Value], scope: _Scope) -> None:
        if call.positional is not None:
            if not block.args:
                self.report.error(f"the block '{block.name}' takes no arguments", call.positional.mark)
            else:
                args[next(iter(block.args))] = call.positional
        for name, value in args.items():
            mark = call.arg_marks.get(name, value.mark)
            self.value(value, scope)
            self.words(_plain(value))
            parameter = block.args.get(name)
            if parameter is None:
                self.report.unknown(f"argument of the block '{block.name}'", name, block.args, mark)
            elif not (name in call.scale and isinstance(value, Constant)) and _plain(value) is not None:
                self.constant(parameter, value, f"'{name}' of '{block.name}'")
        missing = [n for n, p in block.args.items() if p.default is None and n not in args]
        if missing:
            related = ("defined here", block.mark)
            self.report.error(f"the block '{block.name}' needs {_listed(missing)}", call.mark, "", related)

    def parallel(self, step: Parallel, scope: _Scope) -> None:
        inner = scope
        for name, value in step.loop:
            self.value(value, scope)
            inner = inner.plus(name, "i")
        if step.shares is not None:
            self.shares(step, scope)
        names: dict[str, Mark] = {}
        for path in step.paths:
            if path.name is not None and path.name in names:
                self.report.error(f"duplicate path '{path.name}'", path.mark, "", ("first given here", names[path.name]))
            if path.name is not None:
                names[path.name] = path.mark
            self.body(path.body, inner)
        self.call(step.join, scope)
        joined = OPERATORS.get(step.join.target)
        if joined is not None and not joined.joins:
            known = ", ".join(op.word for op in OPERATORS.values() if op.joins)
            self.report.error(f"'{step.join.target}' takes one input and cannot join paths", step.join.mark, f"known: {known}")

    def shares(self, step: Parallel, scope: _Scope) -> None:
        shares = step.shares or ()
        if not step.loop and len(shares) != len(step.paths):
            self.report.error(f"{len(shares)} shares for {len(step.paths)} paths", step.mark)
        total = Fraction(0)
        for index, share in enumerate(shares):
            self.value(share, scope)
            plain = _plain(share)
            if plain == "rest":
                if index != len(shares) - 1:
                    self.report.error("'rest' is what is left for the last path", share.mark)
            elif isinstance(plain, str) or isinstance(plain, bool):
                self.report.error("a share is a number or the word rest", share.mark, near_miss(str(plain), ["rest"]))
            elif plain is not None:
                if not 0 < plain <= 1:
                    self.report.error(f"a share must lie between 0 and 1, {plain} came", share.mark)
                total += plain
        if total > 1:
            self.report.error(f"the shares add up to {total}, more than the whole", step.mark)

    def table(self, table: Table, scope: _Scope) -> None:
        for row in table.rows:
            self.step(row, scope)


def _plain(value: Value) -> Any:
    """The value of a constant or a list of constants, None for what has to be evaluated."""
    if isinstance(value, Constant):
        return value.value
    if isinstance(value, ListOf) and not _has_formula(value):
        return value.evaluate({})
    return None


def _has_formula(value: Value) -> bool:
    if isinstance(value, ListOf):
        return any(_has_formula(item) for item in value.items)
    return not isinstance(value, Constant)


def _listed(names: list[str]) -> str:
    return " and ".join(f"'{name}'" for name in names)

