"""Static checks of a merged spec: everything that can be known before a knob has its value.

Unknown names, operators, blocks and arguments; constants of the wrong type; labels; recursion; doubled names. What depends on
channel counts is found by the elaborator.

    values   names, formulas, constants          (spec/check_values.py)
    knobs    what they say of themselves         (spec/check_parameters.py)
    calls    operators, blocks, arguments        (spec/check_calls.py)
    steps    modifiers, labels, splits           (spec/check_steps.py)
    unread   what changes nothing                (spec/check_unread.py)
    spec     definitions, reach, recursion       (here)
"""

from __future__ import annotations

import dataclasses
from graphlib import CycleError, TopologicalSorter
from typing import Protocol

from archdsl.errors import Mark
from archdsl.ops import OPERATORS
from archdsl.ops.arguments import COUNT
from archdsl.ops.errors import ArgumentError
from archdsl.spec.check_calls import check_argument
from archdsl.spec.check_choices import reach_choices
from archdsl.spec.check_parameters import check_declaration
from archdsl.spec.check_steps import check_body, check_whole
from archdsl.spec.check_unread import check_arguments, check_unread
from archdsl.spec.check_values import check_target, check_value
from archdsl.spec.checking import Checks, Reach
from archdsl.spec.locate import is_shipped
from archdsl.spec.model import Block, Parameter, Spec, Value
from archdsl.spec.report import Report
from archdsl.spec.unknown_names import unknown_operator
from archdsl.spec.values import is_plain, names_read
from archdsl.spec.wraps import WRAPPED

MOST_CIRCLES = 100
"""Circles of definitions that are looked for: each takes a walk through all of them."""


def check(spec: Spec, parts: Brought, report: Report, incomplete: bool) -> Spec:
    """The spec with the borrowed knobs that its blocks read, without those that only a replaced net read. Mistakes and warnings go
    to the report.

    Args:
        incomplete: whether a file is missing that may have what seems unknown: nothing is said of names then.
    """
    checks = Checks(spec, {**parts.borrowed, **spec.knobs}, report, check_body, incomplete)
    by_knobs = _run(checks, parts.default_marks)
    dropped = frozenset() if incomplete else _dropped(checks, parts.replaced)
    checks.read |= by_knobs
    used = {name: knob for name, knob in parts.borrowed.items() if name in checks.read and name not in spec.knobs}
    kept = {name: knob for name, knob in spec.knobs.items() if name not in dropped}
    found = dataclasses.replace(spec, knobs={**kept, **used}, dropped=dropped)
    checks.spec = found
    if not report.errors:
        check_unread(checks, parts.default_marks)
    rest = {name: knob for name, knob in parts.borrowed.items() if name not in used and name not in spec.knobs}
    return dataclasses.replace(found, borrowed=rest)


class Brought(Protocol):
    """What a spec was made of, beside what stands in it.

    Attributes:
        borrowed: knobs of imported files. One is taken over where a block that the spec reaches, or a knob, reads it.
        replaced: knobs of a base whose net the spec replaces, each with the place of its new default, where it gets one.
    """

    borrowed: dict[str, Parameter]
    default_marks: dict[str, Mark]
    replaced: dict[str, Mark | None]


def _run(checks: Checks, default_marks: dict[str, Mark]) -> set[str]:
    """All checks; the names that defaults of knobs read, which `checks.read` then lacks."""
    for name, block in checks.spec.blocks.items():
        if name in OPERATORS:
            checks.report.error(f"'{name}' is an operator and cannot name a block", block.mark)
    _knobs(checks)
    by_knobs, checks.read = checks.read, set()
    _defaults(checks, default_marks)
    top = Reach(set(checks.knobs))
    for arrival in checks.spec.input:
        for value in arrival.shape:
            check_value(checks, value, top)
            _dimension(checks, value)
    outputs = checks.spec.outputs
    given = {arrival.name: arrival.mark for arrival in checks.spec.input if arrival.labelled}
    check_whole(checks, checks.spec.net, top, given, [label for _, label in outputs.labels] if outputs else ())
    _blocks(checks)
    _recursion(checks)
    return by_knobs


