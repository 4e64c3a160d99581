"""Static checks of a merged spec: everything that can be known before a knob has its value.

Unknown names, operators, blocks and arguments; constants of the wrong type; labels; recursion; doubled names. What depends on
channel counts is found by the elaborator.

    ValueChecks   names, formulas, constants       (spec/check_values.py)
    StepChecks    steps, calls, splits             (spec/check_steps.py)
    Checker       definitions, reach, recursion    (here)
"""

from __future__ import annotations

import dataclasses
from graphlib import CycleError, TopologicalSorter

from archdsl.errors import Mark, near_miss
from archdsl.ops import OPERATORS
from archdsl.ops.arguments import COUNT
from archdsl.ops.errors import ArgumentError
from archdsl.spec.check_steps import StepChecks
from archdsl.spec.check_values import Scope
from archdsl.spec.model import Block, Constant, Parameter, Spec, Value
from archdsl.spec.report import Report
from archdsl.spec.values import is_plain, names_read


def check(spec: Spec, borrowed: dict[str, Parameter], default_marks: dict[str, Mark], report: Report) -> Spec:
    """The spec with the borrowed knobs that its blocks read. Mistakes and warnings go to the report.

    Args:
        borrowed: knobs of imported files. One is taken over where a block that the spec reaches, or a knob, reads it.
    """
    checker = Checker(spec, {**borrowed, **spec.knobs}, report)
    checker.run(default_marks)
    used = {name: knob for name, knob in borrowed.items() if name in checker.read and name not in spec.knobs}
    for name, knob in spec.knobs.items():
        if name not in checker.read and not report.errors:
            hint = near_miss(name, checker.unknown) or "no step, block or other knob mentions it"
            report.warn(f"the knob '{name}' is read by nothing", knob.mark, hint)
    return dataclasses.replace(spec, knobs={**spec.knobs, **used})


class Checker(StepChecks):
    """Runs all checks of one spec."""

    def run(self, default_marks: dict[str, Mark]) -> None:
        for name, block in self.spec.blocks.items():
            if name in OPERATORS:
                self.report.error(f"'{name}' is an operator and cannot name a block", block.mark)
        self.check_defaults(default_marks)
        self.check_knobs()
        top = Scope(set(self.knobs))
        for value in self.spec.input:
            self.value(value, top)
            self.dimension(value)
        self.closed(self.spec.net, top)
        self.check_blocks()
        self.check_recursion()

    def dimension(self, value: Value) -> None:
        if not is_plain(value):
            return
        try:
            COUNT.convert(value.evaluate({}))
        except ArgumentError as error:
            self.report.error(f"a dimension of the input {error.message}", value.mark, error.hint)

    def check_defaults(self, marks: dict[str, Mark]) -> None:
        scope = Scope(set(self.knobs))
        for name, args in self.spec.defaults.items():
            op = OPERATORS.get(name)
            if op is None:
                self.report.unknown("operator", name, OPERATORS, marks[name])
                continue
            for arg, value in args.items():
                self.value(value, scope)
                self.operator_argument(op, arg, value, marks[f"{name}.{arg}"])

    def check_knobs(self) -> None:
        scope = Scope(set(self.knobs))
        for name, knob in self.knobs.items():
            if knob.default is not None:
                self.parameter(knob, knob.default, f"the default of '{name}'")
                self.value(knob.default, scope)
            for choice in knob.choices or ():
                self.words(choice)
        needs = {name: names_read(knob.default) & self.knobs.keys() for name, knob in self.knobs.items()}
        for chain in _cycles({name: dict.fromkeys(read) for name, read in needs.items()}):
            self.report.error(f"the defaults of knobs read each other: {' -> '.join(chain)}", self.knobs[chain[0]].mark)

    def check_blocks(self) -> None:
        """The blocks that the spec reaches, and all that it defines itself."""
        done: set[str] = set()
        own = [name for name, block in self.spec.blocks.items() if block.mark.source is self.spec.source]
        while pending := [name for name in (*self.reached, *own) if name not in done]:
            done.update(pending)
            for name in pending:
                self.check_block(self.spec.blocks[name])

    def check_block(self, block: Block) -> None:
        self.block = block.name
        scope = Scope({*self.knobs, "in"})
        for name, parameter in block.args.items():
            if parameter.default is not None:
                self.value(parameter.default, scope)
                if not (isinstance(parameter.default, Constant) and parameter.default.value is None):
                    self.parameter(parameter, parameter.default, f"the default of '{name}'")
            scope.names.add(name)
        self.closed(block.body, scope)
        self.block = None

    def check_recursion(self) -> None:
        for chain in _cycles(self.calls):
            mark = self.calls[chain[-2]][chain[-1]]
            self.report.error(f"blocks call each other without end: {' -> '.join(chain)}", mark)


def _cycles(links: dict[str, dict[str, Mark]] | dict[str, dict[str, None]]) -> list[list[str]]:
    """Circles among links from name to names, each from a name back to itself."""
    left = {name: set(others) for name, others in links.items()}
    found: list[list[str]] = []
    while True:
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            chain = error.args[1][::-1]
            found.append(chain)
            left[chain[-2]].discard(chain[-1])
            continue
        return found
