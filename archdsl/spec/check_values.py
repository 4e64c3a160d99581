"""Static checks of values: names that are in reach, constants of the right type, words that name blocks."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from archdsl.errors import Fix, Hint, Mark
from archdsl.ops import OPERATORS
from archdsl.spec.checking import Checks, Reach
from archdsl.spec.model import Constant, Formula, Inline, Label, ListOf, Parameter, Value
from archdsl.spec.sizes import SIZES
from archdsl.spec.types import WORDS, mistake
from archdsl.spec.unknown_names import unknown_operator
from archdsl.spec.values import is_plain
from archdsl.spec.wraps import WRAPPED

_HINTS = {
    "in": "$in is the number of channels that arrive at a step; it has no value here",
    "i": "$i counts the rounds of 'repeat' and 'for', from 0; it has no value here",
    **{name: f"${name} is the {what}; it has no value here" for name, what in SIZES.items()},
    WRAPPED: "$wrapped is the block that a block 'wraps'",
    "value": "$value is the printed number of a cell, in the 'scale' of a table",
}
_WRAPPED = Hint(f"the block that is wrapped is called ${WRAPPED}", Fix("write", WRAPPED, f"${WRAPPED}"))


def check_value(checks: Checks, value: Value, reach: Reach) -> None:
    """The names and blocks in a value."""
    _VALUES[type(value)](checks, value, reach)


def _items(checks: Checks, listed: ListOf, reach: Reach) -> None:
    for item in listed.items:
        check_value(checks, item, reach)


def _steps(checks: Checks, inline: Inline, reach: Reach) -> None:
    # A single call may be given with some of its arguments; the block that calls it gives the others.
    checks.body(inline.body, Reach({*reach.names, "in"}), partial=len(inline.body) == 1)


def _constant(checks: Checks, constant: Constant, reach: Reach) -> None:
    reach_blocks(checks, constant.value)


def check_formula(checks: Checks, formula: Formula, reach: Reach) -> None:
    """The names in a formula, the blocks that its words name, and comparisons of knobs with words."""
    expression = formula.expression
    for name, (start, end) in expression.names.items():
        check_name(checks, name, formula.place(start, end), reach)
    for word in expression.words:
        reach_blocks(checks, word)
    for name, word, start, end in expression.comparisons:
        _compared(checks, name, word, formula.place(start, end), reach)


def check_name(checks: Checks, name: str, mark: Mark, reach: Reach) -> None:
    """Whether a name is in reach; it counts as read."""
    if name in reach.names:
        checks.read.add(name)
        return
    if name in SIZES and "in" in reach.names:
        checks.sizes.setdefault(name, mark)
        return
    checks.unknown.add(name)
    if checks.incomplete and name not in _HINTS:
        return
    known = [] if checks.report.full else sorted(f"${n}" for n in reach.names)
    label = Hint(f"a label is written without $: {name}", Fix("write", f"${name}", name)) if name in reach.labels else ""
    hint = (
        _HINTS.get(name) or label or checks.report.near_miss(f"${name}", known) or f"known here: {', '.join(known) or 'no names'}"
    )
    checks.report.error(f"unknown name '${name}'", mark, hint)


def check_names_in(checks: Checks, label: Label | None, reach: Reach) -> None:
    """The `$names` in a label."""
    for name in label.names if label is not None else ():
        assert label is not None
        check_name(checks, name, label.mark, reach)


def _compared(checks: Checks, name: str, word: str, mark: Mark, reach: Reach) -> None:
    """A word that is compared with a knob of choices should be one of them."""
    knob = checks.knobs.get(name)
    known = [c for c in knob.choices or () if isinstance(c, str)] if knob is not None else []
    own = checks.block is not None and name in checks.spec.blocks[checks.block].args
    if known and word not in known and not own and name in reach.names:
        hint = checks.report.near_miss(word, known) or f"known: {', '.join(known)}"
        checks.report.warn(f"'{word}' is no choice of the knob '{name}'", mark, hint)


def reach_blocks(checks: Checks, value: Any) -> None:
    """A word that names a block makes that block reachable: it may be called through a knob or an argument."""
    for word in value if isinstance(value, (list, tuple)) else [value]:
        if isinstance(word, str) and word in checks.spec.blocks:
            checks.reached.setdefault(word)


def check_parameter(checks: Checks, parameter: Parameter, value: Value, what: str) -> None:
    """Type, range and choices of a value that is the same whatever the knobs are."""
    if isinstance(value, Inline) and parameter.type not in ("block", "list", "any"):
        checks.report.error(f"{what}: expected {WORDS[parameter.type]}, steps came", value.mark)
    if not is_plain(value):
        return
    plain = value.evaluate({})
    if (found := mistake(parameter, plain)) is not None:
        checks.report.error(f"{what}: {found[0]}", value.mark, found[1] or formula_hint(checks, plain))
    elif parameter.type == "block":
        for item in value.items if isinstance(value, ListOf) else (value,):
            _block_word(checks, item)


def _block_word(checks: Checks, value: Value) -> None:
    if isinstance(value, Constant) and isinstance(value.value, str):
        check_target(checks, value.value, value.mark)


def check_target(checks: Checks, name: str, mark: Mark) -> bool:
    """Whether a name is an operator or a block; reports it where it is neither."""
    if name in OPERATORS:
        return True
    if name not in checks.spec.blocks:
        if name == WRAPPED and checks.block is not None and checks.spec.blocks[checks.block].wraps is not None:
            checks.report.error(f"unknown operator or block '{name}'", mark, _WRAPPED)
        elif not checks.incomplete:
            checks.report.unknown("operator or block", name, [*checks.spec.blocks, *OPERATORS], mark, unknown_operator)
        return False
    checks.reached.setdefault(name)
    if checks.block is not None:
        checks.calls.setdefault(checks.block, {}).setdefault(name, mark)
    return True


_VALUES: dict[type, Callable[[Checks, Any, Reach], None]] = {
    Constant: _constant,
    Formula: check_formula,
    ListOf: _items,
    Inline: _steps,
}

_CALCULATION = re.compile(r"[0-9)]\s*[-+*/%(]|\w\(")


def formula_hint(checks: Checks, value: Any) -> str:
    """A hint for a word that is the name of a knob or an argument, or looks like an expression."""
    if not isinstance(value, str):
        return ""
    if value in checks.knobs or (checks.block is not None and value in checks.spec.blocks[checks.block].args):
        return Hint(f"a knob or argument is read with $: ${value}", Fix("write", value, f"${value}"))
    return "an expression has a $name in it; this is a word" if _CALCULATION.search(value) else ""
