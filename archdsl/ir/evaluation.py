"""Values while a spec is elaborated: evaluation, decisions about structure, and mistakes with their place."""

from __future__ import annotations

import re
from typing import Any, NoReturn

from archdsl.errors import Diagnostic, Mark, SpecError
from archdsl.exact import Disagreement, one_answer
from archdsl.exact.grid_context import current
from archdsl.exact.shown import describe
from archdsl.ir.graph import Graph
from archdsl.ir.limits import Limits
from archdsl.ir.links import Links
from archdsl.ir.naming import Namer
from archdsl.spec.expression import ExpressionError, Names
from archdsl.spec.model import Constant, Formula, Label, Spec, Value
from archdsl.spec.read_values import IN_TEXT
from archdsl.spec.report import Report


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


class Stop(Exception):
    """A step failed and has been reported; what hangs on its output is passed over."""


class Evaluation:
    """State of one elaboration: the spec, its knobs, the graph so far, and the mistakes found."""

    def __init__(self, spec: Spec, knobs: dict[str, Any], limits: Limits, links: Links):
        self.spec = spec
        self.knobs = knobs
        self.limits = limits
        self.links = links
        self.report = Report()
        self.graph = Graph(spec.name, init=dict(spec.init))
        self.namer = Namer()
        self.steps = 0
        self.callers: list[Mark] = []
        self.knobs_key = links.knobs_key(spec, knobs)
        self.grid = current()

    def fail(self, message: str, mark: Mark | None, hint: str = "", *related: tuple[str, Mark]) -> Stop:
        """Report a mistake. One inside an imported block also shows the line of the spec that led there."""
        if mark is not None and mark.source is not self.spec.source:
            caller = next((m for m in reversed(self.callers) if m.source is self.spec.source), None)
            if caller is not None:
                related = (*related, ("called from here", caller))
        self.report.error(message, mark, hint, *related)
        return Stop()

    def count_step(self, mark: Mark | None) -> None:
        """One more step; a spec that takes too many ends here."""
        self.steps += 1
        if self.steps > self.limits.steps:
            self.exceed(f"more than {self.limits.steps:,} steps", mark, "raise the limit with --max-steps")

    def exceed(self, message: str, mark: Mark | None, hint: str = "") -> NoReturn:
        """Report a limit that is passed and end the whole elaboration: other paths would only pass it again."""
        self.fail(message, mark, hint)
        self.report.stop()
        raise AssertionError("the report holds a mistake")

    def evaluate(self, value: Value, names: Names) -> Any:
        if type(value) is Constant:
            return value.value
        if type(value) is Formula and value.bare in names:
            return names[value.bare]
        try:
            return value.evaluate(names)
        except ExpressionError as error:
            raise self.fail(error.message, error.mark or value.mark, error.hint) from None
        except Disagreement as error:
            raise self.undecided(error, value.mark, "a value that must be one number") from None

    def decide(self, value: Value, names: Names, what: str) -> Any:
        """A value that structure depends on: one answer for the whole grid, or `Undecided`."""
        found = self.evaluate(value, names)
        if type(found) in (int, bool, str):
            return found
        return self.answer(found, value.mark, what)

    def answer(self, found: Any, mark: Mark, what: str) -> Any:
        """The one value that an array holds everywhere; anything else as it is."""
        try:
            return one_answer(found)
        except Disagreement as error:
            raise self.undecided(error, mark, what) from None

    def undecided(self, error: Disagreement, mark: Mark, what: str) -> Undecided:
        names = ", ".join(sorted(error.knobs)) or "an array"
        hint = "give the knob one value, or cost each structure by itself"
        text = f"{what} depends on {names}, whose values want different structures"
        return Undecided(Diagnostic(text, mark, hint), error.knobs, error.mask)

    def text(self, label: Label, names: Names) -> str:
        """A label with the values of its `$names` put in."""
        if not label.names:
            return label.text

        def value(match: re.Match[str]) -> str:
            found = self.answer(names[match[1]], label.mark, "a name")
            if not isinstance(found, (int, str)):
                raise self.fail(f"a name takes ints and words, '${match[1]}' is {describe(found)}", label.mark)
            return str(found)

        return IN_TEXT.sub(value, label.text)
