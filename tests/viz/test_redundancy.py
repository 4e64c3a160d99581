"""Redundancy of feature maps, against plain loops and against cases that are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from archdsl.viz.redundancy import effective_rank, redundancy


def naive(maps: np.ndarray) -> list[float]:
    """Cosines of every pair, value by value."""
    rows = [list(map(float, row.ravel())) for row in maps]

    def dot(a: list[float], b: list[float]) -> float:
        return math.fsum(x * y for x, y in zip(a, b, strict=True))

    pairs = [(a, b) for n, a in enumerate(rows) for b in rows[n + 1 :]]
    return [dot(a, b) / math.sqrt(dot(a, a) * dot(b, b)) for a, b in pairs]


@pytest.fixture(scope="module")
def maps() -> np.ndarray:
    """Smooth maps of which some are nearly multiples of others."""
    generator = np.random.default_rng(0)
    base = generator.normal(size=(4, 9, 7)).cumsum(1).cumsum(2)
    mixed = np.concatenate([base, 2 * base[:2] + 0.05 * generator.normal(size=(2, 9, 7)), base[:1] + base[1:2]])
    return mixed.astype(np.float32)


def test_similarities_against_plain_loops(maps: np.ndarray) -> None:
    cosines, found = naive(maps), redundancy(maps, 0.9)
    assert found.pairs == len(cosines) == 21
    assert found.mean == pytest.approx(sum(cosines) / 21, abs=1e-12)
    assert found.median == pytest.approx(sorted(cosines)[10], abs=1e-12)
    assert found.above == sum(value > 0.9 for value in cosines) >= 2
    assert found.share == found.above / 21


def test_correlation_against_numpy(maps: np.ndarray) -> None:
    table = np.corrcoef(maps.reshape(len(maps), -1).astype(np.float64))
    assert redundancy(maps, 0.8).correlated == int((table[np.triu_indices(len(maps), 1)] > 0.8).sum())


def test_a_shared_offset_is_similar_and_not_correlated() -> None:
    found = redundancy(100 + np.random.default_rng(1).normal(size=(6, 20, 20)), 0.9)
    assert (found.above, found.correlated) == (15, 0)


def test_effective_rank_against_eigenvalues(maps: np.ndarray) -> None:
    rows = maps.reshape(len(maps), -1).astype(np.float64)
    singular = [math.sqrt(max(0.0, value)) for value in np.linalg.eigvalsh(rows @ rows.T)]
    shares = [value / sum(singular) for value in singular if value > 0]
    assert redundancy(maps).rank == pytest.approx(math.prod(p**-p for p in shares), rel=1e-6)


def test_known_ranks() -> None:
    assert effective_rank(np.eye(5, 12)) == pytest.approx(5)
    assert effective_rank(np.outer([1, -2, 3], np.arange(1, 9))) == pytest.approx(1)
    assert effective_rank(np.diag([3.0, 1.0])) == pytest.approx((4 / 3) ** 0.75 * 4**0.25)
    assert effective_rank(np.zeros((3, 4))) == 0


def test_constant_maps_are_in_no_pair(maps: np.ndarray) -> None:
    dead = np.concatenate([np.zeros_like(maps[:2]), maps, np.full_like(maps[:1], 3)])
    found, alone = redundancy(dead), redundancy(maps)
    assert (found.maps, found.constant, found.pairs) == (10, 3, 21)
    assert found.mean == alone.mean
    assert [(a, b) for a, b, _ in found.nearest] == [(a + 2, b + 2) for a, b, _ in alone.nearest]


def test_nothing_to_compare() -> None:
    for maps in (np.zeros((4, 3, 3)), np.arange(9.0).reshape(1, 3, 3)):
        found = redundancy(maps)
        assert (found.pairs, found.mean, found.share, found.nearest) == (0, None, 0.0, ())


def test_nearest_pairs_share_no_map(maps: np.ndarray) -> None:
    nearest = redundancy(maps).nearest
    assert {tuple(pair[:2]) for pair in nearest[:2]} == {(0, 4), (1, 5)}
    numbers = [number for pair in nearest for number in pair[:2]]
    assert len(set(numbers)) == len(numbers)
    assert [value for *_, value in nearest] == sorted((value for *_, value in nearest), reverse=True)
