"""Numbers of which a part is known: their arithmetic, and what is settled by it."""

from __future__ import annotations

import pickle
from fractions import Fraction

import numpy as np

from archdsl.exact.partly import LEAST, MOST, NEITHER, Partly, at_least, settled


def test_arithmetic_of_what_is_known_in_part() -> None:
    some = Partly(10)
    for found, known, side in (
        (some + 1, 11, LEAST),
        (1 + some, 11, LEAST),
        (some * 3, 30, LEAST),
        (some - 4, 6, LEAST),
        (4 - some, -6, MOST),
        (-some, -10, MOST),
        (some - Partly(3), 7, NEITHER),
        (some / 4, Fraction(5, 2), LEAST),
        (some // 4, 2, LEAST),
        (sum([1, some, 2]), 13, LEAST),
    ):
        assert isinstance(found, Partly)
        assert (found.known, found.side) == (known, side)
    assert isinstance(1 / some, Partly)
    assert pickle.loads(pickle.dumps(-some)).side == MOST
    assert [f"{value:,}" for value in (Partly(1820), -Partly(5), Partly(3) - Partly(1), Partly())] == [
        "≥ 1,820",
        "≤ -5",
        "2 and ?",
        "?",
    ]
    assert f"{Partly(1) / 2:.2f}" == "≥ 0.50"
    assert f"{some:.1%}" == "?"
    assert [value.known for value in at_least(np.array([1, 2])).tolist()] == [1, 2]


def test_what_is_settled() -> None:
    assert settled(">", Partly(10), 5) is True
    assert settled(">", Partly(10), 10) is None
    assert settled(">=", Partly(10), 10) is True
    assert settled("<", Partly(10), 10) is False
    assert settled("<=", Partly(10), 11) is None
    assert settled("<", -Partly(10), 0) is True
    assert settled(">", Partly(1) - Partly(1), 0) is None
    assert settled(">", 3, 2) is True
    assert settled("<=", 3, 2) is False
