"""A search from beginning to end: what is asked, who measures, and what was found."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archdsl.artifacts import scratch
from archdsl.cost.comparing.totals import cost_names
from archdsl.design import Design
from archdsl.errors import BackendError, InputError, unknown
from archdsl.explore.criteria.budget import parse_budgets
from archdsl.explore.grid.axis import Axis
from archdsl.explore.search.measure import measure
from archdsl.explore.search.objectives import LATER, Aim, objectives
from archdsl.explore.search.result import Found, result
from archdsl.explore.search.run import Search, Watch
from archdsl.explore.search.space import Space
from archdsl.explore.search.storage import kept, memory, need_optuna, open_storage, shown
from archdsl.explore.search.study import SAMPLERS, Request
from archdsl.spec.row_groups import split_setting

if TYPE_CHECKING:
    from archdsl.explore.work.workers import Workers


@dataclass(frozen=True)
class Length:
    """How long a search is, and how it proposes.

    Attributes:
        trials: networks to measure in all, earlier runs too.
        seed: of proposals, weights and data.
        sampler: tpe, nsga2, random, or auto.
        seconds: after which nothing more is proposed; what is being measured is finished. None for no end.
    """

    trials: int = 100
    seed: int = 0
    sampler: str = "auto"
    seconds: float | None = None


@dataclass(frozen=True)
class Labour:
    """Where networks are measured.

    Attributes:
        jobs: networks at once; one for each processor where None.
        cluster: address of a Ray cluster; this machine where None.
        resources: what one trial takes of the cluster, as `cpu=2`.
        retries: times that a trial runs again after its worker was lost.
    """

    jobs: int | None = None
    cluster: str | None = None
    resources: tuple[str, ...] = ()
    retries: int | None = None


def request(
    net: Design, axes: Sequence[Axis], aims: Sequence[Aim], most: Iterable[str], least: Iterable[str], length: Length
) -> Request:
    """What a search is asked to do.

    Args:
        most, least: budgets, as `macs=118M`.

    Raises:
        InputError: an axis that is set, an unknown sampler, or a budget on what has to be measured.
        BackendError: Optuna is not installed.
    """
    bounds = list(most), list(least)
    measured = {*LATER, *(name for name in objectives() if name not in cost_names())}
    for text in (*bounds[0], *bounds[1]):
        if (cost := split_setting(text)[0]) in measured:
            raise InputError(f"{cost} is known only when it has been measured; budgets bound costs: {', '.join(cost_names())}")
    budgets = parse_budgets(*bounds, cost_names())
    if length.sampler not in SAMPLERS:
        raise InputError("; ".join(filter(None, unknown("sampler", length.sampler, SAMPLERS))))
    for axis in axes:
        if clash := set(axis.names) & set(net.settings):
            raise InputError(f"{clash.pop()} is an axis and set; leave one of the two out")
    need_optuna()
    return Request(net, Space(axes), tuple(aims), tuple(budgets), length.trials, length.seed, length.sampler, length.seconds)


def search(
    asked: Request,
    study: str,
    storage: str = "",
    labour: Labour | None = None,
    watch: AbstractContextManager[Watch | None] | None = None,
) -> Found:
    """Search until the trials are used up, no variant is left, or none is let through. With a storage it can go on later.

    Args:
        study: its name.
        storage: a journal file or the URL of a database; empty for none.
        watch: gives what is told of the trials while they go on.

    Raises:
        BackendError: no trial could be measured.
        InputError: the storage cannot be used, or the study is of another search.
    """
    began = time.monotonic()
    with kept(storage), scratch() as place, _workers(asked, labour or Labour()) as workers:
        run = Search(open_storage(storage) if storage else memory(), study, asked, workers, place)
        with watch or nullcontext() as told:
            run.run(told)
        found = result(run.trials, asked, time.monotonic() - began, study, shown(storage))
    if not found.trials and found.failed:
        raise BackendError(f"no trial could be measured; the first: {found.failure}")
    return found


@contextmanager
def _workers(asked: Request, labour: Labour) -> Iterator[Workers | None]:
    """What measures: nothing, where every objective is an exact cost; a cluster; or processes of this machine."""
    if all(aim.free for aim in asked.aims):
        yield None
        return
    if labour.cluster:
        from archdsl.explore.work import cluster

        resources = cluster.parse_resources(labour.resources) if labour.resources else None
        retries = cluster.RETRIES if labour.retries is None else labour.retries
        with cluster.connected(measure, labour.cluster, resources, retries, labour.jobs) as workers:
            yield workers
        return
    from archdsl.explore.work import processes

    retries = processes.RETRIES if labour.retries is None else labour.retries
    local = processes.Processes(measure, labour.jobs or os.cpu_count() or 1, retries)
    try:
        yield local
    finally:
        local.close()
