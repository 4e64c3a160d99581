"""The loop of a search: ask, reject or measure, tell.

One program asks and tells; workers only measure and know nothing of the storage. Several programs may work at one study. A trial
that a dead program left running is taken over as it is, by its number, so that none is lost and none is doubled.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archdsl.cost.comparing.totals import Value
from archdsl.exact.shown import jsonable
from archdsl.explore.grid.region import reason
from archdsl.explore.search.candidate import Candidate, consider
from archdsl.explore.search.claims import Claims
from archdsl.explore.search.measure import Job, Rung
from archdsl.explore.search.space import stored
from archdsl.explore.search.study import Request, open_study
from archdsl.explore.search.trials import ABOUT, EQUALS, FAILED, HALVED, REJECTED, Trials
from archdsl.explore.work.workers import Finished, Workers

if TYPE_CHECKING:
    from optuna.storages import BaseStorage
    from optuna.trial import Trial, TrialState

MOST_REJECTED = 1000
"""Proposals in a row that may be rejected before a search gives up."""

MOST_FAILED = 5
"""Trials that may fail before any has succeeded."""

POLL_SECONDS = 0.5

Watch = Callable[[Trials], None]
"""Told of the trials whenever something has changed."""


class Search:
    """One program's part in a study."""

    def __init__(self, storage: BaseStorage, name: str, request: Request, workers: Workers | None, place: Path | None = None):
        """
        Args:
            name: of the study, which is made where there is none.
            workers: run `measure`; None where every objective is known without measuring.
            place: a folder for checkpoints of networks that are trained in parts; without one they are trained in one go.

        Raises:
            InputError: the study is that of another search.
        """
        import numpy as np

        from archdsl.explore.search.fresh import Fresh

        self.request, self.workers, self.place = request, workers, place
        self.began = time.monotonic()
        self.study = open_study(storage, name, request)
        self.trials = Trials(self.study, request.space)
        self.claims = Claims(storage, self.study, self.trials)
        random = np.random.default_rng([request.seed, self.trials.total])
        self.study.sampler = Fresh(self.study.sampler, request.space, self.trials, random)
        self.watch: Watch = lambda trials: None
        self.running: dict[int, tuple[Trial, dict[str, Value]]] = {}
        self.waiting: dict[int, tuple[Trial, int]] = {}
        self.jobs: dict[int, Job] = {}
        self.rejected_in_row = 0

    def run(self, watch: Watch | None = None) -> None:
        """Search until the trials are used up, no variant is left, or none is let through. Interrupted, it can go on later."""
        self.watch = watch or self.watch
        try:
            while True:
                self.claims.session.beat()
                self.trials.update()
                unsure = self._adopt()
                self._settle()
                self._fill()
                self.watch(self.trials)
                if not (self.running or self.waiting or unsure):
                    return
                self._collect()
        finally:
            self.claims.session.end()

    @property
    def over(self) -> bool:
        """Whether nothing more is to be proposed."""
        self.trials.update()
        known = self.trials
        return (
            known.used() >= self.request.trials
            or self.rejected_in_row >= MOST_REJECTED
            or len(known.points) >= self.request.space.size
            or (self.request.seconds is not None and time.monotonic() - self.began > self.request.seconds)
            or (not known.measured and len(known.failed) >= MOST_FAILED)
        )

    def _adopt(self) -> bool:
        """Take over what dead programs left running. Whether a program may turn out to be dead later."""
        abandoned, unsure = self.claims.abandoned({*self.running, *self.waiting})
        for number in abandoned:
            self._take(self.claims.running(number))
        return unsure

    def _fill(self) -> None:
        """Propose as many variants as workers are free."""
        slots = self.workers.slots if self.workers else 1
        while len(self.running) < slots and not self.over:
            self.claims.session.beat()
            self._take(self.study.ask())
            self.watch(self.trials)

    def _take(self, trial: Trial) -> None:
        """Decide on a trial that is this program's: reject it, wait for an equal one, or measure it."""
        point = self.request.space.suggest(trial)
        self.trials.points.add(point)
        names = [aim.name for aim in self.request.aims if aim.free]
        candidate = consider(self.request.net, self.request.space.settings(point), names, self.request.budgets)
        if not trial.constraints:
            trial.set_constraint("budgets", candidate.violation)
        settings = {name: stored(value) for name, value in self.request.space.settings(point).items()}
        trial.set_user_attr(ABOUT, {"settings": settings, "costs": {name: jsonable(v) for name, v in candidate.costs.items()}})
        if candidate.reason:
            self.rejected_in_row += 1
            self._tell(trial, "PRUNED", {REJECTED: {"reason": candidate.reason, "kind": candidate.kind}})
            return
        self.rejected_in_row = 0
        ahead = self.claims.ahead(trial, candidate.graph)
        if ahead is not None:
            self.waiting[trial.number] = trial, ahead
            self._settle()
            return
        self._start(trial, candidate)

    def _start(self, trial: Trial, candidate: Candidate) -> None:
        """Give a trial to a worker, or finish it at once where nothing has to be measured."""
        measured = tuple(aim.objective for aim in self.request.aims if not aim.free)
        self.running[trial.number] = trial, candidate.costs
        if not measured:
            self._finish(Finished(trial.number, []))
            return
        assert candidate.net is not None
        rungs, place = self.request.rungs, self.place
        rung = Rung(rungs[0], place / str(trial.number)) if rungs and place is not None else None
        self._submit(trial, Job(candidate.net, measured, self.request.seed, rung))

    def _submit(self, trial: Trial, job: Job) -> None:
        assert self.workers is not None
        self.jobs[trial.number] = job
        self.workers.submit(trial.number, job)

    def _collect(self) -> None:
        """Finish what the workers have measured, waiting a little where they have not measured anything."""
        done = self.workers.wait(POLL_SECONDS) if self.workers and self.running else []
        for item in done:
            self._finish(item)
        if not done and not self.running:
            time.sleep(POLL_SECONDS)

    def _finish(self, item: Finished) -> None:
        job = self.jobs.pop(item.key, None)
        if item.error is None and job is not None and job.rung is not None and self._climbs(job, job.rung, item):
            return
        trial, costs = self.running.pop(item.key)
        if item.error is not None:
            self._tell(trial, "FAIL", {FAILED: reason(item.error)})
            return
        measured = iter(item.value)
        values = [float(costs[aim.name]) if aim.free else next(measured) for aim in self.request.aims]
        self._tell(trial, "COMPLETE", {}, values)

    def _climbs(self, job: Job, rung: Rung, item: Finished) -> bool:
        """Whether a network that was trained up to a rung goes on, or is given up; not where it has reached the last one."""
        trial, _ = self.running[item.key]
        rungs = self.request.rungs
        trial.report(item.value[0], rung.epochs)
        if rung.epochs == rungs[-1]:
            return False
        if trial.should_prune():
            del self.running[item.key]
            self._tell(trial, "PRUNED", {HALVED: rung.epochs})
            return True
        self._submit(trial, replace(job, rung=replace(rung, epochs=rungs[rungs.index(rung.epochs) + 1])))
        return True

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


def _state(name: str) -> TrialState:
    from optuna.trial import TrialState

    return TrialState[name]
