"""What a search found: the best variants, what each knob matters, and how the study came to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from archdsl.cost.comparing.totals import LATENCY, Value, in_words, total
from archdsl.cost.tables.result import WIDTH, Result
from archdsl.cost.tables.sheet import Sheet
from archdsl.cost.words import duration
from archdsl.exact.shown import jsonable
from archdsl.explore.grid.axis import steps
from archdsl.explore.search.importance import importance
from archdsl.explore.search.objectives import Aim
from archdsl.explore.search.study import Request
from archdsl.explore.search.trials import ABOUT, FAILED, REJECTED, Trials, claim
from archdsl.spec.settings import parse_settings

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

BEST = 10
"""Variants that are shown."""

ALWAYS = ("params", "macs")
"""Costs that are shown of every variant."""


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


@dataclass(frozen=True, repr=False)
class Found(Result):
    """A study's state when a search ends.

    Attributes:
        request: what was searched for.
        trials, failed, rejected, reused, halved: how many, including those of earlier runs.
        points: how many different variants were proposed.
        reasons: rejected proposals by kind of reason.
        front: best first in the first objective.
        best: by objective.
        ranked: ten from one end of the front to the other, or the front and the best of the others, each with params, macs and all
            costs that budgets bound.
        importance: by objective how much each knob matters, as a share; empty where it cannot be told.
        nearest: the rejected proposal with the least violation, in words.
        failure: what the first failed trial said.
        study, storage: where the study is kept; the storage is empty where it was kept nowhere.
    """

    request: Request
    trials: int
    failed: int
    rejected: int
    reused: int
    halved: int
    points: int
    seconds: float
    front: list[Variant]
    best: dict[str, Variant]
    ranked: list[tuple[Variant, dict[str, Value]]]
    importance: dict[str, dict[str, float]]
    reasons: dict[str, int] = field(default_factory=dict)
    nearest: str = ""
    failure: str = ""
    study: str = ""
    storage: str = ""

    def __bool__(self) -> bool:
        """Whether anything was measured."""
        return self.trials > 0

    def sheets(self, width: int = WIDTH) -> list[Sheet]:
        if not self:
            return []
        return [self._best(), *([self._importance()] if self.importance else [])]

    def notes(self) -> list[str]:
        if not self:
            return self._nothing()
        parts = [f"{self.trials} measured"]
        parts += [
            f"{count} {word}"
            for count, word in ((self.halved, "given up early"), (self.failed, "failed"), (self.reused, "reused"))
            if count
        ]
        parts += [f"{self.rejected:,} rejected ({self._rejected()})"] if self.reasons else []
        if self.points == self.request.space.size > 1:
            parts.append(f"all {self.points:,} variants proposed")
        lines = [f"{', '.join(parts)}; {self.seconds:.1f} s"]
        lines += self._bests()
        lines += [f"first failure: {self.failure}"] if self.failure else []
        lines += [axis.said for axis in self.request.space.axes if axis.said]
        return [*lines, *([f"study {self.study} in {self.storage}"] if self.storage else [])]

    def as_dict(self) -> dict[str, Any]:
        return {
            "trials": self.trials,
            "rejected": self.rejected,
            "reused": self.reused,
            "halved": self.halved,
            "failed": self.failed,
            "seconds": round(self.seconds, 3),
            "front": [variant.as_dict() for variant in self.front],
            "best": {name: variant.as_dict() for name, variant in self.best.items()},
            "ranked": self._records(),
            "importance": self.importance,
            "reasons": self.reasons,
            "steps": steps(self.request.space.axes),
        }

    def _records(self) -> list[dict[str, Any]]:
        """The first variants, one column for each knob, objective and cost."""
        return [
            {"trial": v.trial, **v.settings, **v.values, **{name: jsonable(value) for name, value in costs.items()}}
            for v, costs in self.ranked
        ]

    def _best(self) -> Sheet:
        aims = self.request.aims
        knobs = [name for axis in self.request.space.axes for name in axis.names]
        costs = list(self.ranked[0][1])
        several = len(aims) > 1
        head = ["trial", *(["front"] if several else []), *knobs, *map(_head, aims), *costs]
        on_front = {variant.trial for variant in self.front}
        rows = [
            (
                str(v.trial),
                *(["✓" if v.trial in on_front else ""] if several else []),
                *(v.settings[knob] for knob in knobs),
                *(_number(aim.name, v.values[aim.name]) for aim in aims),
                *(in_words(cost, found[cost]) for cost in costs),
            )
            for v, found in self.ranked
        ]
        what = "the best" + (f" {len(rows)}" if len(rows) > 1 else "")
        if several:
            what = (
                f"{len(rows)} of {len(self.front)} on the front"
                if len(self.front) > BEST
                else f"{what}, {len(self.front)} on the front"
            )
        title = f"{self.request.net.name}: {what}"
        return Sheet(title, tuple(head), tuple(rows), frozenset(name for name in head if name not in (*knobs, "front")))

    def _importance(self) -> Sheet:
        """The share of every knob, those first that matter most for the first objective."""
        first = next(iter(self.importance.values()))
        knobs = sorted({knob for shares in self.importance.values() for knob in shares}, key=lambda k: -first.get(k, 0))
        rows = tuple((knob, *(f"{shares.get(knob, 0):.0%}" for shares in self.importance.values())) for knob in knobs)
        return Sheet("How much each knob matters, as a share", ("knob", *self.importance), rows, frozenset(self.importance))

    def _bests(self) -> list[str]:
        """How far the search came in each objective, and when."""
        return [
            f"best {name} {_number(name, variant.values[name])} in trial {variant.trial}, of {self._last():,} proposals"
            for name, variant in self.best.items()
        ]

    def _last(self) -> int:
        return self.trials + self.halved + self.failed + self.reused + self.rejected

    def _rejected(self) -> str:
        return ", ".join(f"{count:,} {kind}" for kind, count in self.reasons.items())

    def _nothing(self) -> list[str]:
        """Why no variant was measured."""
        which = f"none of the {self.points:,} variants" if self.points == self.request.space.size else "no variant"
        lines = [f"{which} is let through: {self.rejected:,} proposals rejected ({self._rejected()})"]
        lines += [f"nearest: {self.nearest}"] if self.nearest else []
        return [*lines, *(axis.said for axis in self.request.space.axes if axis.said)]


def result(trials: Trials, request: Request, seconds: float, study: str = "", storage: str = "") -> Found:
    """What a study has found so far."""
    trials.update()
    aims = request.aims
    variants = [_variant(trial, aims) for trial in trials.measured.values()]
    signs = [1 if aim.direction == "minimize" else -1 for aim in aims]
    scores = {v.trial: [s * v.values[aim.name] for s, aim in zip(signs, aims, strict=True)] for v in variants}
    in_order = sorted(variants, key=lambda v: (scores[v.trial], v.trial))
    front = [v for v in in_order if not any(_dominates(scores[o.trial], scores[v.trial]) for o in variants)]
    on_front = {v.trial for v in front}
    best = {aim.name: min(variants, key=lambda v: (scores[v.trial][n], v.trial)) for n, aim in enumerate(aims) if variants}
    failures = [trial.user_attrs.get(FAILED, "") for trial in trials.failed.values()]
    first = _spread(front) + [v for v in in_order if v.trial not in on_front]
    return Found(
        request=request,
        trials=len(variants),
        failed=len(failures),
        rejected=trials.rejected.total(),
        reused=len(trials.reused),
        halved=len(trials.halved),
        points=len(trials.points),
        seconds=seconds,
        front=front,
        best=best,
        ranked=[(variant, _costs(request, variant)) for variant in first[:BEST]],
        importance=importance(trials.study, [aim.name for aim in aims]) if variants else {},
        reasons=dict(trials.rejected.most_common()),
        nearest=_nearest(trials.nearest) if trials.nearest is not None else "",
        failure=failures[0] if failures else "",
        study=study,
        storage=storage,
    )


def _spread(front: list[Variant]) -> list[Variant]:
    """As many of a front as are shown, from one end of it to the other."""
    if len(front) <= BEST:
        return front
    return [front[place * (len(front) - 1) // (BEST - 1)] for place in range(BEST)]


def _costs(request: Request, variant: Variant) -> dict[str, Value]:
    """The costs of a variant that are shown, those that are objectives left out."""
    aims = {aim.name for aim in request.aims}
    net = request.net.set(**parse_settings([f"{name}={value}" for name, value in variant.settings.items()]))
    names = dict.fromkeys([*ALWAYS, *(budget.cost for budget in request.budgets)])
    return {name: total(net, name) for name in names if name not in aims}


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


def _head(aim: Aim) -> str:
    """An objective with its unit and the way that is better."""
    unit = f" ({aim.objective.unit})" if aim.objective.unit else ""
    return f"{aim.name}{unit} {'↓' if aim.direction == 'minimize' else '↑'}"


def _number(aim: str, value: float) -> str:
    if aim.startswith(LATENCY):
        return duration(value)
    return f"{int(value):,}" if value.is_integer() and abs(value) < 2**53 else f"{value:,.4f}"
