"""Every predicate over every kind of value."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from archdsl.exact import (
    elements,
    has_axes,
    is_array,
    is_choice_array,
    is_foreign_array,
    is_integer,
    is_number,
    is_number_array,
    is_single_number,
    is_truth,
    is_truth_array,
    knobs_of,
    symbols,
    to_plain,
)
from archdsl.exact.grid import Grid
from archdsl.exact.truth import Choices, Truth

K = frozenset(["k"])
C = symbols("C")[0]
VALUES: dict[str, Any] = {
    "nothing": None,
    "true": True,
    "int": 3,
    "fraction": Fraction(1, 2),
    "float": 0.5,
    "word": "relu",
    "list": [1, 2],
    "symbol": C,
    "half a symbol": C / 2 + Fraction(1, 2),
    "grid of ints": Grid.of([1, 2], "k"),
    "grid of ratios": Grid.of([Fraction(1, 2), 1], "k"),
    "truth": Truth(np.array([True, False]), K),
    "choices": Choices.of(["relu", "gelu"], (len(["relu", "gelu"]),), K),
    "numpy array": np.array([1, 2]),
    "numpy array without axes": np.array(1),
    "numpy int": np.int64(1),
    "numpy float": np.float64(0.5),
}
GRIDS = {"grid of ints", "grid of ratios"}
SYMBOLS = {"symbol", "half a symbol"}
NUMPY = {"numpy array", "numpy array without axes", "numpy int", "numpy float"}


@pytest.mark.parametrize(
    ("predicate", "holds"),
    [
        (is_array, {*GRIDS, "truth", "choices"}),
        (is_number_array, GRIDS),
        (is_truth_array, {"truth"}),
        (is_choice_array, {"choices"}),
        (is_truth, {"true", "truth"}),
        (is_number, {"int", "fraction", *SYMBOLS, *GRIDS}),
        (is_single_number, {"int", "fraction"}),
        (is_integer, {"int", "symbol", "grid of ints"}),
        (is_foreign_array, NUMPY),
        (has_axes, {"numpy array"}),
        (lambda value: knobs_of(value) == K, {*GRIDS, "truth", "choices"}),
        (lambda value: knobs_of(value) == {"C"}, SYMBOLS),
    ],
)
def test_predicates(predicate: Callable[[Any], bool], holds: set[str]) -> None:
    assert {name for name, value in VALUES.items() if predicate(value)} == holds


def test_elements_are_those_of_numpy_and_plain_values_those_of_python() -> None:
    grid = Grid.of([1, 2])
    assert isinstance(elements(grid), np.ndarray)
    assert to_plain(grid) == [1, 2]
    assert to_plain(Grid.of([Fraction(1, 2), 1])) == [Fraction(1, 2), 1]
    assert to_plain(VALUES["choices"]) == ["relu", "gelu"]
    assert type(to_plain(np.int64(1))) is int
    for name in ("nothing", "true", "int", "fraction", "word", "list", "symbol", "truth"):
        assert elements(VALUES[name]) is VALUES[name]
        assert to_plain(VALUES[name]) is VALUES[name]
