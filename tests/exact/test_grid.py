"""Grids are exact: every operation equals the same operation on Fractions, element by element, however large the numbers."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archdsl import exact
from archdsl.exact import (
    ceil,
    divide,
    floor,
    is_integer,
    make_divisible,
    make_divisible_float,
    maximum,
    minimum,
    one_answer,
    power,
    product,
    select,
)
from archdsl.exact.decision import Disagreement
from archdsl.exact.grid import Grid
from archdsl.exact.truth import Choices, Truth

few = settings(max_examples=50, deadline=None)

EDGES = [0, 1, -1, 7, 2**31, 2**62 - 1, 2**62, -(2**62), 2**63 - 1, 2**63, -(2**63), 2**64 - 1, 2**64 + 1, 10**30]
INTEGERS = st.one_of(st.integers(-1000, 1000), st.sampled_from(EDGES), st.integers(-(2**70), 2**70))
RATIOS = st.builds(Fraction, INTEGERS, st.sampled_from([3, 2**62 + 1, 2**65]))
NUMBERS = st.one_of(INTEGERS, RATIOS, st.fractions(max_denominator=10**6))
SIMPLE = [operator.add, operator.sub, operator.mul]
ROWS = st.lists(NUMBERS, min_size=1, max_size=5)


def elements(value: Any, count: int) -> list[Fraction]:
    """The numbers of a grid; those of a plain number repeated."""
    return [Fraction(v) for v in np.broadcast_to(exact.elements(value), (count,)).tolist()]


def both(data: st.DataObject) -> tuple[list[Any], list[Any]]:
    left = data.draw(ROWS)
    return left, data.draw(st.lists(NUMBERS, min_size=len(left), max_size=len(left)))


@few
@given(st.data(), st.sampled_from(SIMPLE))
def test_arithmetic_equals_fractions(data: st.DataObject, function: Callable[..., Any]) -> None:
    left, right = both(data)
    expected = [function(Fraction(a), Fraction(b)) for a, b in zip(left, right, strict=True)]
    assert elements(function(Grid.of(left), Grid.of(right)), len(left)) == expected


@few
@given(st.data(), st.sampled_from([operator.truediv, operator.floordiv, operator.mod]))
def test_division_equals_fractions(data: st.DataObject, function: Callable[..., Any]) -> None:
    left, right = both(data)
    if 0 in right:
        with pytest.raises((ZeroDivisionError, Disagreement)):
            function(Grid.of(left), Grid.of(right))
        return
    expected = [function(Fraction(a), Fraction(b)) for a, b in zip(left, right, strict=True)]
    assert elements(function(Grid.of(left), Grid.of(right)), len(left)) == expected


@few
@given(ROWS, NUMBERS, st.sampled_from([*SIMPLE, operator.truediv, operator.floordiv, operator.mod]))
def test_plain_number_on_either_side(row: list[Any], number: Any, function: Callable[..., Any]) -> None:
    if number != 0 or function in SIMPLE:
        expected = [function(Fraction(a), Fraction(number)) for a in row]
        assert elements(function(Grid.of(row), number), len(row)) == expected
    if 0 not in row or function in SIMPLE:
        expected = [function(Fraction(number), Fraction(a)) for a in row]
        assert elements(function(number, Grid.of(row)), len(row)) == expected


@few
@given(ROWS)
def test_floor_ceil_negation(row: list[Any]) -> None:
    assert elements(floor(Grid.of(row)), len(row)) == [math.floor(v) for v in row]
    assert elements(ceil(Grid.of(row)), len(row)) == [math.ceil(v) for v in row]
    assert elements(-Grid.of(row), len(row)) == [-Fraction(v) for v in row]
    assert is_integer(floor(Grid.of(row)))


@few
@given(st.data(), st.sampled_from([operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]))
def test_comparison_equals_fractions(data: st.DataObject, function: Callable[..., Any]) -> None:
    left, right = both(data)
    expected = [function(a, b) for a, b in zip(left, right, strict=True)]
    found = function(Grid.of(left), Grid.of(right))
    assert (found.mask.tolist() if isinstance(found, Truth) else [found] * len(left)) == expected
    assert isinstance(found, bool) == (len(set(expected)) == 1)


@few
@given(st.data())
def test_selection(data: st.DataObject) -> None:
    left, right = both(data)
    a, b = Grid.of(left), Grid.of(right)
    assert elements(maximum(a, b), len(left)) == [max(x, y) for x, y in zip(left, right, strict=True)]
    assert elements(minimum(a, b, 5), len(left)) == [min(x, y, 5) for x, y in zip(left, right, strict=True)]
    assert elements(select(a < b, a, b), len(left)) == [x if x < y else y for x, y in zip(left, right, strict=True)]


@few
@given(st.lists(st.fractions(0, 10**7), min_size=1, max_size=5), st.integers(1, 64))
def test_make_divisible_equals_the_reference(row: list[Fraction], by: int) -> None:
    def reference(value: Fraction) -> int:  # tensorflow/models, slim/nets/mobilenet, in exact numbers
        new = max(by, int(value + Fraction(by, 2)) // by * by)
        return new + by if new < Fraction(9, 10) * value else new

    assert elements(make_divisible(Grid.of(row), by), len(row)) == [reference(v) for v in row]
    assert [make_divisible(v, by) for v in row] == [reference(v) for v in row]


def test_make_divisible_in_floats_is_torchvisions() -> None:
    """All pairs of 320 channel counts and 80 widths, one by one and as arrays, against the rule as torchvision writes it."""

    def torchvision(v: float, divisor: int = 8) -> int:
        new_v = max(divisor, int(v + divisor / 2) // divisor * divisor)
        if new_v < 0.9 * v:
            new_v += divisor
        return new_v

    channels, widths = range(8, 2561, 8), [i / 20 for i in range(1, 81)]
    wanted = [[torchvision(c * w) for w in widths] for c in channels]
    exactly = [exact.exact(w) for w in widths]
    assert [[make_divisible_float(c, w) for w in exactly] for c in channels] == wanted
    assert [make_divisible_float(c, Grid.of(exactly)).values.tolist() for c in channels] == wanted
    rows = make_divisible_float(Grid.of([[c] for c in channels], "c"), Grid.of([exactly], "w"))
    assert rows.values.tolist() == wanted
    assert rows.knobs == {"c", "w"}
    pairs = [(c, w, n) for c, row in zip(channels, wanted, strict=True) for w, n in zip(exactly, row, strict=True)]
    differ = [(c, w) for c, w, n in pairs if make_divisible(c * w) != n]
    assert len(differ) == 36
    assert (720, Fraction(7, 20)) in differ
    assert (make_divisible(720 * Fraction(7, 20)), make_divisible_float(720, Fraction(7, 20))) == (256, 248)
    assert make_divisible_float(52, Fraction(1, 4), Grid.of([1, 4, 8])).values.tolist() == [
        torchvision(13.0, d) for d in (1, 4, 8)
    ]


@few
@given(st.lists(st.integers(-(2**20), 2**20), min_size=1, max_size=4), st.integers(0, 20))
def test_power(row: list[int], exponent: int) -> None:
    assert elements(power(Grid.of(row), exponent), len(row)) == [v**exponent for v in row]


def test_broadcasting() -> None:
    column, row = Grid.of(np.array([[1], [2], [3]]), "a"), Grid.of([10, 20], "b")
    total = column * row + Fraction(1, 2)
    assert total.shape == (3, 2)
    assert total.knobs == {"a", "b"}
    assert total.values.tolist() == [[Fraction(2 * a * b + 1, 2) for b in (10, 20)] for a in (1, 2, 3)]
    assert is_integer(total * 2)


def test_small_numbers_stay_in_int64() -> None:
    """The fallback to Python ints is for overflow only: a grid of a million variants must not pay for it."""
    grid = Grid.of(np.arange(1, 1001))
    assert (grid * 2**40 // 2**30 + 5).num.dtype == np.int64
    assert (grid * 2**60).num.dtype == object
    assert (grid * 2**60 // 2**60).num.dtype == np.int64


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.uint64, np.int64])
def test_integer_arrays_of_any_width(dtype: type[np.integer[Any]]) -> None:
    ends = [int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)]
    grid = Grid.of(np.array(ends, dtype=dtype))
    assert elements(grid * 3, 2) == [3 * e for e in ends]
    assert elements(-grid, 2) == [-e for e in ends]


def test_lists_of_large_and_mixed_numbers_stay_exact() -> None:
    assert Grid.of([2**63, -1]).values.tolist() == [2**63, -1]
    assert Grid.of([2**60 + 1, 0.5]).values.tolist() == [2**60 + 1, Fraction(1, 2)]
    assert Grid.of([0.1]).values.tolist() == [Fraction(1, 10)]


@pytest.mark.parametrize("values", [[], [float("nan")], [float("inf")]])
def test_no_numbers(values: list[Any]) -> None:
    with pytest.raises(ValueError, match=r"at least one|Invalid literal"):
        Grid.of(values)


@pytest.mark.parametrize("values", [["3"], [True, 2], [None], [[1], [2, 3]]])
def test_other_things_are_no_numbers(values: list[Any]) -> None:
    with pytest.raises(TypeError):
        Grid.of(values)


def test_numbers_do_not_grow_without_end() -> None:
    grid = Grid.of([2**40, 3])
    with pytest.raises(ValueError, match="too large"):
        power(power(grid, 20), 20)


# -- truths and choices --------------------------------------------------------------------------------------------------------

TRUTHS = st.lists(st.booleans(), min_size=3, max_size=3)


def truth(values: list[bool], knob: str) -> bool | Truth:
    return Truth.of(np.array(values), frozenset([knob]))


def plain(value: bool | Truth) -> list[bool]:
    return value.mask.tolist() if isinstance(value, Truth) else [value] * 3


@few
@given(TRUTHS, TRUTHS)
def test_logic_element_by_element(left: list[bool], right: list[bool]) -> None:
    a, b = truth(left, "a"), truth(right, "b")
    assert plain(a & b) == [x and y for x, y in zip(left, right, strict=True)]
    assert plain(a | b) == [x or y for x, y in zip(left, right, strict=True)]
    if isinstance(a, Truth):
        assert plain(~a) == [not x for x in left]


def test_a_truth_that_disagrees_cannot_decide() -> None:
    with pytest.raises(Disagreement, match="kernel, width") as caught:
        bool((Grid.of([1, 2], "width") > 1) & (Grid.of([3, 5], "kernel") > 0) | (Grid.of([3, 5], "kernel") > 3))
    assert caught.value.mask.tolist() == [False, True]
    assert caught.value.knobs == {"kernel", "width"}


def test_choices_compare_by_value_and_kind() -> None:
    words = Choices.of(["block", "stage"], (len(["block", "stage"]),), frozenset(["transition"]))
    assert plain_pair(words == "block") == [True, False]
    assert plain_pair(words != "block") == [False, True]
    assert (words == "none") is False
    assert (words == 1) is False
    truths = Choices.of([True, False], (len([True, False]),))
    assert (truths == 1) is False
    assert plain_pair(truths == True) == [True, False]  # noqa: E712


def plain_pair(value: Any) -> list[bool]:
    return list(value.mask.tolist())


def test_selecting_words() -> None:
    chosen = select(Grid.of([1, 2], "k") > 1, "relu", "hswish")
    assert isinstance(chosen, Choices)
    assert chosen.values.tolist() == ["hswish", "relu"]
    assert chosen.knobs == {"k"}


def test_one_answer() -> None:
    assert one_answer(Grid.of([4, 4])) == 4
    assert type(one_answer(Grid.of([4, 4]))) is int
    assert one_answer(Grid.of([0.5, 0.5])) == Fraction(1, 2)
    assert one_answer("word") == "word"
    with pytest.raises(Disagreement, match="width"):
        one_answer(Grid.of([4, 5], "width"))


# -- plain numbers -------------------------------------------------------------------------------------------------------------


@few
@given(NUMBERS, NUMBERS)
def test_divide(a: Any, b: Any) -> None:
    if b == 0:
        with pytest.raises(ZeroDivisionError):
            divide(a, b)
        return
    try:
        found = divide(a, b)
    except ValueError:
        return  # longer than 256 bits
    assert found == Fraction(a) / Fraction(b)
    assert isinstance(found, int) == (found.denominator == 1)


@pytest.mark.parametrize(
    ("base", "exponent", "message"),
    [(2, 65, "between"), (9**60, 63.5, "between|too large"), (-1, Fraction(1, 2), "not negative"), (9**64, 64, "too large")],
)
def test_power_is_bounded(base: Any, exponent: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        power(base, Fraction(exponent) if isinstance(exponent, float) else exponent)


def test_power_of_fractions() -> None:
    assert power(2, -2) == Fraction(1, 4)
    assert power(Fraction(3, 2), 2) == Fraction(9, 4)
    assert power(Fraction(6, 5), Fraction(1, 2)) == Fraction(repr(1.2**0.5))
    assert product([2, Fraction(1, 2), 3]) == 3
