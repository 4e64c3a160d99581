"""Who runs which trial, where several programs work at one study: equal networks are measured once, and what dead programs left
running is taken over.

What a program knows of a trial stands in the trial's attribute `claim`: the program, the hash of the graph, and whether it `measures`
or `waits` for an equal one.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import TYPE_CHECKING

from archdsl.explore.search.session import GRACE_SECONDS, Session
from archdsl.explore.search.trials import CLAIM, Trials, claim

if TYPE_CHECKING:
    from optuna import Study
    from optuna.storages import BaseStorage
    from optuna.trial import FrozenTrial, Trial

LOOK_SECONDS = 0.05
"""Time between two looks at a program that has not decided yet."""


class Claims:
    """This program's claims to trials of a study, and what it makes of those of others."""

    def __init__(self, storage: BaseStorage, study: Study, trials: Trials):
        self.storage, self.study, self.trials = storage, study, trials
        self.session = Session(study)
        self.unclaimed: dict[int, float] = {}

    def ahead(self, trial: Trial, graph: str) -> int | None:
        """Who measures a graph that several trials have: the number of the trial to wait for, or None if it is this one.

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
            time.sleep(LOOK_SECONDS)

    def abandoned(self, own: Collection[int]) -> tuple[list[int], bool]:
        """Numbers of the trials that dead programs left running, and whether a program may turn out to be dead later.

        Args:
            own: numbers of the trials that this program runs.
        """
        foreign = [trial for number, trial in self.trials.running.items() if number not in own]
        alive = self.session.alive() if foreign else {}
        found: list[int] = []
        unsure = False
        for trial in foreign:
            owner = claim(trial).get("session")
            lives = alive.get(owner) if owner is not None else self._unclaimed_lives(trial.number, alive)
            if lives is None:
                unsure = True
            elif not lives:
                found.append(trial.number)
        return found, unsure

    def running(self, number: int) -> Trial:
        """A running trial by its number, as the program had it that asked for it."""
        from optuna.trial import Trial

        study = self.storage.get_study_id_from_name(self.study.study_name)
        return Trial(self.study, self.storage.get_trial_id_from_study_id_trial_number(study, number))

    def _unclaimed_lives(self, number: int, alive: dict[str, bool | None]) -> bool | None:
        """Whether a trial that no program has claimed yet is still run: it is left alone while a living program may be about to."""
        if not any(lives is not False for lives in alive.values()):
            return False
        since = self.unclaimed.setdefault(number, time.monotonic())
        return False if time.monotonic() - since > GRACE_SECONDS else None
