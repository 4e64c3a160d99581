"""A sampler that proposes no point twice: what another sampler repeats is drawn anew.

Every sampler repeats itself: a random one by chance, TPE and NSGA-II because they look near what was good. A point that was proposed
before has a known answer, so that the proposal would be lost. The parameters of a trial are chosen together, before the trial
names the first of them; from then on they are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from optuna.samplers import BaseSampler

from archdsl.explore.search.space import Point, Space
from archdsl.explore.search.trials import Trials

if TYPE_CHECKING:
    import numpy as np
    from optuna import Study
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial, TrialState

MOST_REPEATED = 3
"""Proposals for one trial that the inner sampler may repeat before a new point is drawn at random."""


class Fresh(BaseSampler):
    """Proposes what `inner` does, and never a point that the trials know while there is another."""

    def __init__(self, inner: BaseSampler, space: Space, trials: Trials, random: np.random.Generator):
        self.inner, self.space, self.trials, self.random = inner, space, trials, random

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        return {d.axis.name: d.distribution for d in self.space.directions if d.distribution is not None}

    def sample_relative(self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]) -> dict[str, Any]:
        self.trials.update()
        known = self.trials.points
        for _ in range(MOST_REPEATED):
            params = self._inner(study, trial, search_space)
            if self.space.point(params) not in known:
                return params
        point = _unknown(self.space, known, self.random)
        return params if point is None else self.space.params(point)

    def _inner(self, study: Study, trial: FrozenTrial, space: dict[str, BaseDistribution]) -> dict[str, Any]:
        together = self.inner.sample_relative(study, trial, self.inner.infer_relative_search_space(study, trial))
        single = {n: self.inner.sample_independent(study, trial, n, d) for n, d in space.items() if n not in together}
        return {name: together[name] if name in together else single[name] for name in space}

    def sample_independent(self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution) -> Any:
        return self.inner.sample_independent(study, trial, param_name, param_distribution)

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        self.inner.before_trial(study, trial)

    def after_trial(self, study: Study, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None) -> None:
        self.inner.after_trial(study, trial, state, values)

    def reseed_rng(self) -> None:
        self.inner.reseed_rng()


def _unknown(space: Space, known: set[Point], random: np.random.Generator) -> Point | None:
    """A point at random that was not proposed yet: the first after any point. None where every point was."""
    if len(known) >= space.size:
        return None
    places = list(space.draw(random))
    while tuple(places) in known:
        for axis, listed in enumerate(space.axes):
            places[axis] = (places[axis] + 1) % len(listed)
            if places[axis]:
                break
    return tuple(places)
