"""Static checks of steps: modifiers, labels, calls and their arguments, splits and forks."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from archdsl.errors import Mark, near_miss
from archdsl.exact.shown import describe
from archdsl.ops import OPERATORS, Operator, ShapeError
from archdsl.ops.errors import ArgumentError
from archdsl.spec.check_values import Scope, ValueChecks, formula_hint
from archdsl.spec.model import Block, Body, Call, Constant, Inline, Label, Modifiers, Parallel, Stage, Step, Table, Value
from archdsl.spec.values import is_plain


class StepChecks(ValueChecks):
    """Checks of bodies."""

    def body(self, body: Body, scope: Scope, partial: bool = False) -> None:
        """All steps of a body. `partial`: it is one call whose missing arguments are given elsewhere."""
        named: dict[str, Mark] = {}
        for step in body:
            name = step.mods.name
            if name is not None and not name.names:
                self.once(name.text, name.mark, named, "name", " in one body")
            self.step(step, scope, partial)

    def closed(self, body: Body, scope: Scope) -> None:
        """The whole body of a net or block: labels that nothing reads get a warning."""
        self.body(body, scope)
        for label, mark in scope.labels.items():
            if label not in scope.read and "*" not in scope.labels and "*" not in scope.read:
                self.report.warn(f"the label '{label}' is read by nothing", mark, near_miss(label, self.unknown))

    def once(self, word: str, mark: Mark, seen: dict[str, Mark], what: str, where: str = "") -> None:
        """A word that may stand once only."""
        if word in seen:
            self.report.error(f"duplicate {what} '{word}'{where}", mark, "", ("first given here", seen[word]))
        seen.setdefault(word, mark)

    def step(self, step: Step, scope: Scope, partial: bool = False) -> None:
        rounds = self.modifiers(step.mods, scope)
        inner = rounds.plus("in")
        if isinstance(step, Call):
            self.call(step, inner, partial)
        elif isinstance(step, Parallel):
            self.parallel(step, inner)
        elif isinstance(step, Stage):
            self.names_in(step.name, rounds)
            self.body((*step.body, *step.end), inner)
        else:
            self.table(step, inner)
        if step.mods.label is not None:
            self.define(step.mods.label, rounds)

    # -- modifiers and labels --------------------------------------------------------------------------------------------------

    def modifiers(self, mods: Modifiers, scope: Scope) -> Scope:
        """The names that a round of the step sees; `$in` comes beside them once something arrives."""
        arriving = scope.plus("in")
        for label in mods.sources:
            self.tap(label, scope)
        if mods.repeat is not None:
            self.decides(mods.repeat, arriving, "'repeat' takes an int, at least 0", lambda n: type(n) is int and n >= 0)
        self.loop(mods.loop, arriving)
        if mods.repeat is not None or mods.loop:
            scope = scope.plus("i", *(name for name, _ in mods.loop))
        if mods.when is not None:
            self.decides(mods.when, scope.plus("in"), "'when' takes a condition, true or false", lambda c: isinstance(c, bool))
        self.names_in(mods.name, scope)
        return scope

    def loop(self, loop: tuple[tuple[str, Value], ...], scope: Scope) -> None:
        for _, value in loop:
            self.decides(value, scope, "'for' takes a list", lambda found: isinstance(found, list))

    def decides(self, value: Value, scope: Scope, wanted: str, fits: Callable[[Any], bool]) -> None:
        """A value that decides structure: one that is the same whatever the knobs are must be of the right kind."""
        if isinstance(value, Inline):
            self.report.error(f"{wanted}; steps came", value.mark)
            return
        self.value(value, scope)
        if is_plain(value) and not fits(found := value.evaluate({})):
            self.report.error(f"{wanted}; {describe(found)} came", value.mark)

    def define(self, label: Label, scope: Scope) -> None:
        self.names_in(label, scope)
        if label.names:
            scope.labels.setdefault("*", label.mark)
        elif label.text == "in":
            self.report.error("'in' is the label of what arrives at a block and cannot be given again", label.mark)
        else:
            self.once(label.text, label.mark, scope.labels, "label")

    def tap(self, label: Label, scope: Scope) -> None:
        self.names_in(label, scope)
        scope.read.add("*" if label.names else label.text)
        if label.names or label.text == "in" or "*" in scope.labels:
            return
        if label.text not in scope.labels:
            self.unknown.add(label.text)
            hint = near_miss(label.text, scope.labels) or "a label is given by `as` on an earlier step of the same block"
            self.report.error(f"no label '{label.text}' is in reach", label.mark, hint)

    # -- calls -----------------------------------------------------------------------------------------------------------------

    def call(self, call: Call, scope: Scope, partial: bool = False) -> None:
        for column, formula in call.scale.items():
            if column in call.args:
                self.formula(formula, scope.plus("value"))
        for value in (*call.args.values(), *([call.positional] if call.positional is not None else [])):
            if not (isinstance(value, Inline) and call.target in OPERATORS):
                self.value(value, scope)
        if call.reference is not None:
            self.reference(call.reference, call, scope)
        elif call.target in OPERATORS:
            self.operator_call(OPERATORS[call.target], call, partial)
        elif call.target and self.target(call.target, call.mark):
            self.block_call(self.spec.blocks[call.target], call, partial)

    def reference(self, name: str, call: Call, scope: Scope) -> None:
        """A call of what an argument or a knob holds."""
        if name in ("in", "i", "value"):
            self.report.error(f"'${name}' is a number and cannot be called", call.mark)
        else:
            self.name(name, call.mark, scope)

    def operator_call(self, op: type[Operator], call: Call, partial: bool) -> None:
        args = dict(call.args)
        if call.positional is not None:
            if not op.fields:
                self.report.error(f"{op.word} takes no arguments", call.positional.mark)
            else:
                args[next(iter(op.fields))] = call.positional
        for name, value in args.items():
            self.operator_argument(op, name, value, call.arg_marks.get(name, value.mark), call.scales(name, value))
        given = {*args, *self.spec.defaults.get(op.word, ())}
        missing = [name for name in op.required if name not in given]
        if missing and not partial:
            self.report.error(f"{op.word} needs {_listed(missing)}", call.mark, f"arguments: {', '.join(op.fields)}")

    def operator_argument(self, op: type[Operator], name: str, value: Value, mark: Mark, scaled: bool = False) -> None:
        if name not in op.kinds:
            self.report.unknown(f"argument of {op.word}", name, op.kinds, mark)
            return
        if isinstance(value, Inline):
            self.report.error(f"'{name}' of {op.word} takes {op.kinds[name].name}; steps came", value.mark)
        if scaled or not is_plain(value):
            return
        plain = value.evaluate({})
        if plain is None and name not in op.required:
            return
        try:
            op.kinds[name].convert(plain)
        except (ArgumentError, ShapeError) as error:
            self.report.error(f"'{name}' of {op.word} {error.message}", value.mark, error.hint or formula_hint(plain))

    def block_call(self, block: Block, call: Call, partial: bool) -> None:
        if block.broken:
            return
        args = dict(call.args)
        if call.positional is not None:
            if not block.args:
                self.report.error(f"the block '{block.name}' takes no arguments", call.positional.mark)
            else:
                args[next(iter(block.args))] = call.positional
        for name, value in args.items():
            parameter = block.args.get(name)
            if parameter is None:
                mark = call.arg_marks.get(name, value.mark)
                self.report.unknown(f"argument of the block '{block.name}'", name, block.args, mark)
            elif not call.scales(name, value) and _given(value):
                self.parameter(parameter, value, f"'{name}' of '{block.name}'")
        missing = [name for name, parameter in block.args.items() if parameter.default is None and not _given(args.get(name))]
        if missing and not partial:
            related = ("defined here", block.mark)
            self.report.error(f"the block '{block.name}' needs {_listed(missing)}", call.mark, "", related)

    # -- structure -------------------------------------------------------------------------------------------------------------

    def parallel(self, step: Parallel, scope: Scope) -> None:
        inner = scope.plus("i", *(name for name, _ in step.loop)) if step.loop else scope
        self.loop(step.loop, scope)
        if step.shares is not None:
            self.shares(step, step.shares, scope)
        for path in step.paths:
            self.body(path.body, inner)
        self.join(step.join, scope)

    def join(self, call: Call, scope: Scope) -> None:
        known = [op.word for op in OPERATORS.values() if op.joins]
        if call.target and call.target not in known:
            what = near_miss(call.target, known) or f"known: {', '.join(known)}"
            self.report.error(f"'{call.target}' does not join paths: an operator that takes several inputs does", call.mark, what)
            return
        self.call(call, scope)

    def shares(self, step: Parallel, shares: tuple[Value, ...], scope: Scope) -> None:
        if not step.loop and step.paths and len(shares) != len(step.paths):
            self.report.error(f"{len(shares)} shares for {len(step.paths)} paths", step.mark)
        total = Fraction(0)
        for index, share in enumerate(shares):
            self.value(share, scope)
            total += self.share(share, index == len(shares) - 1)
        if total > 1:
            self.report.error(f"the shares add up to {total}, more than the whole", step.mark)

    def share(self, share: Value, last: bool) -> int | Fraction:
        """A share that is known, 0 for any other."""
        if not isinstance(share, Constant):
            if is_plain(share) or isinstance(share, Inline):
                self.report.error("a share is a number or the word rest", share.mark)
            return 0
        plain = share.value
        if plain == "rest":
            if not last:
                self.report.error("'rest' is what is left for the last path", share.mark)
            return 0
        if isinstance(plain, bool) or not isinstance(plain, (int, Fraction)):
            hint = near_miss(plain, ["rest"]) if isinstance(plain, str) else ""
            self.report.error(f"a share is a number or the word rest, {describe(plain)} came", share.mark, hint)
            return 0
        if not 0 < plain <= 1:
            self.report.error(f"a share must lie between 0 and 1, {describe(plain)} came", share.mark)
            return 0
        return plain

    def table(self, table: Table, scope: Scope) -> None:
        for row in table.rows:
            self.step(row, scope)


def _given(value: Value | None) -> bool:
    return value is not None and not (isinstance(value, Constant) and value.value is None)


def _listed(names: list[str]) -> str:
    return " and ".join(f"'{name}'" for name in names)
