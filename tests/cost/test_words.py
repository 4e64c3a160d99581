"""Numbers and values for people, and as plain data."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import archdsl
from archdsl.cost.words import argument, cell, change, dims, mebibytes, memory_size, short, short_time, thousands
from archdsl.exact.shown import jsonable, shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "~"),
        (True, "true"),
        (1234, "1,234"),
        (Fraction(1, 2), "0.5"),
        (Fraction(1, 3), "1/3"),
        (Fraction(1, 10**5), "1e-5"),
        (Fraction(10**9, 10**9 + 7), "1"),
        ((3, (5, False)), "[3, [5, false]]"),
        ("same", "same"),
        (2.5, "2.5"),
    ],
)
def test_values_of_the_language(value: Any, text: str) -> None:
    assert shown(value) == text


def test_arguments_are_written_as_in_a_spec() -> None:
    assert [argument(value) for value in ((3, 3), (3, 5), 1280, False, "same")] == ["3", "[3, 5]", "1280", "false", "same"]


def test_cells_of_a_paper() -> None:
    assert [cell(value) for value in (None, False, True, (3, 3), [3, 5], "hswish")] == ["-", "-", "✓", "3", "3,5", "hswish"]
    assert [dims(shape) for shape in ((16, 7, 7), (16, 7, 9), (960,))] == ["7²×16", "7×9×16", "960"]


def test_ranges_of_a_grid() -> None:
    bill = archdsl.load("dpnet", width=np.array([0.5, 1.0])).cost()
    assert thousands(bill.params) == "1,207,624…3,458,986"
    assert cell(bill.layers[0].params) == "216…432"
    assert memory_size(np.array([1, 2**20])) == "1…1,048,576 bytes"


def test_numbers() -> None:
    assert (change(1000), change(-1000), change(0), change(Fraction(1, 2))) == ("+1,000", "-1,000", "+0", "+0.5")
    assert (mebibytes(2**21), memory_size(2**21)) == ("2.00 MiB", "2.00 MiB  (2,097,152 bytes)")
    assert [short(value) for value in (999, 12_345, 123_456_789, 2 * 10**9)] == ["999", "12.3K", "123M", "2.0G"]
    assert [short_time(value) for value in (0, 5, 12_300_000_000_000, 10**15)] == ["0", "<1us", "12.3ms", "1.0s"]


def test_plain_data() -> None:
    grid = archdsl.load("dpnet", width=np.array([0.5, 1.0])).cost().layers[0].params
    found = jsonable((1, Fraction(1, 2), None, True, "a", np.array([[1, 2]]), grid))
    assert found == [1, 0.5, None, True, "a", [[1, 2]], [216, 432]]
    assert [type(item) for item in found[-1]] == [int, int]
