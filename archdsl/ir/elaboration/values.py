"""Values while a spec is elaborated: evaluation, arguments of calls, and decisions about structure."""

from __future__ import annotations

from typing import Any

from archdsl.errors import Diagnostic, Mark, SpecError
from archdsl.exact import Disagreement, is_array, is_list_array, one_answer
from archdsl.exact.shown import describe
from archdsl.exact.unknown import UNKNOWN, is_doubtful
from archdsl.ir.elaboration.links import Link
from archdsl.ir.elaboration.scope import Scope, Tensors, arrive
from archdsl.ir.elaboration.state import State, Stop
from archdsl.spec.expression import ExpressionError, Names
from archdsl.spec.model import Constant, Formula, Label, Value
from archdsl.spec.values import names_read


class Undecided(SpecError):
    """Structure depends on a knob that holds several values which want different structures.

    Attributes:
        knobs: names of the knobs.
        mask: boolean array, the answers of the condition.
    """

    def __init__(self, diagnostic: Diagnostic, knobs: frozenset[str], mask: Any):
        super().__init__(diagnostic)
        self.knobs = knobs
        self.mask = mask

    def __reduce__(self) -> tuple[Any, ...]:
        return Undecided, (self.diagnostics[0], self.knobs, self.mask)


def undecided(error: Disagreement, mark: Mark, what: str) -> Undecided:
    """The mistake of a decision whose answers differ over the grid. `what` decides: "'when'", the word of an operator."""
    names = ", ".join(sorted(error.knobs)) or "an array"
    hint = "give the knob one value, or cost each structure by itself"
    text = f"{what} depends on {names}, whose values want different structures"
    return Undecided(Diagnostic(text, mark, hint), error.knobs, error.mask)


def evaluate(state: State, value: Value, names: Names) -> Any:
    """A value of the spec with the values in reach."""
    if type(value) is Constant:
        return value.value
    if type(value) is Formula and value.bare in names:
        found = names[value.bare]
        return answer(found, value.mark, "a list") if is_list_array(found) else found
    try:
        return value.evaluate(names)
    except ExpressionError as error:
        if state.failed and any(is_doubtful(names.get(name, UNKNOWN)) for name in names_read(value)):
            return UNKNOWN
        raise state.fail(error.message, error.mark or value.mark, error.hint) from None
    except Disagreement as error:
        raise undecided(error, value.mark, "a value that must be one number") from None


def decide(state: State, value: Value, names: Names, what: str) -> Any:
    """A value that structure depends on: one answer for the whole grid, or `Undecided`."""
    found = evaluate(state, value, names)
    return found if type(found) in (int, bool, str) else answer(found, value.mark, what)


def answer(found: Any, mark: Mark, what: str) -> Any:
    """The one value that an array holds everywhere; anything else as it is."""
    if not is_array(found):
        return found
    try:
        return one_answer(found)
    except Disagreement as error:
        raise undecided(error, mark, what) from None


def text_of(state: State, label: Label, names: Names) -> str:
    """A label with its values put in; one that is too long ends the elaboration."""
    if not label.parts:
        return label.text
    words = [part if isinstance(part, str) else word_of(state, evaluate(state, part, names), part) for part in label.parts]
    text = "".join(words)
    if len(text) > state.limits.segment:
        state.exceed(f"a name of more than {state.limits.segment} characters", label.mark)
    state.namer.count(len(text), 0)
    return text


def word_of(state: State, value: Any, written: Formula) -> str:
    """A value as it stands in a name."""
    if is_doubtful(value):
        raise Stop
    found = answer(value, written.mark, "a name")
    if not isinstance(found, (int, str)):
        raise state.fail(f"a name takes ints and words, '{written.expression.text}' is {describe(found)}", written.mark)
    if len(text := str(found)) > state.limits.segment:
        state.exceed(f"a name of more than {state.limits.segment} characters", written.mark)
    return text


def arguments(state: State, link: Link, scope: Scope, arriving: Tensors) -> dict[str, Any]:
    """The arguments of a call, evaluated, in the order of the text."""
    args = dict(link.constants)
    if link.is_constant:
        return args
    names = scope.names
    arrive(names, arriving)
    try:
        for name, value in link.bare:
            args[name] = names[value]
        for name, formula in link.formulas:
            args[name] = evaluate(state, formula, names)
        for name, cell, scale in link.scaled:
            args[name] = evaluate(state, scale, {**names, "value": cell})
    except KeyError as error:
        name = error.args[0]
        if not state.failed:  # a knob of an imported file, read by a block that only a setting names
            hint = f"declare '{name}' under knobs of the spec"
            mark = state.opened[-1].call.mark if state.opened else None
            raise state.fail(f"the knob '{name}' of an imported file is not taken over by this spec", mark, hint) from None
        names[name] = UNKNOWN  # it is not in reach, which was reported
        return arguments(state, link, scope, arriving)
    return args
