"""Sweeps spread over many processes: the grid in pieces, each reduced where it is counted, the results merged in order."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from archdsl.explore.grid.box import Box, boxes
from archdsl.explore.keep.keepers import Mergeable
from archdsl.explore.outcome import Outcome
from archdsl.explore.sweep import Progress, Sweep
from archdsl.explore.work.workers import Workers, results

PIECES = 64
"""Pieces that a grid is cut into, enough to keep every worker busy to the end."""

LEAST = 1 << 20
"""Variants below which a piece is not worth sending to another process."""


class Piece(NamedTuple):
    """What one worker is given: a part of the grid, and keepers that have not kept anything yet."""

    sweep: Sweep
    keepers: list[Mergeable]
    box: Box


def work(piece: Piece) -> tuple[Outcome, list[Mergeable]]:
    """Let one piece of a grid stream by its keepers. Runs inside a worker."""
    return piece.sweep.stream([piece.box], piece.keepers), piece.keepers


def spread(
    sweep: Sweep,
    keepers: Sequence[Mergeable],
    workers: Workers,
    progress: Progress | None = None,
    outcome: Outcome | None = None,
) -> Outcome:
    """Let every variant of a sweep stream by the keepers once, on workers whose function is `work`.

    Results are merged in the order of the grid, so that they do not depend on which worker was quickest.
    """
    begin = time.perf_counter()
    whole = outcome or Outcome()
    waiting: dict[int, tuple[Outcome, list[Mergeable]]] = {}
    following = 0
    items = (Piece(sweep, [keeper.fresh() for keeper in keepers], box) for box in pieces(sweep))
    for number, found in results(workers, items):
        waiting[number] = found
        while following in waiting:
            part, kept = waiting.pop(following)
            following += 1
            whole.merge(part)
            for keeper, other in zip(keepers, kept, strict=True):
                keeper.merge(other)
            if progress is not None:
                progress(part.variants)
    whole.seconds = time.perf_counter() - begin
    return whole


def pieces(sweep: Sweep) -> Iterator[Box]:
    """The grid in boxes of about equal size."""
    most = max(LEAST, sweep.size // PIECES)
    for whole in boxes(sweep.axes):
        waiting = [whole]
        while waiting:
            box = waiting.pop()
            if box.size <= most:
                yield box
            else:
                waiting.extend(reversed(box.halves()))


def workers_for(jobs: int | None, cluster: str | None) -> Any:
    """A context that gives workers for `spread`: on a Ray cluster, or processes of this machine.

    Raises:
        BackendError, InputError: the cluster cannot be used.
    """
    if cluster is not None:
        from archdsl.explore.work.cluster import connected

        return connected(work, cluster)
    from contextlib import closing

    from archdsl.explore.work.processes import Processes

    return closing(Processes(work, jobs or 1))
