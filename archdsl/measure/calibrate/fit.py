"""Coefficients that explain measured times: least squares of the relative error, none below zero."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ROUNDS = 6
"""Of reweighting: what lies far off counts less in the next round."""
FAR = 1.5
"""Median deviations from which an error is far off."""


def fit(work: Array, times: Array, ridge: float = 1e-4, start: Array | None = None) -> Array:
    """Coefficients b >= 0 for which work @ b is near the times, measured by (work @ b - time) / time.

    Large errors weigh by their size and not by its square (Huber 1964), so that a network that something disturbed decides nothing.

    Args:
        work: a row for each network, a column for each coefficient.
        times: of the networks, above 0.
        ridge: holds back what the networks do not tell, as a share of the columns' size.
        start: coefficients that are near, from which the same ones are found sooner.
    """
    relative = work / times[:, None]
    size = np.sqrt(np.square(relative).mean(0))
    size[size == 0] = 1.0
    scaled = relative / size
    weights = np.ones(len(times))
    found = np.zeros(work.shape[1]) if start is None else start * size
    for _ in range(ROUNDS):
        rows = scaled * np.sqrt(weights)[:, None]
        found = nonnegative(rows.T @ rows + ridge * len(times) * np.eye(work.shape[1]), rows.T @ np.sqrt(weights), found)
        off = np.abs(scaled @ found - 1)
        far = max(FAR * float(np.median(off)), 1e-6)
        weights = np.minimum(1.0, far / np.maximum(off, 1e-12))
    result: Array = found / size
    return result


def nonnegative(gram: Array, right: Array, start: Array | None = None) -> Array:
    """The x >= 0 that makes x' gram x / 2 - right' x least, for a positive definite gram (Lawson & Hanson 1974, chapter 23).

    Args:
        start: an x >= 0 to begin at; the same x is found from anywhere, sooner where most that is 0 in the one is in the other.
    """
    count = len(right)
    found = np.zeros(count) if start is None else start.copy()
    free = found > 0
    slack = 1e-10 * float(np.abs(right).max(initial=1.0))
    for _ in range(3 * count):
        _settle(gram, right, found, free)
        gradient = right - gram @ found
        gradient[free] = -np.inf
        best = int(np.argmax(gradient))
        if gradient[best] <= slack:
            break
        free[best] = True
    return found


def _settle(gram: Array, right: Array, found: Array, free: NDArray[np.bool_]) -> None:
    """Move x to the least over those that are free, of which those that would go below zero are free no longer."""
    while free.any():
        there = np.zeros(len(found))
        there[free] = np.linalg.solve(gram[np.ix_(free, free)], right[free])
        if (there[free] > 0).all():
            found[:] = there
            return
        below = free & (there <= 0)
        step = float(np.min(found[below] / (found[below] - there[below])))
        found += step * (there - found)
        free &= found > 1e-14
        found[~free] = 0.0
