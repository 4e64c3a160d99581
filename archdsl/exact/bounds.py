"""Bounds of integers: those of a product, and what a comparison gives for all numbers within them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Bounds = tuple[int, int]
"""The lowest and the highest that a number may be."""


def ordered(a: int, b: int) -> Bounds:
    """Two ends in order."""
    return (a, b) if a <= b else (b, a)


def of_product(a: Bounds, b: Bounds) -> Bounds:
    """Bounds of a number within the one times a number within the other."""
    ends = (a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1])
    return min(ends), max(ends)


def _apart(a: int, b: int, c: int, d: int) -> bool:
    """Whether no number from a to b lies between c and d."""
    return b < c or d < a


SETTLED: dict[Any, Callable[[int, int, int, int], bool | None]] = {
    np.equal: lambda a, b, c, d: False if _apart(a, b, c, d) else None,
    np.not_equal: lambda a, b, c, d: True if _apart(a, b, c, d) else None,
    np.less: lambda a, b, c, d: True if b < c else False if a >= d else None,
    np.less_equal: lambda a, b, c, d: True if b <= c else False if a > d else None,
    np.greater: lambda a, b, c, d: True if a > d else False if b <= c else None,
    np.greater_equal: lambda a, b, c, d: True if a >= d else False if b < c else None,
}
"""What comparing any number from a to b with any from c to d gives; None where it depends on the numbers."""
