"""What a study is about, written into it when it begins; a command goes on with a study only if both are about the same."""

from __future__ import annotations

import hashlib
import json
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archdsl.cost.dtypes import USUAL
from archdsl.design import Design
from archdsl.errors import ArchdslError, InputError, unknown
from archdsl.explore.accuracy import REDUCTION, Accuracy
from archdsl.explore.criteria.budget import Budget
from archdsl.explore.search.objectives import Aim
from archdsl.explore.search.space import Space, stored
from archdsl.ir.canonical import canonical_hash

if TYPE_CHECKING:
    from optuna import Study
    from optuna.samplers import BaseSampler
    from optuna.storages import BaseStorage

_KEY = "archdsl"

SAMPLERS = ("auto", "tpe", "nsga2", "random")

MANY = 1000
"""Trials above which NSGA-II searches for several objectives: the time of TPE for a proposal grows with the trials before it."""


@dataclass(frozen=True)
class Request:
    """What a search is asked to do.

    Attributes:
        net: with the settings that all variants share.
        trials: networks to be measured in all, including those of earlier runs.
        seed: of the sampler, and of weights and data of measurements.
        seconds: after which nothing more is proposed; None for no end.
    """

    net: Design
    space: Space
    aims: tuple[Aim, ...]
    budgets: tuple[Budget, ...] = ()
    trials: int = 100
    seed: int = 0
    sampler: str = "auto"
    seconds: float | None = None

    @property
    def accuracy(self) -> Accuracy | None:
        """How networks are trained; None where no accuracy is asked for."""
        return next((aim.objective for aim in self.aims if isinstance(aim.objective, Accuracy)), None)

    @property
    def rungs(self) -> tuple[int, ...]:
        """Epochs after which weak networks are given up, where accuracy is the only aim; otherwise none, as then none is weak for sure."""
        return self.accuracy.rungs if self.accuracy is not None and len(self.aims) == 1 else ()

    def definition(self) -> dict[str, Any]:
        """What makes two searches the same, in plain data: everything but their length and their sampler."""
        return {
            "network": _hash(Design(self.net.base, {}, self.net.limits)),
            "settings": {name: stored(value) for name, value in self.net.settings.items()},
            "axes": self.space.describe(),
            "objectives": [str(aim) for aim in self.aims],
            "budgets": sorted(f"--{b.sense} {b.cost}={b.bound}" for b in self.budgets),
            "seed": str(self.seed),
            **({} if self.net.dtype == USUAL else {"dtype": self.net.dtype}),
            **({} if self.net.batch == 1 else {"batch": str(self.net.batch)}),
            **({} if self.accuracy is None else {"training": self.accuracy.definition()}),
        }

    def name(self, stem: str) -> str:
        """A name for the study: the same for the same search, a different one for any other."""
        text = json.dumps(self.definition(), sort_keys=True)
        return f"{stem}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"


def open_study(storage: BaseStorage, name: str, request: Request) -> Study:
    """The study of that name, made if there is none.

    Raises:
        InputError: it has other axes, objectives, budgets or another network; says what differs.
    """
    import optuna

    directions = [aim.direction for aim in request.aims]
    study = optuna.create_study(storage=storage, study_name=name, load_if_exists=True, directions=directions)
    wanted = request.definition()
    found = study.user_attrs.get(_KEY)
    if found is None:
        if study.get_trials(deepcopy=False):
            raise InputError(f"the study '{name}' was not made by archdsl; choose another with --study")
        study.set_user_attr(_KEY, wanted)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            study.set_metric_names([aim.name for aim in request.aims])
    elif found != wanted:
        listed = "\n".join(f"  {line}" for line in _differences(found, wanted))
        raise InputError(f"the study '{name}' is another search; choose a new name with --study\n{listed}")
    study.pruner = optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=REDUCTION)
    study.sampler = sampler(request, len(study.get_trials(deepcopy=False)))
    return study


def sampler(request: Request, begun: int) -> BaseSampler:
    """The sampler of a request.

    Args:
        begun: how many trials there are already, so that a search that goes on does not draw the same numbers again.

    Raises:
        InputError: there is no sampler of that name.
    """
    from optuna.samplers import NSGAIISampler, RandomSampler, TPESampler

    seed = (request.seed * 1_000_003 + begun) % 2**32
    name = request.sampler
    if name not in SAMPLERS:
        raise InputError("; ".join(filter(None, unknown("sampler", name, SAMPLERS))))
    if name == "auto":
        name = "nsga2" if len(request.aims) > 1 and request.trials > MANY else "tpe"
    if name == "tpe":
        return TPESampler(multivariate=True, seed=seed)
    return NSGAIISampler(seed=seed) if name == "nsga2" else RandomSampler(seed=seed)


def _differences(found: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    lines = []
    for key in {**wanted, **found}:
        old, new = found.get(key), wanted.get(key)
        if old == new:
            continue
        if key == "network":
            lines.append("network: the spec has changed")
            continue
        if isinstance(new, dict) and isinstance(old, dict):
            names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
            lines += [f"{key}: the study has {_pair(name, old)}, the command {_pair(name, new)}" for name in names]
            continue
        lines.append(f"{key}: the study has {_list(old)}, the command {_list(new)}")
    return lines


def _pair(name: str, values: dict[str, str]) -> str:
    return f"{name}={values[name]}" if name in values else f"no {name}"


def _list(value: list[str] | str | None) -> str:
    return (", ".join(value) if isinstance(value, list) else value) or "none"


def _hash(net: Design) -> str:
    try:
        return canonical_hash(net.graph())
    except ArchdslError:  # variants may be built where the defaults cannot
        return ""
