"""The state of one elaboration: what it works from, the graph so far, and the mistakes found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from archdsl.errors import Mark
from archdsl.exact.grid_context import current
from archdsl.ir.elaboration.links import Links
from archdsl.ir.elaboration.naming import Namer, Plan
from archdsl.ir.elaboration.scope import Scope, Tensors
from archdsl.ir.graph import Graph
from archdsl.ir.limits import Limits
from archdsl.spec.model import Spec
from archdsl.spec.report import Report

Runner = Callable[["State", Any, Scope, Tensors, Plan], Tensors]
"""Runs a step of one class: the state, the step, where it stands, what arrives, and how its body is named; gives what leaves it."""


class Stop(Exception):
    """A step failed and has been reported; what hangs on its output is passed over."""


class State:
    """One elaboration.

    Attributes:
        runners: the function that runs each class of step.
        steps: how many were taken.
        callers: marks of the calls whose blocks are open, outermost first.
        knobs_key: what blocks read beside their arguments, as `Links.knobs_key` gives it.
        grid: which variants of a grid count, and what was noted of them; `grid_key` is its key, worked out once.
    """

    __slots__ = (
        "callers", "graph", "grid", "grid_key", "knobs", "knobs_key", "limits", "links", "namer", "report", "runners", "spec", "steps",
    )  # fmt: skip

    def __init__(self, spec: Spec, knobs: dict[str, Any], limits: Limits, links: Links, runners: Mapping[type, Runner]):
        self.spec = spec
        self.knobs = knobs
        self.limits = limits
        self.links = links
        self.runners = runners
        self.report = Report()
        self.graph = Graph(spec.name, init=dict(spec.init))
        self.namer = Namer()
        self.steps = 0
        self.callers: list[Mark] = []
        self.knobs_key = links.knobs_key(spec, knobs)
        self.grid = current()
        self.grid_key = self.grid.key

    def fail(self, message: str, mark: Mark | None, hint: str = "", *related: tuple[str, Mark]) -> Stop:
        """Report a mistake, and give the exception to raise. A mistake inside an imported block also shows the line that led there."""
        if mark is not None and mark.source is not self.spec.source:
            caller = next((m for m in reversed(self.callers) if m.source is self.spec.source), None)
            if caller is not None:
                related = (*related, ("called from here", caller))
        self.report.error(message, mark, hint, *related)
        return Stop()

    def exceed(self, message: str, mark: Mark | None, hint: str = "") -> NoReturn:
        """Report a limit that is passed and end the whole elaboration: other paths would only pass it again."""
        self.fail(message, mark, hint)
        self.report.stop()
        raise AssertionError("the report holds a mistake")

    def count_step(self, mark: Mark | None) -> None:
        """One more step; a spec that takes too many ends here."""
        self.steps += 1
        if self.steps > self.limits.steps:
            self.exceed(f"more than {self.limits.steps:,} steps", mark, "raise the limit with --limits steps=N")

    def too_many_nodes(self, mark: Mark | None) -> NoReturn:
        """End the elaboration of a graph with too many operators."""
        self.exceed(f"more than {self.limits.nodes:,} operators", mark, "raise the limit with --limits nodes=N")
