"""The loop of a search: ask, reject or measure, tell; and take over what dead programs left running.

One program asks and tells; workers only measure and know nothing of the storage. Several programs may work at one study. A trial
that a dead program left running is taken over as it is, by its number, so that none is lost and none is doubled.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from archdsl.cost.comparing.totals import Value, jsonable
from archdsl.explore.search.candidate import Candidate, consider, first_line
from archdsl.explore.search.measure import Job
from archdsl.explore.search.session import GRACE_SECONDS, Session
from archdsl.explore.search.space import Point, written
from archdsl.explore.search.study import Request
from archdsl.explore.search.trials import ABOUT, CLAIM, EQUALS, FAILED, REJECTED, Trials, claim
from archdsl.explore.work.workers import Finished, Workers

if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import FrozenTrial, Trial, TrialState

MOST_REJECTED = 1000
"""Proposals in a row that may be rejected before a search gives up."""

MOST_REPEATED = 3
"""Proposals in a row that may be known before a point that is not known is drawn at random."""

MOST_FAILED = 5
"""Trials that may fail before any has succeeded."""

POLL_SECONDS = 0.5


class Search:
    """One program's part in a study.

    Args:
        workers: run `measure`; None where every objective is known without measuring.
    """

    def __init__(self, study: Study, request: Request, workers: Workers | None):
        import numpy as np

        self.study, self.request, self.workers = study, request, workers
        self.watch: Callable[[Trials], None] = lambda trials: None
        self.session = Session(study)
        self.trials = Trials(study, request.space)
        self.random = np.random.default_rng([request.seed, self.trials.total])
        self.running: dict[int, tuple[Trial, dict[str, Value]]] = {}
        self.waiting: dict[int, tuple[Trial, int]] = {}
        self.rejected: dict[Point, Candidate] = {}
        self.unclaimed: dict[int, float] = {}
        self.row = 0
        self.repeats = 0

    def run(self, watch: Callable[[Trials], None] | None = None) -> None:
        """Search until the trials are used up, no variant is left, or none is let through. Interrupted, it can go on later.

        Args:
            watch: called with the trials whenever something has changed.
        """
        self.watch = watch or self.watch
        try:
            while True:
                self.session.beat()
                self.trials.update()
                unsure = self._adopt()
                self._settle()
                self._fill()
                self.watch(self.trials)
                if not (self.running or self.waiting or unsure):
                    return
                self._collect()
        finally:
            self.session.end()

    @property
    def over(self) -> bool:
        """Whether nothing more is to be proposed."""
        self.trials.update()
        known = self.trials
        return (
            known.used() >= self.request.trials
            or self.row >= MOST_REJECTED
            or len(known.points) >= len(self.request.space)
            or (not known.measured and len(known.failed) >= MOST_FAILED)
        )

    def _fill(self) -> None:
        slots = self.workers.slots if self.workers else 1
        while len(self.running) < slots and not self.over:
            self.session.beat()
            if self.repeats >= MOST_REPEATED and (point := self._unknown()) is not None:
                self.study.enqueue_trial(self.request.space.params(point))
                self.repeats = MOST_REPEATED - 2  # so that the sampler has the next word again
            self._take(self.study.ask())
            self.watch(self.trials)

    def _unknown(self) -> Point | None:
        """A point that was not proposed yet."""
        space, known = self.request.space, self.trials.points
        for _ in range(50):
            if (point := space.draw(self.random)) not in known:
                return point
        every = itertools.product(*(range(len(axis)) for axis in space.axes)) if len(space) <= 200_000 else ()
        return next((point for point in every if point not in known), None)

    def _take(self, trial: Trial) -> None:
        """Decide on a trial that is this program's: reject it, wait for an equal one, or measure it."""
        point = self.request.space.suggest(trial)
        self.repeats = self.repeats + 1 if point in self.trials.points else 0
        self.trials.points.add(point)
        candidate = self._consider(point)
        if not trial.constraints:
            trial.set_constraint("budgets", candidate.violation)
        settings = {name: written(value) for name, value in self.request.space.settings(point).items()}
        trial.set_user_attr(ABOUT, {"settings": settings, "costs": {name: jsonable(v) for name, v in candidate.costs.items()}})
        if candidate.reason:
            self.row += 1
            self._tell(trial, "PRUNED", {REJECTED: {"reason": candidate.reason, "kind": candidate.kind}})
            return
        self.row = 0
        ahead = self._claim(trial, candidate.graph)
        if ahead is not None:
            self.waiting[trial.number] = trial, ahead
            self._settle()
            return
        self._start(trial, candidate)

    def _consider(self, point: Point) -> Candidate:
        if point in self.rejected:
            return self.rejected[point]
        names = [aim.name for aim in self.request.aims if aim.free]
        found = consider(self.request.net, self.request.space.settings(point), names, self.request.budgets)
        if found.reason:
            self.rejected[point] = replace(found, net=None)
        return found

    def _claim(self, trial: Trial, graph: str) -> int | None:
        """Who measures a graph that several trials have: the number of the trial to wait for, or None for this one.

        Two programs may come to the same graph at the same time. Each writes what it has before it looks, and says what it
        decided; the lower number goes first, and waits until a higher one that it sees has decided.
        """
        mine = {"session": self.session.id, "graph": graph}
        trial.set_user_attr(CLAIM, mine)
        since = time.monotonic()
        while True:
            self.trials.update()
            known = self.trials.by_graph.get(graph)
            if known is not None:
                ahead: list[int] = [known.number]
                undecided: list[FrozenTrial] = []
            else:
                equal = [t for n, t in self.trials.running.items() if n != trial.number and claim(t).get("graph") == graph]
                ahead = [t.number for t in equal if claim(t).get("role") == "measures"]
                undecided = [t for t in equal if claim(t).get("role") is None]
                ahead += [t.number for t in undecided if t.number < trial.number]
            if ahead:
                trial.set_user_attr(CLAIM, {**mine, "role": "waits"})
                return min(ahead)
            alive = self.session.alive() if undecided else {}
            deciding = [t for t in undecided if alive.get(claim(t)["session"]) is not False]
            if not deciding or time.monotonic() - since > GRACE_SECONDS:
                trial.set_user_attr(CLAIM, {**mine, "role": "measures"})
                return None
            time.sleep(0.05)

    def _start(self, trial: Trial, candidate: Candidate) -> None:
        measured = tuple(aim.objective for aim in self.request.aims if not aim.free)
        self.running[trial.number] = trial, candidate.costs
        if not measured:
            self._finish(Finished(trial.number, []))
            return
        assert self.workers is not None
        assert candidate.net is not None
        self.workers.submit(trial.number, Job(candidate.net, measured, self.request.seed))

    def _collect(self) -> None:
        outcomes = self.workers.wait(POLL_SECONDS) if self.workers and self.running else []
        for outcome in outcomes:
            self._finish(outcome)
        if not outcomes and not self.running:
            time.sleep(POLL_SECONDS)

    def _finish(self, outcome: Finished) -> None:
        trial, costs = self.running.pop(outcome.key)
        if outcome.error is not None:
            self._tell(trial, "FAIL", {FAILED: first_line(outcome.error)})
            return
        measured = iter(outcome.value)
        values = [float(costs[aim.name]) if aim.free else next(measured) for aim in self.request.aims]
        self._tell(trial, "COMPLETE", {}, values)

    def _settle(self) -> None:
        """Give the trials that wait for an equal graph its values, where these are known by now."""
        if self.waiting:
            self.trials.update()
        for number, (trial, ahead) in list(self.waiting.items()):
            known = self.trials.measured.get(ahead) or self.trials.reused.get(ahead) or self.trials.failed.get(ahead)
            if known is None:
                continue
            del self.waiting[number]
            attributes = {EQUALS: ahead, **({FAILED: known.user_attrs[FAILED]} if FAILED in known.user_attrs else {})}
            self._tell(trial, known.state.name, attributes, known.values)

    def _tell(self, trial: Trial, state: str, attributes: dict[str, Any], values: Sequence[float] | None = None) -> None:
        """Finish a trial. One that another program has finished, because it took this one for dead, stays as it is."""
        from optuna.exceptions import UpdateFinishedTrialError

        try:
            for key, value in attributes.items():
                trial.set_user_attr(key, value)
            self.study.tell(trial, values, state=_state(state), skip_if_finished=True)
        except UpdateFinishedTrialError:
            pass

    def _adopt(self) -> bool:
        """Take over what dead programs left running. Whether there is a program of which that is not known yet."""
        from optuna.trial import Trial as Running

        foreign = [t for n, t in self.trials.running.items() if n not in self.running and n not in self.waiting]
        alive = self.session.alive() if foreign else {}
        unsure = False
        for trial in foreign:
            owner = claim(trial).get("session")
            lives = alive.get(owner) if owner is not None else self._unclaimed_lives(trial.number, alive)
            if lives is None:
                unsure = True
            elif not lives:
                self._take(Running(self.study, trial._trial_id))
        return unsure

    def _unclaimed_lives(self, number: int, alive: dict[str, bool | None]) -> bool | None:
        """A trial that no program has put its name to yet: it is left alone as long as one that lives may be about to."""
        if not any(lives is not False for lives in alive.values()):
            return False
        since = self.unclaimed.setdefault(number, time.monotonic())
        return False if time.monotonic() - since > GRACE_SECONDS else None


def _state(name: str) -> TrialState:
    from optuna.trial import TrialState

    return TrialState[name]