def _dropped(checks: Checks, replaced: dict[str, Mark | None]) -> frozenset[str]:
    """The knobs of a base that nothing reads but others of them, now that its net is replaced; says so of those with a new default."""
    live: set[str] = set()
    waiting = [name for name in checks.knobs if name in checks.read or name not in replaced]
    while waiting:
        name = waiting.pop()
        if name not in live:
            live.add(name)
            waiting += names_read(checks.knobs[name].default) & checks.knobs.keys()
    for name, mark in replaced.items():
        if mark is not None and name not in live:
            checks.report.warn(f"the knob '{name}' is read by nothing", mark, "only the net read it that this spec replaces")
    return frozenset(replaced.keys() - live)


def _dimension(checks: Checks, value: Value) -> None:
    if not is_plain(value):
        return
    try:
        COUNT.convert(value.evaluate({}))
    except ArgumentError as error:
        checks.report.error(f"a dimension of the input {error.message}", value.mark, error.hint)


def _defaults(checks: Checks, marks: dict[str, Mark]) -> None:
    reach = Reach(set(checks.knobs))
    for name, args in checks.spec.defaults.items():
        op = OPERATORS.get(name)
        if op is None:
            checks.report.unknown("operator", name, OPERATORS, marks[name], unknown_operator)
            continue
        for arg, value in args.items():
            check_value(checks, value, reach)
            check_argument(checks, op, arg, value, marks[f"{name}.{arg}"])


def _knobs(checks: Checks) -> None:
    reach = Reach(set(checks.knobs))
    for name, knob in checks.knobs.items():
        if knob.default is not None:
            check_value(checks, knob.default, reach)
        check_declaration(checks, knob, f"the knob '{name}'")
    needs = {name: names_read(knob.default) & checks.knobs.keys() for name, knob in checks.knobs.items()}
    for chain in _cycles({name: dict.fromkeys(read) for name, read in needs.items()}):
        checks.report.error(f"the defaults of knobs read each other: {_chain(chain)}", checks.knobs[chain[0]].mark)


def _blocks(checks: Checks) -> None:
    """The blocks that the spec reaches, and all that it defines itself."""
    done: set[str] = set()
    own = [name for name, block in checks.spec.blocks.items() if block.mark.source is checks.spec.source]
    reach_choices(checks)
    while pending := [name for name in (*checks.reached, *own) if name not in done]:
        done.update(pending)
        for name in pending:
            _block(checks, checks.spec.blocks[name])
        reach_choices(checks)


def _block(checks: Checks, block: Block) -> None:
    checks.block, before, checks.read = block.name, checks.read, set()
    reach = Reach({*checks.knobs, "in"})
    for name, parameter in block.args.items():
        if parameter.default is not None:
            check_value(checks, parameter.default, reach)
        check_declaration(checks, parameter, f"the argument '{name}'")
        reach.names.add(name)
    if block.wraps is not None:
        reach.names.add(WRAPPED)
        if not block.broken:
            check_target(checks, block.wraps.name, block.wraps.mark)
    check_whole(checks, block.body, reach, {label.text: label.mark for label in block.inputs}, block.outputs)
    if not is_shipped(block.mark.source):
        check_arguments(checks, block, checks.read)
    checks.block, checks.read = None, checks.read | before


def _recursion(checks: Checks) -> None:
    for chain in _cycles(checks.calls):
        mark = checks.calls[chain[-2]][chain[-1]]
        wraps = any(checks.spec.blocks[name].wraps for name in chain)
        hint = f"what a block wraps is called ${WRAPPED} in its body" if wraps else ""
        checks.report.error(f"blocks call each other without end: {_chain(chain)}", mark, hint)


def _cycles(links: dict[str, dict[str, Mark]] | dict[str, dict[str, None]]) -> list[list[str]]:
    """Circles among links from name to names, each from a name back to itself; as many as are shown."""
    left = {name: set(others) for name, others in links.items()}
    found: list[list[str]] = []
    while len(found) < MOST_CIRCLES:
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            chain = error.args[1][::-1]
            found.append(chain)
            left[chain[-2]].discard(chain[-1])
            continue
        break
    return found


def _chain(names: list[str]) -> str:
    """A circle in words, cut in the middle where it is long."""
    shown = names if len(names) <= 12 else [*names[:6], "…", *names[-5:]]
    return " -> ".join(shown)
