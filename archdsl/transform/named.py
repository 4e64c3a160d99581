"""Operators that are put in the place of others by name: `silu`, `group_norm: 32`, `{leaky_relu: {slope: 0.2}}`."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection

from archdsl.errors import InputError, Source, unknown
from archdsl.ops import OPERATORS
from archdsl.spec.model import Block, Body, Call, Constant, Formula, Parameter, Value
from archdsl.spec.read_steps import reading
from archdsl.spec.report import Report
from archdsl.spec.yaml import compose
from archdsl.transform import make, plain
from archdsl.transform.call_changes import Changes
from archdsl.transform.draft import Draft


def operator(text: str, option: str, allowed: Collection[str]) -> Call:
    """The operator that an option names, with its arguments by name.

    Raises:
        InputError: no such operator.
        SpecError: the text cannot be read.
    """
    report = Report()
    written = text if text.lstrip().startswith("{") or ":" not in text else "{" + text + "}"
    found = reading(report).body(compose(Source(option, written)))
    report.stop()
    call = found[0] if len(found) == 1 else None
    if not isinstance(call, Call) or call.target not in allowed:
        message, near = unknown("operator", call.target if isinstance(call, Call) else text, sorted(allowed))
        raise InputError(f"{option}: {message}; {near or 'known: ' + ', '.join(sorted(allowed))}")
    args = dict(call.args)
    if call.positional is not None:
        args[next(iter(OPERATORS[call.target].fields))] = call.positional
    return dataclasses.replace(call, args=args, positional=None)


def replacing(given_words: Collection[str], new: str) -> Changes:
    """Every call of some operators becomes one of another; so do their names where they are handed on."""
    old = frozenset(given_words) - {new}
    names = re.compile(rf"(?<![$\w])(?:{'|'.join(sorted(map(re.escape, old)))})(?![\w(])")

    def value(given: Value) -> Value:
        if isinstance(given, Constant) and given.value in old and isinstance(given.value, str):
            return make.constant(new)
        if isinstance(given, Formula) and old & set(given.expression.words):
            return make.formula(names.sub(new, given.expression.text))
        return given

    def call(step: Call, block: Block | None) -> Body | None:
        if step.target in old:
            return (dataclasses.replace(step, target=new, args={}, positional=None),)
        args = {name: value(given) for name, given in step.args.items()}
        positional = None if step.positional is None else value(step.positional)
        if positional is step.positional and all(args[name] is given for name, given in step.args.items()):
            return None
        return (dataclasses.replace(step, args=args, positional=positional),)

    def argument(parameter: Parameter) -> Parameter:
        default = None if parameter.default is None else value(parameter.default)
        return parameter if default is parameter.default else dataclasses.replace(parameter, default=default)

    return Changes(call, argument)


def set_knobs(draft: Draft, old: Collection[str], new: str) -> list[str]:
    """Knobs that hold one of the operators hold the new one. Gives their names."""
    found = [
        name
        for name, held in draft.knobs.items()
        if name in draft.spec.knobs and isinstance(held, str) and held in old and held != new
    ]
    for name in found:
        draft.overlay.set_knob(name, plain.word(new))
    if found:
        draft.refresh()
    return found


def set_defaults(draft: Draft, call: Call) -> None:
    """The arguments of the new operator are its defaults in the whole network."""
    if call.args:
        given = {name: plain.value(value) for name, value in call.args.items()}
        draft.overlay.defaults[call.target] = {**draft.overlay.defaults.get(call.target, {}), **given}
        draft.refresh()
