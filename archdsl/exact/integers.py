"""Arrays of integers that do not wrap around: int64 while that is proven to suffice, Python ints beyond."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

LIMIT = 2**62  # int64 arrays stay below this in size, which leaves room for one addition or a change of sign
ELEMENT_BITS = 1024  # of one element of an array: a count is a product of several numbers, each of at most `NUMBER_BITS`


def fits(low: int, high: int) -> bool:
    """Whether numbers within the bounds may be kept in int64."""
    return low > -LIMIT and high < LIMIT


def scalar(value: int) -> np.ndarray:
    """One int as an array; NumPy itself would make an unsigned or inexact one of a large int."""
    return np.array(value, dtype=np.int64 if -LIMIT < value < LIMIT else object)


def integers(value: Any) -> np.ndarray:
    """An int or an array of them as an array."""
    return value if isinstance(value, np.ndarray) else scalar(value)


def pack(array: np.ndarray) -> np.ndarray:
    """Python ints as int64 where every one fits."""
    if array.dtype == object and fits(int(array.min()), int(array.max())):
        return array.astype(np.int64)
    return array


def apply(function: Callable[..., Any], a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """An operation on two arrays, on Python ints where either holds such."""
    if a.dtype == object or b.dtype == object:
        return np.asarray(function(a.astype(object), b.astype(object)), dtype=object)
    return np.asarray(function(a, b))
