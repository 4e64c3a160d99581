"""What a search found: the best variant in each objective, and the front of those that no other beats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from archdsl.explore.search.objectives import Aim
from archdsl.explore.search.trials import ABOUT, FAILED, REJECTED, Trials, claim

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial


@dataclass(frozen=True)
class Variant:
    """One network that was measured.

    Attributes:
        settings: as `--set` takes them.
        values: by objective.
        costs: those that the budgets bound and the objectives ask for.
    """

    trial: int
    settings: dict[str, str]
    values: dict[str, float]
    costs: dict[str, int | float]
    graph: str

    def as_dict(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True)
class Result:
    """A study's state when a search ends.

    Attributes:
        trials, failed, rejected, reused: how many, including those of earlier runs.
        points: how many different variants were proposed.
        reasons: rejected proposals by kind of reason.
        front: best first in the first objective.
        best: by objective.
        nearest: the rejected proposal with the least violation, in words.
        failure: what the first failed trial said.
    """

    trials: int
    failed: int
    rejected: int
    reused: int
    points: int
    seconds: float
    front: list[Variant]
    best: dict[str, Variant]
    reasons: dict[str, int] = field(default_factory=dict)
    nearest: str = ""
    failure: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "trials": self.trials,
            "rejected": self.rejected,
            "reused": self.reused,
            "failed": self.failed,
            "seconds": round(self.seconds, 3),
            "front": [variant.as_dict() for variant in self.front],
            "best": {name: variant.as_dict() for name, variant in self.best.items()},
            "reasons": self.reasons,
        }


def result(trials: Trials, aims: Sequence[Aim], seconds: float) -> Result:
    """What a study has found so far."""
    trials.update()
    variants = [_variant(trial, aims) for trial in trials.measured.values()]
    signs = [1 if aim.direction == "minimize" else -1 for aim in aims]
    scores = {v.trial: [s * v.values[aim.name] for s, aim in zip(signs, aims, strict=True)] for v in variants}
    front = sorted(
        (v for v in variants if not any(_dominates(scores[o.trial], scores[v.trial]) for o in variants)),
        key=lambda v: (scores[v.trial], v.trial),
    )
    best = {aim.name: min(variants, key=lambda v: (scores[v.trial][n], v.trial)) for n, aim in enumerate(aims) if variants}
    failures = [trial.user_attrs.get(FAILED, "") for trial in trials.failed.values()]
    return Result(
        trials=len(variants),
        failed=len(failures),
        rejected=trials.rejected.total(),
        reused=len(trials.reused),
        points=len(trials.points),
        seconds=seconds,
        front=front,
        best=best,
        reasons=dict(trials.rejected.most_common()),
        nearest=_nearest(trials.nearest) if trials.nearest is not None else "",
        failure=failures[0] if failures else "",
    )


def _variant(trial: FrozenTrial, aims: Sequence[Aim]) -> Variant:
    about = trial.user_attrs[ABOUT]
    values = {aim.name: value for aim, value in zip(aims, trial.values, strict=True)}
    return Variant(trial.number, about["settings"], values, about["costs"], claim(trial)["graph"])


def _dominates(one: list[float], other: list[float]) -> bool:
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))


def _nearest(trial: FrozenTrial) -> str:
    settings = ", ".join(f"{name}={value}" for name, value in trial.user_attrs[ABOUT]["settings"].items())
    reason = trial.user_attrs[REJECTED]["reason"]
    return f"{settings}: {reason}" if settings else reason
