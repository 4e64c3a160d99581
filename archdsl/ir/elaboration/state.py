"""The state of one elaboration: what it works from, the graph so far, and the mistakes found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from archdsl.errors import Diagnostic, Mark
from archdsl.exact.grid_context import current
from archdsl.ir.elaboration.links import Links
from archdsl.ir.elaboration.lost import has_arrays
from archdsl.ir.elaboration.naming import Namer, Plan
from archdsl.ir.elaboration.origin import Opened, origin
from archdsl.ir.elaboration.scope import Scope, Tensors
from archdsl.ir.graph import Graph
from archdsl.ir.limits import Limits
from archdsl.spec.locate import is_shipped
from archdsl.spec.model import Call, Formula, Spec, Value
from archdsl.spec.report import Report

Runner = Callable[["State", Any, Scope, Tensors, Plan], Tensors]
"""Runs a step of one class: the state, the step, where it stands, what arrives, and how its body is named; gives what leaves it."""


class Stop(Exception):
    """A step failed and has been reported, or follows from one that was; its output is lost."""


class State:
    """One elaboration.

    Attributes:
        runners: the function that runs each class of step.
        steps: how many were taken.
        opened: the blocks that are open with their calls, outermost first.
        failed: whether a mistake was met. What is made from then on is thrown away, so nothing of it is kept in `links`.
        recovers: whether elaboration goes on after a mistake: for one network, not for a grid, whose parts are tried many at a time.
        knobs_key: what blocks read beside their arguments, as `Links.knobs_key` gives it.
        grid: which variants of a grid count, and what was noted of them.
    """

    __slots__ = (
        "failed", "graph", "grid", "knobs", "knobs_key", "limits", "links", "namer", "opened", "recovers", "report", "runners",
        "spec", "steps",
    )  # fmt: skip

    def __init__(
        self, spec: Spec, knobs: dict[str, Any], limits: Limits, links: Links, runners: Mapping[type, Runner], report: Report
    ):
        self.spec = spec
        self.knobs = knobs
        self.limits = limits
        self.links = links
        self.runners = runners
        self.report = report
        self.failed = bool(report.found) and bool(report.errors)
        self.graph = Graph(spec.name, init=dict(spec.init))
        self.namer = Namer(limits)
        self.steps = 0
        self.opened: list[Opened] = []
        self.knobs_key = links.knobs_key(spec, knobs)
        self.grid = current()
        self.recovers = not self.grid.noting and not any(map(has_arrays, knobs.values()))

    def fail(self, message: str, mark: Mark | None, hint: str = "", *related: tuple[str, Mark]) -> Stop:
        """Report a mistake, and give the exception to raise. A mistake inside an imported block also shows the line that led there;
        inside a block that ships, that line comes first."""
        if mark is not None and mark.source is not self.spec.source:
            caller = next((o.call.mark for o in reversed(self.opened) if o.call.mark.source is self.spec.source), None)
            if caller is not None and is_shipped(mark.source):
                mark, related = caller, (*related, (f"in the block '{self.opened[-1].block.name}'", mark))
            elif caller is not None:
                related = (*related, ("called from here", caller))
        self.failed = True
        self.report.error(message, mark, hint, *related)
        return Stop()

    def blame(self, message: str, holder: Value | Call, hint: str = "", *related: tuple[str, Mark], word: str = "") -> Stop:
        """Report a value that does not fit where it was written; where it was found not to is a second place.

        Args:
            holder: the value or the call that reads it, as it stands where it was found not to fit.
            word: which of a list it is about.
        """
        name = holder.reference if isinstance(holder, Call) else holder.bare if isinstance(holder, Formula) else None
        written = origin(self.spec, self.knobs, self.opened, holder, name, word) if name else None
        if written is None or written[:3] == holder.mark[:3]:
            return self.fail(message, holder.mark, hint, *related)
        self.failed = True
        self.report.add(Diagnostic(message, written, hint, (("used here", holder.mark), *related)))
        self.report.spoil(written)
        return Stop()

    def exceed(self, message: str, mark: Mark | None, hint: str = "") -> NoReturn:
        """Report a limit that is passed and end the whole elaboration: other paths would only pass it again."""
        self.fail(message, mark, hint)
        self.report.stop()
        raise AssertionError("the report holds a mistake")

    def count_step(self, mark: Mark | None) -> None:
        """One more step."""
        self.steps += 1
        if self.steps > self.limits.steps:
            self.too_many_steps(mark)

    def too_many_steps(self, mark: Mark | None) -> NoReturn:
        """End the elaboration of a spec that takes too many steps."""
        self.exceed(f"more than {self.limits.steps:,} steps", mark, "raise the limit with --limits steps=N")

    def too_many_nodes(self, mark: Mark | None) -> NoReturn:
        """End the elaboration of a graph with too many operators."""
        self.exceed(f"more than {self.limits.nodes:,} operators", mark, "raise the limit with --limits nodes=N")
