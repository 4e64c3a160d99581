"""Static checks of steps: modifiers, labels, splits and forks, stages, tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from archdsl.errors import Mark
from archdsl.exact.shown import describe
from archdsl.ops import OPERATORS
from archdsl.spec.check_calls import check_call
from archdsl.spec.check_labels import check_names, check_read, define, gathering, taken, tap
from archdsl.spec.check_shares import check_shares
from archdsl.spec.check_values import check_names_in, check_value
from archdsl.spec.checking import Checks, Reach
from archdsl.spec.exclusive import guard, negated
from archdsl.spec.model import Body, Call, Choice, Inline, Label, Modifiers, Parallel, Stage, Step, Table, Value
from archdsl.spec.read_modifiers import MODIFIERS
from archdsl.spec.unknown_names import column_hint, operator_hint
from archdsl.spec.values import is_plain


def check_body(checks: Checks, body: Body, reach: Reach, partial: bool = False) -> None:
    """All steps of a body. `partial`: it is one call whose missing arguments are given elsewhere."""
    check_names(checks, body)
    for step in body:
        _step(checks, step, reach, partial)


def check_whole(checks: Checks, body: Body, reach: Reach, inputs: dict[str, Mark], outputs: Sequence[Label]) -> None:
    """The whole body of a net or block: labels that nothing reads get a warning.

    Args:
        inputs: labels of what it is called with; the first arrives at the first step.
        outputs: labels of what it gives.
    """
    reach.labels.update(inputs)
    reach.read.update(list(inputs)[:1])
    reach.labels.update(gathering(body))
    checks.body(body, reach)
    for output in outputs:
        tap(checks, output, reach)
    check_read(checks, reach)


def _step(checks: Checks, step: Step, reach: Reach, partial: bool = False) -> None:
    rounds = _modifiers(checks, step.mods, reach)
    if isinstance(step, Call):
        check_call(checks, step, rounds.plus("in"), partial)
    else:
        _STRUCTURE[type(step)](checks, step, rounds)
    for label in step.mods.labels:
        define(checks, label, rounds, taken(step.mods))


def _modifiers(checks: Checks, mods: Modifiers, reach: Reach) -> Reach:
    """The names that a round of the step sees; `$in` comes beside them once something arrives."""
    arriving = reach.plus("in")
    if mods.repeat is not None:
        _decides(checks, mods.repeat, arriving, "'repeat' takes an int, at least 0", lambda n: type(n) is int and n >= 0)
    _loop(checks, mods.loop, arriving)
    if mods.repeat is not None or mods.loop:
        reach = reach.plus("i", *(name for name, _ in mods.loop))
    for label in mods.sources:
        tap(checks, label, reach)
    if mods.when is not None:
        _decides(checks, mods.when, reach.plus("in"), "'when' takes a condition, true or false", lambda c: isinstance(c, bool))
    check_names_in(checks, mods.name, reach)
    check_names_in(checks, mods.share, reach)
    return reach


def _loop(checks: Checks, loop: tuple[tuple[str, Value], ...], reach: Reach) -> None:
    for _, value in loop:
        _decides(checks, value, reach, "'for' takes a list", lambda found: isinstance(found, list))


def _decides(checks: Checks, value: Value, reach: Reach, wanted: str, fits: Callable[[Any], bool]) -> None:
    """A value that decides structure: one that is the same whatever the knobs are must be of the right kind."""
    if isinstance(value, Inline):
        checks.report.error(f"{wanted}; steps came", value.mark)
        return
    check_value(checks, value, reach)
    if is_plain(value) and not fits(found := value.evaluate({})):
        checks.report.error(f"{wanted}; {describe(found)} came", value.mark)


def _stage(checks: Checks, step: Stage, reach: Reach) -> None:
    check_names_in(checks, step.name, reach)
    checks.body((*step.body, *step.end), reach.plus("in"))


def _choice(checks: Checks, step: Choice, reach: Reach) -> None:
    reach = reach.plus("in")
    _decides(checks, step.condition, reach, "'if' takes a condition, true or false", lambda c: isinstance(c, bool))
    chosen = guard(step.condition, frozenset([name for name, _ in step.mods.loop]))
    for body, guards in ((step.then, chosen), (step.otherwise, negated(chosen))):
        inner = reach.under(guards)
        for part in body:
            _step(checks, part, inner)


def _parallel(checks: Checks, step: Parallel, reach: Reach) -> None:
    reach = reach.plus("in")
    inner = reach.plus("i", *(name for name, _ in step.loop)) if step.loop else reach
    _loop(checks, step.loop, reach)
    if step.shares is not None:
        check_shares(checks, step, step.shares, reach)
    for path in step.paths:
        if path.when is not None:
            _decides(checks, path.when, inner, "'when' takes a condition, true or false", lambda c: isinstance(c, bool))
        checks.body(path.body, inner.under(guard(path.when, frozenset([name for name, _ in step.loop]))))
    _join(checks, step.join, reach)


def _join(checks: Checks, call: Call, reach: Reach) -> None:
    known = [op.word for op in OPERATORS.values() if op.joins]
    meant = [word for word in known if not OPERATORS[word].opaque]
    if call.target and call.target not in known:
        what = "" if checks.report.full else operator_hint(call.target, meant, blocks=False)
        checks.report.error(f"'{call.target}' does not join paths: an operator that takes several inputs does", call.mark, what)
        return
    check_call(checks, call, reach)


def _table(checks: Checks, table: Table, reach: Reach) -> None:
    _columns(checks, table)
    for row in table.rows:
        _step(checks, row, reach.plus("in"))


def _columns(checks: Checks, table: Table) -> None:
    """A column that no row takes is one mistake at its head; nothing is said of its cells."""
    calls = [call for call in table.calls() if call.target]
    taken: dict[str, None] = {}
    for target in dict.fromkeys(call.target for call in calls):
        op, block = OPERATORS.get(target), checks.spec.blocks.get(target)
        if (op is None and block is None) or (block is not None and block.broken):
            return  # what it takes is not known
        taken.update(dict.fromkeys(op.fields if op is not None else block.args if block is not None else ()))
    for column, mark in zip(table.columns, table.column_marks, strict=True):
        given = [call for call in calls if column in call.arg_marks]
        edited = any(call.arg_marks[column].text == column for call in given)  # a cell of `rows`, which is marked by its name
        if not given or edited or column in taken:
            continue
        checks.report.error(f"no row takes the column '{column}'", mark, column_hint(column, [*taken, *MODIFIERS]))
        for call in given:
            checks.report.spoil(call.arg_marks[column])
            checks.report.spoil(call.mark)  # what the column was meant to give would seem to be missing


_STRUCTURE: dict[type, Callable[[Checks, Any, Reach], None]] = {
    Choice: _choice,
    Parallel: _parallel,
    Stage: _stage,
    Table: _table,
}
