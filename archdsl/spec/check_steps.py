"""Static checks of steps: modifiers, labels, splits and forks, stages, tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from archdsl.errors import Mark, near_miss
from archdsl.exact import is_single_number
from archdsl.exact.shown import describe
from archdsl.ops import OPERATORS
from archdsl.spec.check_calls import check_call
from archdsl.spec.check_values import check_names_in, check_value
from archdsl.spec.checking import Checks, Reach
from archdsl.spec.model import Body, Call, Constant, Inline, Label, Modifiers, Parallel, Stage, Step, Table, Value
from archdsl.spec.read_modifiers import MODIFIERS
from archdsl.spec.unknown_names import column_hint, operator_hint
from archdsl.spec.values import is_plain

REST = "rest"
SHARES_HINT = f"the last share may be {REST}, for what is left"


def check_body(checks: Checks, body: Body, reach: Reach, partial: bool = False) -> None:
    """All steps of a body. `partial`: it is one call whose missing arguments are given elsewhere."""
    named: dict[str, Mark] = {}
    for step in body:
        name = step.mods.name
        if name is not None and not name.names:
            _once(checks, name.text, name.mark, named, "name", " in one body")
        _step(checks, step, reach, partial)


def check_whole(checks: Checks, body: Body, reach: Reach, inputs: dict[str, Mark], outputs: Sequence[Label]) -> None:
    """The whole body of a net or block: labels that nothing reads get a warning.

    Args:
        inputs: labels of what it is called with; the first arrives at the first step.
        outputs: labels of what it gives.
    """
    reach.labels.update(inputs)
    reach.read.update(list(inputs)[:1])
    checks.body(body, reach)
    for output in outputs:
        _tap(checks, output, reach)
    for label, mark in reach.labels.items():
        if label not in reach.read and "*" not in reach.labels and "*" not in reach.read:
            checks.report.warn(f"the label '{label}' is read by nothing", mark, checks.report.near_miss(label, checks.unknown))


def _once(checks: Checks, word: str, mark: Mark, seen: dict[str, Mark], what: str, where: str = "") -> None:
    """A word that may stand once only."""
    if word in seen:
        checks.report.error(f"duplicate {what} '{word}'{where}", mark, "", ("first given here", seen[word]))
    seen.setdefault(word, mark)


def _step(checks: Checks, step: Step, reach: Reach, partial: bool = False) -> None:
    rounds = _modifiers(checks, step.mods, reach)
    if isinstance(step, Call):
        check_call(checks, step, rounds.plus("in"), partial)
    else:
        _STRUCTURE[type(step)](checks, step, rounds)
    for label in step.mods.labels:
        _define(checks, label, rounds)


def _modifiers(checks: Checks, mods: Modifiers, reach: Reach) -> Reach:
    """The names that a round of the step sees; `$in` comes beside them once something arrives."""
    arriving = reach.plus("in")
    for label in mods.sources:
        _tap(checks, label, reach)
    if mods.repeat is not None:
        _decides(checks, mods.repeat, arriving, "'repeat' takes an int, at least 0", lambda n: type(n) is int and n >= 0)
    _loop(checks, mods.loop, arriving)
    if mods.repeat is not None or mods.loop:
        reach = reach.plus("i", *(name for name, _ in mods.loop))
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


def _define(checks: Checks, label: Label, reach: Reach) -> None:
    check_names_in(checks, label, reach)
    if label.names:
        reach.labels.setdefault("*", label.mark)
    elif label.text == "in":
        checks.report.error("'in' is the label of what arrives at a block and cannot be given again", label.mark)
    else:
        _once(checks, label.text, label.mark, reach.labels, "label")


def _tap(checks: Checks, label: Label, reach: Reach) -> None:
    check_names_in(checks, label, reach)
    reach.read.add("*" if label.names else label.text)
    if label.names or label.text == "in" or "*" in reach.labels:
        return
    if label.text not in reach.labels:
        checks.unknown.add(label.text)
        hint = (
            checks.report.near_miss(label.text, reach.labels) or "a label is given by `as` on an earlier step of the same block"
        )
        checks.report.error(f"no label '{label.text}' is in reach", label.mark, hint)


def _stage(checks: Checks, step: Stage, reach: Reach) -> None:
    check_names_in(checks, step.name, reach)
    checks.body((*step.body, *step.end), reach.plus("in"))


def _parallel(checks: Checks, step: Parallel, reach: Reach) -> None:
    reach = reach.plus("in")
    inner = reach.plus("i", *(name for name, _ in step.loop)) if step.loop else reach
    _loop(checks, step.loop, reach)
    if step.shares is not None:
        _shares(checks, step, step.shares, reach)
    for path in step.paths:
        checks.body(path.body, inner)
    _join(checks, step.join, reach)


def _join(checks: Checks, call: Call, reach: Reach) -> None:
    known = [op.word for op in OPERATORS.values() if op.joins]
    if call.target and call.target not in known:
        what = "" if checks.report.full else operator_hint(call.target, known, blocks=False)
        checks.report.error(f"'{call.target}' does not join paths: an operator that takes several inputs does", call.mark, what)
        return
    check_call(checks, call, reach)


def _shares(checks: Checks, step: Parallel, shares: tuple[Value, ...], reach: Reach) -> None:
    if not step.loop and step.paths and len(shares) != len(step.paths):
        checks.report.error(f"{len(shares)} shares for {len(step.paths)} paths", step.mark)
        checks.report.spoil(step.mark)
    found = []
    for index, share in enumerate(shares):
        check_value(checks, share, reach)
        found.append(_share(checks, share, index == len(shares) - 1))
    total = sum((share for share in found if share is not None), Fraction(0))
    if total > 1:
        checks.report.error(f"the shares add up to {total}, more than the whole", step.mark)
    elif total < 1 and None not in found:
        checks.report.error(f"the shares add up to {total}, not to the whole", step.mark, SHARES_HINT)


def _share(checks: Checks, share: Value, last: bool) -> int | Fraction | None:
    """A share that is known, None for any other."""
    if not isinstance(share, Constant):
        if is_plain(share) or isinstance(share, Inline):
            checks.report.error("a share is a number or the word rest", share.mark)
        return None
    plain = share.value
    if plain == REST:
        if not last:
            checks.report.error("'rest' is what is left for the last path", share.mark)
        return None
    if not is_single_number(plain):
        hint = near_miss(plain, [REST]) if isinstance(plain, str) else ""
        checks.report.error(f"a share is a number or the word rest, {describe(plain)} came", share.mark, hint)
        return None
    if not 0 < plain <= 1:
        checks.report.error(f"a share must lie between 0 and 1, {describe(plain)} came", share.mark)
        return None
    return plain


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
    Parallel: _parallel,
    Stage: _stage,
    Table: _table,
}
