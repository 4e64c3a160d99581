"""How redundant feature maps are: how alike in pairs, and how many directions they span together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

THRESHOLD = 0.9


@dataclass(frozen=True)
class Redundancy:
    """What was measured of the maps of one layer.

    Attributes:
        maps: how many there are.
        constant: how many have the same value everywhere, as a dead ReLU gives. They are similar to nothing and in no pair.
        pairs: how many pairs the others form.
        mean, median: cosine similarity of the pairs, from -1 to 1; None without a pair.
        above: how many pairs have a similarity above the threshold.
        correlated: how many have a correlation above it, which is the similarity after each map's mean is taken off: maps after a
            ReLU are nowhere negative, which alone makes them similar.
        rank: the effective rank of the matrix with a row for each map, from 1 to the number of maps.
        nearest: the most similar pairs that share no map, most similar first: two numbers of maps, and their similarity.
    """

    maps: int
    constant: int
    pairs: int
    threshold: float
    mean: float | None
    median: float | None
    above: int
    correlated: int
    rank: float
    nearest: tuple[tuple[int, int, float], ...]

    @property
    def share(self) -> float:
        """The share of pairs above the threshold."""
        return self.above / self.pairs if self.pairs else 0.0

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "maps": self.maps,
            "constant_maps": self.constant,
            "pairs": self.pairs,
            "threshold": self.threshold,
            "mean_similarity": self.mean,
            "median_similarity": self.median,
            "pairs_above": self.above,
            "share_above": self.share,
            "correlated_pairs_above": self.correlated,
            "correlated_share_above": self.correlated / self.pairs if self.pairs else 0.0,
            "effective_rank": self.rank,
            "nearest_pairs": [{"maps": [a, b], "similarity": value} for a, b, value in self.nearest],
        }


def redundancy(maps: NDArray[Any], threshold: float = THRESHOLD, nearest: int = 3) -> Redundancy:
    """Measure the maps (C, H, W) of one layer.

    Similarity is the cosine of the angle between two maps as vectors of H·W values. The effective rank is exp(H(p)), H the entropy
    of the singular values σ of the C × H·W matrix as shares of their sum, p = σ / Σσ (Roy & Vetterli 2007, "The effective rank: a
    measure of effective dimensionality", definition 1): 1 where all maps are multiples of one, C where they are orthogonal and
    equally strong.
    """
    rows = maps.reshape(len(maps), -1).astype(np.float64)
    kept = np.flatnonzero(np.ptp(rows, axis=1) > 0)
    similar, correlated = _cosines(rows[kept]), _cosines(rows[kept] - rows[kept].mean(axis=1, keepdims=True))
    first, second = np.triu_indices(len(kept), 1)
    values = similar[first, second]
    found = len(values) > 0
    return Redundancy(
        maps=len(maps),
        constant=len(maps) - len(kept),
        pairs=len(values),
        threshold=threshold,
        mean=float(values.mean()) if found else None,
        median=float(np.median(values)) if found else None,
        above=int((values > threshold).sum()),
        correlated=int((correlated[first, second] > threshold).sum()),
        rank=effective_rank(rows),
        nearest=tuple(_nearest(values, kept[first], kept[second], nearest)),
    )


def effective_rank(matrix: NDArray[Any]) -> float:
    """exp of the entropy of the singular values as shares of their sum (Roy & Vetterli 2007, definition 1); 0 for a matrix of zeros."""
    singular = np.linalg.svd(matrix, compute_uv=False)
    total = singular.sum()
    if total == 0:
        return 0.0
    shares = singular[singular > 0] / total
    return float(np.exp(-(shares * np.log(shares)).sum()))


def _cosines(rows: NDArray[Any]) -> NDArray[Any]:
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True) if len(rows) else rows
    found: NDArray[Any] = np.clip(units @ units.T, -1, 1)
    return found


def _nearest(values: NDArray[Any], first: NDArray[Any], second: NDArray[Any], most: int) -> list[tuple[int, int, float]]:
    """The most similar pairs, each map in one of them at most."""
    pairs: list[tuple[int, int, float]] = []
    taken: set[int] = set()
    for index in np.argsort(-values, kind="stable"):
        a, b = int(first[index]), int(second[index])
        if not taken & {a, b}:
            pairs.append((a, b, float(values[index])))
            taken |= {a, b}
        if len(pairs) == most:
            break
    return pairs
