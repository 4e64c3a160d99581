"""How near predicted times are to measured ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from archdsl.measure.calibrate.fit import Array


@dataclass(frozen=True)
class Quality:
    """How near predictions are to what was measured.

    Attributes:
        error: median of |predicted - measured| / measured.
        worst: nine in ten are nearer than this.
        rank: Spearman's rank correlation.
    """

    networks: int
    error: float
    worst: float
    rank: float

    def as_dict(self) -> dict[str, float]:
        return {"networks": self.networks, "median_error": self.error, "nine_in_ten": self.worst, "rank_correlation": self.rank}

    def __str__(self) -> str:
        return (
            f"{self.networks} networks, median error {self.error:.1%}, nine in ten within {self.worst:.1%}, "
            f"rank correlation {self.rank:.3f}"
        )


def quality(predictions: Sequence[float], times: Sequence[float]) -> Quality:
    """How near predictions are."""
    found, wanted = np.array(predictions), np.array(times)
    off = np.abs(found / wanted - 1)
    rank = np.corrcoef(_ranks(found), _ranks(wanted))[0, 1] if len(found) > 1 else 1.0
    return Quality(len(found), float(np.median(off)), float(np.quantile(off, 0.9)), float(rank))


def _ranks(values: Array) -> Array:
    """Ranks, equal values sharing the mean of theirs."""
    ordered, place = np.unique(values, return_inverse=True)
    below = np.searchsorted(np.sort(values), ordered, side="left")
    until = np.searchsorted(np.sort(values), ordered, side="right")
    ranks: Array = ((below + until - 1) / 2)[place]
    return ranks
