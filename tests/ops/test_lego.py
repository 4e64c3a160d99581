"""Filters that are used more than once."""

import numpy as np
import pytest

from archdsl.exact.grid import Grid
from archdsl.ops import OPERATORS, ShapeError


def op(word, **arguments):
    return OPERATORS[word].read(arguments)


def test_a_filter_counts_once_in_parameters_and_for_every_group_in_macs():
    once = op("shared_conv", filters=10, groups=1, kernel=3)
    shared = op("shared_conv", filters=10, groups=4, kernel=3)
    whole, part = (16, 8, 8), (4, 8, 8)
    assert shared.shape(whole) == (40, 8, 8)
    assert shared.params(whole) == once.params(part) == 10 * 4 * 9
    assert shared.macs((whole,), (40, 8, 8)) == 4 * once.macs((part,), (10, 8, 8))


def test_the_choice_is_kept_and_not_learned():
    merge = op("choose_add", out=20, groups=4)
    assert merge.shape((40, 8, 8)) == (20, 8, 8)
    assert merge.params((40, 8, 8)) == 80
    assert merge.buffers((40, 8, 8)) == {"choice": (20, 4)}
    assert merge.macs(((40, 8, 8),), (20, 8, 8)) == 20 * 4 * 64


@pytest.mark.parametrize(
    ("word", "arguments", "message"),
    [
        ("shared_conv", {"filters": 4, "groups": 3}, "16 input channels cannot be divided into 3 groups"),
        ("shared_conv", {"filters": 4, "groups": 4, "kernel": 9, "padding": 0}, "a window of 9 does not fit into 8"),
        ("choose_add", {"out": 4, "groups": 3}, "16 maps cannot be divided into 3 groups"),
    ],
)
def test_refusals(word, arguments, message):
    with pytest.raises(ShapeError) as error:
        op(word, **arguments).shape((16, 8, 8))
    assert error.value.message.startswith(message)


def test_grids():
    shared = op("shared_conv", filters=Grid.of([5, 10], "filters"), groups=Grid.of([2, 4], "groups"), kernel=3, stride=2)
    shape = shared.shape((16, 8, 8))
    assert np.array_equal(shape[0].values, [10, 40])
    assert np.array_equal(shared.params((16, 8, 8)).values, [5 * 8 * 9, 10 * 4 * 9])
    assert np.array_equal(shared.macs(((16, 8, 8),), shape).values, [10 * 16 * 8 * 9, 40 * 16 * 4 * 9])


def test_a_weighted_sum_learns_one_number_for_each_input():
    assert op("weighted_add").params((8, 4, 4), (8, 4, 4), (8, 4, 4)) == 3
    with pytest.raises(ShapeError, match="weighted_add of unequal shapes"):
        op("weighted_add").shape((8, 4, 4), (4, 4, 4))
