"""Products kept as factors, elements that do not count, and room for arrays."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from archdsl.exact import Disagreement, elements, floor, is_truth_array, key, make_divisible, one_answer
from archdsl.exact.grid import Grid
from archdsl.exact.grid_context import GridContext
from archdsl.exact.room import Room, TooLarge


def along(axis: int, values: Any, axes: int = 3) -> Any:
    shape = [1] * axes
    shape[axis] = len(values)
    return Grid.of(np.array(values).reshape(shape), f"k{axis}")


def test_a_product_along_different_axes_stays_in_factors() -> None:
    a, b, c = along(0, range(1, 101)), along(1, range(1, 201)), along(2, [2, 3, 5])
    product = a * b * 4 * c * a
    assert product.factors is not None
    assert sorted(array.size for _, array in product.factors) == [3, 100, 200]
    assert product.shape == (100, 200, 3)
    whole = np.arange(1, 101).reshape(-1, 1, 1) ** 2 * np.arange(1, 201).reshape(1, -1, 1) * 4 * np.array([2, 3, 5])
    assert (product.num == whole).all()


@pytest.mark.parametrize("other", [7, 0, -3, Fraction(1, 3), 2**80])
def test_arithmetic_on_factors_equals_that_on_elements(other: Any) -> None:
    a, b = along(0, range(1, 41), 2), along(1, range(3, 30), 2)
    product, worked_out = a * b, Grid.of((np.arange(1, 41).reshape(-1, 1) * np.arange(3, 30)), "k")
    assert product.factors is not None
    for operation in (lambda x: x + other, lambda x: x * other, lambda x: x - other, lambda x: x >= other, lambda x: x == other):
        left, right = operation(a * b), operation(worked_out)
        assert np.array_equal(*(side.mask if is_truth_array(side) else elements(side) for side in (left, right)))
    if other:
        assert np.array_equal((product // other).values, (worked_out // other).values)
        assert np.array_equal((product % other).values, (worked_out % other).values)


def test_factors_that_are_not_positive_are_worked_out() -> None:
    product = along(0, range(-5, 100), 2) * along(1, range(100), 2)
    assert product.factors is None
    assert product.num[0, 7] == -35


def test_a_comparison_that_the_bounds_settle_needs_no_elements() -> None:
    product = along(0, range(1, 5000), 2) * along(1, range(1, 5000), 2)
    with Room(10_000):
        assert (product >= 1) is True
        assert (product > 10**9) is False
        with pytest.raises(TooLarge):
            product == 77  # noqa: B015


def test_room_counts_what_is_made() -> None:
    a, b = along(0, range(1, 3000), 2), along(1, range(1, 3000), 2)
    with Room(20_000_000):
        assert ((a * b) + 1).num.size == 2999 * 2999
    with Room(5_000_000), pytest.raises(TooLarge) as caught:
        a + b
    assert caught.value.knobs == {"k0", "k1"}


def test_elements_that_do_not_count_decide_nothing() -> None:
    grid = Grid.of([1, 2, 2, 0], "n")
    with pytest.raises(Disagreement):
        one_answer(grid)
    with GridContext(np.array([False, True, True, False])):
        assert one_answer(grid) == 2
        assert bool(grid > 1)
        assert (10 // grid).values[1] == 5
    with GridContext(np.array([True, True, False, False])), pytest.raises(Disagreement) as caught:
        one_answer(grid)
    assert caught.value.mask.tolist() == [1, 2, 2, 0]


def test_keys_are_equal_for_equal_elements() -> None:
    assert key(Grid.of([1, 2])) == key(Grid.of([1, 2], "other"))
    assert key(Grid.of([1, 2])) != key(Grid.of([[1], [2]]))
    assert key(Grid.of([Fraction(1, 2), 1])) != key(Grid.of([1, 2]))
    assert key([1, Grid.of([3])]) == key((1, Grid.of([3])))
    assert key(1) != key(True)


def test_rounding_to_an_array_of_multiples() -> None:
    by = along(1, [1, 4, 8], 2)
    found = make_divisible(along(0, [3, 37, 100], 2), by).values
    assert found.tolist() == [[make_divisible(x, b) for b in (1, 4, 8)] for x in (3, 37, 100)]
    assert floor(along(0, [Fraction(7, 2), 2], 1)).values.tolist() == [3, 2]
