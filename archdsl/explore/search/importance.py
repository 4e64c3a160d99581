"""How much each knob matters in a study: its share of what sets the best tenth of the trials apart, as Optuna estimates it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import FrozenTrial

LEAST = 10
"""Trials with values without which nothing is estimated."""


def importance(study: Study, aims: Sequence[str]) -> dict[str, dict[str, float]]:
    """By objective the share of each knob that was searched, those that matter most first; 1 in all.

    By PED-ANOVA (Watanabe et al. 2023), which needs no library beside Optuna. An objective of which nothing can be told is left
    out: too few trials, one knob, or the same value throughout.
    """
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
    from optuna.trial import TrialState

    done = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    if len(done) < LEAST or len(done[0].params) < 2:
        return {}
    found = {}
    for place, name in enumerate(aims):
        if len({trial.values[place] for trial in done}) < 2:
            continue

        sign = 1 if study.directions[place].name == "MINIMIZE" else -1

        def value(trial: FrozenTrial, place: int = place, sign: int = sign) -> float:
            return sign * float(trial.values[place])

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it is marked as experimental
            evaluator = PedAnovaImportanceEvaluator()
            shares = get_param_importances(study, evaluator=evaluator, target=value)
        if any(share > 0 for share in shares.values()):
            found[name] = {knob: float(share) for knob, share in shares.items()}
    return found
