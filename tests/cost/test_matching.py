"""Sequences aligned, against trying everything."""

from __future__ import annotations

import itertools
import random
from functools import cache

import pytest

from archdsl.cost.comparing import matching
from archdsl.cost.comparing.matching import matched


def score(a: str, b: str) -> int:
    """Letters near in the alphabet are alike; the same letter in the other case nearly equal."""
    if a == b:
        return 200
    if a.lower() == b.lower():
        return 190
    return max(60 - 25 * abs(ord(a.lower()) - ord(b.lower())), 0)


def best(first: str, second: str) -> int:
    """The most that any alignment scores, by its recurrence from the end."""

    @cache
    def of(a: int, b: int) -> int:
        if a == len(first) or b == len(second):
            return 0
        return max(of(a + 1, b), of(a, b + 1), score(first[a], second[b]) + of(a + 1, b + 1))

    return of(0, 0)


def worth(first: str, second: str, places: list[tuple[int, int]]) -> int:
    return sum(score(first[a], second[b]) for a, b in places)


def every_pairing(first: str, second: str) -> int:
    """The most, by trying all ways to choose as many members of both."""
    return max(
        worth(first, second, list(zip(some, others, strict=True)))
        for count in range(min(len(first), len(second)) + 1)
        for some in itertools.combinations(range(len(first)), count)
        for others in itertools.combinations(range(len(second)), count)
    )


def drawn(chance: random.Random, longest: int) -> str:
    return "".join(chance.choice("abcdeABC") for _ in range(chance.randrange(longest + 1)))


def test_it_is_the_best_of_all() -> None:
    chance = random.Random(1)
    for _ in range(300):
        first, second = drawn(chance, 5), drawn(chance, 5)
        assert worth(first, second, matched(first, second, score)) == every_pairing(first, second) == best(first, second)


def test_pairs_are_in_order_and_may_be_counterparts_and_the_way_back_is_the_same() -> None:
    chance = random.Random(2)
    for _ in range(500):
        first, second = drawn(chance, 12), drawn(chance, 12)
        places = matched(first, second, score)
        assert worth(first, second, places) == best(first, second)
        assert all(a < c and b < d for (a, b), (c, d) in itertools.pairwise(places))
        assert all(score(first[a], second[b]) for a, b in places)
        assert matched(second, first, score) == [(b, a) for a, b in places]


def test_an_inserted_member_leaves_all_others_with_themselves() -> None:
    chance = random.Random(3)
    for _ in range(200):
        first = drawn(chance, 12)
        place = chance.randrange(len(first) + 1)
        second = f"{first[:place]}x{first[place:]}"
        assert matched(first, second, score) == [(n, n + (n >= place)) for n in range(len(first))]


def test_of_repeats_the_first_ones_are_counterparts() -> None:
    assert matched("aaz", "aaaaz", score) == [(0, 0), (1, 1), (2, 4)]


@pytest.mark.parametrize("limit", ["CELLS", "SCORES"])
def test_what_is_too_large_is_cut_and_still_nearly_the_best(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, limit, 12)
    chance = random.Random(4)
    total = most = 0
    for _ in range(200):
        first, second = drawn(chance, 15), drawn(chance, 15)
        places = matched(first, second, score)
        assert all(a < c and b < d for (a, b), (c, d) in itertools.pairwise(places))
        assert matched(second, first, score) == [(b, a) for a, b in places]
        total += worth(first, second, places)
        most += best(first, second)
    assert 0.7 * most < total <= most


def test_ten_thousand_members_are_cut_where_they_are_unique(monkeypatch: pytest.MonkeyPatch) -> None:
    first = [f"{n}" for n in range(10_000)]
    second = [name for n, name in enumerate(first) if n % 100] + ["new"]
    places = matched(first, second, lambda a, b: 200 * (a == b))
    assert [(first[a], second[b]) for a, b in places] == [(name, name) for name in second[:-1]]
