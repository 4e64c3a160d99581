"""Sweeps over many processes: the grid in pieces, each reduced where it is worked out, the results put together in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from archdsl.explore.box import Box, boxes
from archdsl.explore.keepers import Keeper, Outcome
from archdsl.explore.workers import Workers, results

if TYPE_CHECKING:
    from archdsl.explore.sweep import Progress, Sweep

PIECES = 64
"""Pieces that a grid is cut into, so that every worker stays busy to the end."""

LEAST = 1 << 20
"""Variants below which a piece is not worth a journey."""


class Piece(NamedTuple):
    """What one worker is given: a part of the grid, and keepers that have not kept anything."""

    sweep: Sweep
    keepers: list[Keeper]
    box: Box


def work(piece: Piece) -> tuple[Outcome, list[Keeper]]:
    """Let one piece of a grid stream by its keepers."""
    outcome = piece.sweep.stream([piece.box], piece.keepers)
    for keeper in piece.keepers:
        keeper.sweep = None  # it need not travel back
    return outcome, piece.keepers


def spread(sweep: Sweep, keepers: Sequence[Keeper], workers: Workers, progress: Progress | None) -> Outcome:
    """Let every variant stream by keepers on workers whose function is `work`.

    Results are put together in the order of the grid, so that they do not depend on who was quickest.
    """
    whole = Outcome()
    waiting: dict[int, tuple[Outcome, list[Keeper]]] = {}
    following = 0
    items = (Piece(sweep, [keeper.fresh() for keeper in keepers], box) for box in pieces(sweep))
    for number, found in results(workers, items):
        waiting[number] = found
        while following in waiting:
            outcome, kept = waiting.pop(following)
            following += 1
            whole.merge(outcome)
            for keeper, other in zip(keepers, kept, strict=True):
                keeper.merge(other)
            if progress is not None:
                progress(outcome.variants)
    return whole


def pieces(sweep: Sweep) -> Iterator[Box]:
    """The grid in boxes of about equal size, in the order of the grid."""
    most = max(LEAST, len(sweep) // PIECES)

    def cut(box: Box) -> Iterator[Box]:
        if box.size <= most:
            yield box
        else:
            for half in box.halves():
                yield from cut(half)

    for box in boxes(sweep.axes):
        yield from cut(box)


def workers_for(jobs: int | None, cluster: str | None) -> Any:
    """A context that gives workers: on a Ray cluster, or processes of this machine.

    Raises:
        BackendError, InputError: the cluster cannot be used.
    """
    if cluster is not None:
        from archdsl.explore.cluster import connected

        return connected(work, cluster)
    from contextlib import closing

    from archdsl.explore.processes import Processes

    return closing(Processes(work, jobs or 1))
