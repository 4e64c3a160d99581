"""How values are shown: in messages, as a spec writes them, in tables, in JSON."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from archdsl.exact import symbols
from archdsl.exact.grid import Grid
from archdsl.exact.shown import describe, jsonable, shown, with_kind, written
from archdsl.exact.truth import Choices, Truth
from archdsl.spec.values import Closure

THIRD = Fraction(1, 3)


@pytest.mark.parametrize(
    ("value", "described", "kind"),
    [
        (None, "~ (not given)", "~ (not given)"),
        (True, "true", "true"),
        (1234567, "1234567", "the number 1234567"),
        (Fraction(1, 2), "1/2 (0.5)", "the number 1/2"),
        ("relu", "'relu'", "the word 'relu'"),
        ([1, "a", [None]], "the list [1, 'a', the list [~ (not given)]]", "a list"),
        (list(range(9)), "the list [0, 1, 2, 3, 4, 5, 6, 7, …]", "a list"),
        (Closure((), {}), "a list of steps", "a block"),
        (symbols("C")[0] / 2, "C/2", "the number C/2"),
        (Grid.of([1, 4]), "1 to 4", "an array"),
        (Truth(np.array([True, False])), "Truth([True, False])", "an array"),
        (Choices.of(["a"], (len(["a"]),)), "Choices(['a'])", "an array"),
    ],
)
def test_in_messages(value: Any, described: str, kind: str) -> None:
    assert describe(value) == described
    assert with_kind(value) == kind


def test_long_values_are_cut() -> None:
    assert len(describe("x" * 500)) < 90
    assert len(describe(10**200)) < 90


@pytest.mark.parametrize(
    ("value", "text", "in_a_table"),
    [
        (None, "~", "~"),
        (False, "false", "false"),
        (1234567, "1234567", "1,234,567"),
        (Fraction(19, 20), "0.95", "0.95"),
        (Fraction(1, 100_000), "1e-5", "1e-5"),
        (THIRD, "1/3", "1/3"),
        (Fraction(10**7, 10**7 + 1), "10000000/10000001", "1"),
        (0.1, "0.1", "0.1"),
        (1e-5, "1e-5", "1e-5"),
        ("block", "block", "block"),
        ((3, [Fraction(1, 2), 5000]), "[3, [0.5, 5000]]", "[3, [0.5, 5,000]]"),
    ],
)
def test_as_written_and_in_tables(value: Any, text: str, in_a_table: str) -> None:
    assert written(value) == text
    assert shown(value) == in_a_table


def test_in_json() -> None:
    values = [1, Fraction(1, 4), (2, THIRD), Grid.of([1, 2]), np.int64(3), np.array([0.5]), "a", None, True]
    assert json.loads(json.dumps(jsonable(values))) == [1, 0.25, [2, float(THIRD)], [1, 2], 3, [0.5], "a", None, True]
