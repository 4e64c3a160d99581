"""What is kept of many lines of numbers, against the definition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from archdsl.explore.keep.front import First, Front, optimal


def beaten(lines: np.ndarray) -> list[tuple[int, ...]]:
    """The Pareto front by its definition, equal lines once."""
    kept = [a for a in lines if not any((b <= a).all() and (b < a).any() for b in lines)]
    return sorted({tuple(map(int, line)) for line in kept})


def lines_of(seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    scales = random.choice([2, 30, 10**6, 10**15], size=random.integers(1, 5))
    return np.stack(_columns(random, scales), axis=1)


def _columns(random: Any, scales: Any) -> list[np.ndarray]:
    count = int(random.integers(1, 300))
    return [random.integers(-scale, scale, size=count) for scale in scales]


@pytest.mark.parametrize("seed", range(60))
def test_a_front_is_what_its_definition_says(seed: int) -> None:
    lines = lines_of(seed)
    random = np.random.default_rng(seed + 1000)
    front, start = Front(lines.shape[1]), 0
    while start < len(lines):
        block = lines[start : start + int(random.integers(1, 90))]
        front.add([block[:, c] for c in range(block.shape[1])], lambda kept, block=block: [tuple(block[k]) for k in kept])
        start += len(block)
    assert sorted(tuple(map(int, note)) for note in front.notes) == beaten(lines)
    assert [tuple(value) for value in front.values.tolist()] == [tuple(map(int, note)) for note in front.notes]


def test_fronts_are_put_together() -> None:
    lines = _columns(np.random.default_rng(5), [40, 40, 40])
    whole, parts = Front(3), [Front(3), Front(3)]
    whole.add(lines, list)
    for place, part in enumerate(parts):
        part.add([column[place::2] for column in lines], list)
    parts[0].merge(parts[1])
    assert sorted(map(tuple, parts[0].values.tolist())) == sorted(map(tuple, whole.values.tolist()))


def test_lines_that_do_not_count_beat_nothing() -> None:
    front = Front(2)
    front.add([np.array([0, 5, 6]), np.array([0, 6, 5])], list, np.array([1, 2]))
    assert front.notes == [1, 2]


def test_numbers_past_int64() -> None:
    big = 2**70
    front = Front(2)
    front.add([np.array([big, big + 1], dtype=object), np.array([5, 4], dtype=object)], list)
    front.add([np.array([big - 1], dtype=object), np.array([6], dtype=object)], lambda kept: ["first"])
    front.add([np.array([big + 2], dtype=object), np.array([9], dtype=object)], lambda kept: ["beaten"])
    assert front.notes == ["first", 0, 1]


def test_of_equal_lines_the_first_is_kept() -> None:
    assert optimal(np.array([[2, 2], [1, 1], [1, 1]])).tolist() == [1]
    front = Front(2)
    for name in ("early", "late"):
        front.add([np.array([1]), np.array([1])], lambda kept, name=name: [name])
    assert front.notes == ["early"]


@pytest.mark.parametrize("count", [1, 3, 10, 500])
def test_the_first_few(count: int) -> None:
    random = np.random.default_rng(count)
    values = random.integers(0, 40, size=400)
    first = First(count)
    for start in range(0, 400, 37):
        block = values[start : start + 37]
        first.add(block, lambda kept, start=start: (kept + start).tolist())
    order = np.argsort(values, kind="stable")[:count]
    assert first.notes == order.tolist()
    assert first.values.tolist() == values[order].tolist()
