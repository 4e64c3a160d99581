"""A study's trials by what became of them.

What archdsl knows of a trial stands in its attributes: `about` (settings and costs), `claim` (who runs it, the hash of its graph, its
role), and `rejected`, `equals` or `failed` where it gave no measurement of its own; `halved`, the epochs after which it was given up.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import FrozenTrial

    from archdsl.explore.search.space import Point, Space

ABOUT, CLAIM, REJECTED, EQUALS, FAILED, HALVED = "about", "claim", "rejected", "equals", "failed", "halved"


class Trials:
    """The trials of a study, read again with `update`.

    Attributes:
        measured: by number, those with values of their own.
        reused: by number, those that took the values of an equal graph.
        failed: by number.
        halved: by number, those that were given up in the middle of their training.
        rejected: how many proposals, by kind of reason.
        nearest: the rejected proposal with the least violation.
        running: those that are not finished, by number.
        points: every point that was proposed.
        by_graph: the measured or failed trial of a graph.
    """

    def __init__(self, study: Study, space: Space):
        self.study, self.space = study, space
        self.measured: dict[int, FrozenTrial] = {}
        self.reused: dict[int, FrozenTrial] = {}
        self.failed: dict[int, FrozenTrial] = {}
        self.halved: dict[int, FrozenTrial] = {}
        self.rejected: Counter[str] = Counter()
        self.nearest: FrozenTrial | None = None
        self.running: dict[int, FrozenTrial] = {}
        self.points: set[Point] = set()
        self.by_graph: dict[str, FrozenTrial] = {}
        self.total = 0
        self._open: list[int] = []
        self.update()

    def update(self) -> None:
        """Read what has changed; finished trials never do."""
        from optuna.trial import TrialState

        found = self.study.get_trials(deepcopy=False)
        self.running = {}
        still_open = []
        for number in [*self._open, *range(self.total, len(found))]:
            trial = found[number]
            if trial.state.is_finished():
                self._sort(trial)
                continue
            still_open.append(number)
            if trial.state == TrialState.RUNNING:
                self.running[number] = trial
                self._proposed(trial)
        self._open = still_open
        self.total = len(found)

    def _proposed(self, trial: FrozenTrial) -> None:
        point = self.space.point(trial.params)
        if point is not None:
            self.points.add(point)

    def used(self) -> int:
        """Trials that count: measured, failed, and those that are being measured."""
        under_way = [trial for trial in self.running.values() if claim(trial).get("role") != "waits"]
        own_failures = [trial for trial in self.failed.values() if EQUALS not in trial.user_attrs]
        return len(self.measured) + len(self.halved) + len(own_failures) + len(under_way)

    def _sort(self, trial: FrozenTrial) -> None:
        from optuna.trial import TrialState

        self._proposed(trial)
        attributes = trial.user_attrs
        if HALVED in attributes:
            self.halved[trial.number] = trial
            return
        if trial.state == TrialState.PRUNED:
            self.rejected[attributes.get(REJECTED, {}).get("kind", "other")] += 1
            if self.nearest is None or violation(trial) < violation(self.nearest):
                self.nearest = trial
            return
        known = self.failed if trial.state == TrialState.FAIL else self.reused if EQUALS in attributes else self.measured
        known[trial.number] = trial
        if EQUALS not in attributes and claim(trial):
            self.by_graph.setdefault(claim(trial)["graph"], trial)


def claim(trial: FrozenTrial) -> dict[str, Any]:
    """Who runs a trial, the hash of its graph, and whether it `measures` or `waits`; empty before that is known."""
    found: dict[str, Any] = trial.user_attrs.get(CLAIM, {})
    return found


def violation(trial: FrozenTrial) -> float:
    """Of the budgets, as shares of their bounds."""
    return max(trial.constraints.values(), default=0.0)
