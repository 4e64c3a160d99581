"""Several runs side by side: how right each network is on average over its seeds, beside what it costs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, stdev
from typing import Any

from archdsl.cost.tables.result import WIDTH, Result
from archdsl.cost.tables.sheet import Sheet
from archdsl.cost.words import duration
from archdsl.errors import InputError, clip, unknown
from archdsl.exact.shown import written
from archdsl.train.record import Evaluation, Record
from archdsl.train.report.words import times

ABOUT = ("name", "source", "readings")
"""Fields of a recipe that change nothing about training."""


@dataclass(frozen=True)
class Trained:
    """A network with one recipe, over its seeds.

    Attributes:
        label: its name, different for each; with the settings that tell it from others of the same name.
        spec: as it was asked for.
        seeds: of the runs, in their order; None where a run has none.
        top1, top5: shares from 0 to 1 of each run, in the same order.
        params: learned values.
        macs: multiply-accumulates of one image.
        latency: seconds; None where not given.
    """

    label: str
    spec: str
    seeds: tuple[int | None, ...]
    top1: tuple[float, ...]
    top5: tuple[float, ...]
    params: int
    macs: int
    latency: float | None

    @property
    def mean(self) -> float:
        """Of top-1."""
        return mean(self.top1)

    @property
    def deviation(self) -> float | None:
        """Standard deviation of top-1 over the seeds, with one degree of freedom taken off; None of a single run."""
        return stdev(self.top1) if len(self.top1) > 1 else None

    def as_dict(self) -> dict[str, Any]:
        top1 = {"mean": self.mean, "deviation": self.deviation, "runs": list(self.top1)}
        top5 = {"mean": mean(self.top5), "runs": list(self.top5)}
        costs = {"params": self.params, "macs": self.macs, "latency_seconds": self.latency}
        return {"network": self.label, "spec": self.spec, "seeds": list(self.seeds), "top1": top1, "top5": top5, **costs}


@dataclass(frozen=True, repr=False)
class Comparison(Result):
    """Networks that were trained on the same data.

    Attributes:
        data: the set, as a sentence says it.
        images: of the test split.
        rows: in the order in which the networks came.
        differing: fields in which the recipes of networks differ, each with what it is for whom.
    """

    data: str
    images: int
    rows: tuple[Trained, ...]
    differing: tuple[str, ...] = ()

    def sheets(self, width: int = WIDTH) -> list[Sheet]:
        """One table."""
        timed = any(row.latency is not None for row in self.rows)
        spread = any(row.deviation is not None for row in self.rows)
        head = ("network", "seeds", "top-1 %", *(["deviation"] if spread else []), "top-5 %", "params", "MACs")
        head += ("latency",) if timed else ()
        rows = tuple(_cells(row, spread, timed) for row in self.rows)
        return [Sheet(f"{self.data}: {times(self.images, 'test image')}", head, rows, frozenset(head[1:]))]

    def notes(self) -> list[str]:
        """What the deviation is, and where the recipes differ."""
        spread = any(row.deviation is not None for row in self.rows)
        told = ["deviation: standard deviation of top-1 over the seeds, in percentage points"] if spread else []
        return [*told, *(f"recipes differ: {line}" for line in self.differing)]

    def as_dict(self) -> dict[str, Any]:
        return {
            "data": self.data,
            "test_images": self.images,
            "networks": [row.as_dict() for row in self.rows],
            "recipes_differ": list(self.differing),
        }

    def _records(self) -> list[dict[str, Any]]:
        """A row for each network, its means and deviation as columns of their own."""
        found = []
        for row in self.as_dict()["networks"]:
            top1, top5 = row.pop("top1"), row.pop("top5")
            seeds = {"seeds": len(row.pop("seeds"))}
            found.append({**row, **seeds, "top1": top1["mean"], "top1_deviation": top1["deviation"], "top5": top5["mean"]})
        return found


def compare(records: Sequence[Record], latency: Mapping[str, float] | None = None) -> Comparison:
    """Put runs side by side; those of one network, recipe and settings that differ in the seed alone are one row.

    Args:
        records: of runs that came to their end, all on the same data.
        latency: seconds of a forward pass, by the label of a row.

    Raises:
        InputError: no run, one without a final test, a seed twice, runs on different data, or a latency of a network that is not here.
    """
    if not records:
        raise InputError("there is no run to compare")
    tests = [_final(record) for record in records]
    _same("data", [record.data for record in records], records)
    _same("number of test images", [f"{test.images:,}" for test in tests], records)
    groups: dict[str, list[Record]] = {}
    for record in records:
        groups.setdefault(_identity(record), []).append(record)
    labels = _labels([group[0] for group in groups.values()])
    times_of = dict(latency or {})
    for name in times_of:
        if name not in labels:
            message, hint = unknown("network", name, labels)
            raise InputError(f"latency of an {message}" + (f"; {hint}" if hint else ""))
    rows = tuple(_row(label, group, times_of.get(label)) for label, group in zip(labels, groups.values(), strict=True))
    return Comparison(records[0].data, tests[0].images, rows, _differing(labels, [group[0] for group in groups.values()]))


def _final(record: Record) -> Evaluation:
    if record.final is None:
        done = times(len(record.epochs), "epoch")
        raise InputError(
            f"{record.network}: a run with a final test is wanted, this one stopped after {done}; go on with --resume"
        )
    return record.final


def _same(what: str, values: Sequence[str], records: Sequence[Record]) -> None:
    for value, record in zip(values, records, strict=True):
        if value != values[0]:
            first = f"{records[0].network} has {clip(values[0])}"
            raise InputError(f"runs on the same {what} are wanted; {first}, {record.network} has {clip(value)}")


def _recipe(record: Record) -> dict[str, Any]:
    """What of a recipe counts, the seed apart."""
    return {name: value for name, value in record.recipe.items() if name not in (*ABOUT, "seed")}


def _settings(record: Record) -> dict[str, str]:
    return record.settings


def _identity(record: Record) -> str:
    """What runs of one row have in common, as a text."""
    return json.dumps([record.network, record.spec, record.settings, record.costs, _recipe(record)], sort_keys=True, default=str)


def _labels(records: Sequence[Record]) -> list[str]:
    """A name for each row: that of the network, and what tells it from the others of that name."""
    found = []
    for record in records:
        namesakes = [other for other in records if other.network == record.network]
        told = [
            f"{name}={written(part(record).get(name))}"
            for part in (_settings, _recipe)
            for name in dict.fromkeys(name for other in namesakes for name in part(other))
            if any(part(other).get(name) != part(record).get(name) for other in namesakes)
        ]
        if not told and len(namesakes) > 1:
            told = [record.spec]
        found.append(f"{record.network} ({', '.join(told)})" if told else record.network)
    twice = next((label for label in found if found.count(label) > 1), None)
    if twice is not None:
        raise InputError(f"{twice}: runs of two networks have this name, and nothing that is recorded tells them apart")
    return found


def _row(label: str, group: Sequence[Record], latency: float | None) -> Trained:
    seeds = tuple(record.recipe.get("seed") for record in group)
    twice = next((seed for seed in seeds if seed is not None and seeds.count(seed) > 1), None)
    if twice is not None:
        raise InputError(f"{label}: a run for each seed is wanted, seed {twice} came twice")
    tests = [_final(record) for record in group]
    costs = group[0].costs
    missing = next((name for name in ("params", "macs") if name not in costs), None)
    if missing is not None:
        raise InputError(f"{label}: the record of the run lacks the cost {missing}")
    top1, top5 = tuple(test.top1 for test in tests), tuple(test.top5 for test in tests)
    return Trained(label, group[0].spec, seeds, top1, top5, costs["params"], costs["macs"], latency)


def _differing(labels: Sequence[str], records: Sequence[Record]) -> tuple[str, ...]:
    """Fields of the recipes that are not the same for all, with who has what."""
    recipes = [_recipe(record) for record in records]
    made = []
    for field in dict.fromkeys(name for recipe in recipes for name in recipe):
        whose: dict[str, list[str]] = {}
        for label, recipe in zip(labels, recipes, strict=True):
            whose.setdefault(written(recipe.get(field)), []).append(label)
        if len(whose) > 1:
            made.append(f"{field} " + "; ".join(f"{value} for {', '.join(who)}" for value, who in whose.items()))
    return tuple(made)


def _cells(row: Trained, spread: bool, timed: bool) -> tuple[Any, ...]:
    deviation = "" if row.deviation is None else f"{100 * row.deviation:.2f}"
    latency = "" if row.latency is None else duration(row.latency)
    accuracy = (f"{100 * row.mean:.2f}", *([deviation] if spread else []), f"{100 * mean(row.top5):.2f}")
    return row.label, len(row.seeds), *accuracy, row.params, row.macs, *([latency] if timed else [])
