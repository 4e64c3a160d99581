"""Products of integer arrays that are kept as their factors, each along axes of its own."""

from __future__ import annotations

from functools import reduce

import numpy as np

from archdsl.exact.room import spend

Factors = tuple[tuple[int, np.ndarray], ...]
"""Arrays with the axes along which they vary, as a set of bits counted from the last axis. No two share one."""

SMALL = 256
"""Elements up to which a product is worked out at once."""


def along(array: np.ndarray) -> int:
    """The axes along which an array has more than one element, as bits counted from the last."""
    bits = 0
    for place, length in enumerate(reversed(array.shape)):
        if length != 1:
            bits |= 1 << place
    return bits


def joined(a: Factors | None, b: Factors | None) -> Factors | None:
    """The factors of a product, those that share an axis multiplied; None where it is one small array."""
    if a is None or b is None:
        return None
    found = list(a)
    for bits, array in b:
        apart = []
        for other_bits, other in found:
            if other_bits & bits or not bits or not other_bits:
                bits, array = bits | other_bits, other * array
            else:
                apart.append((other_bits, other))
        found = [*apart, (bits, array)]
    if len(found) == 1:
        spend(found[0][1].size)
    size = 1
    for _, array in found:
        size *= array.size
    return tuple(found) if size > SMALL else None


def multiplied(factors: Factors, knobs: frozenset[str]) -> np.ndarray:
    """The product as one array."""
    size = 1
    for _, array in factors:
        size *= array.size
    spend(size, knobs)
    product: np.ndarray = reduce(np.multiply, sorted((array for _, array in factors), key=lambda array: array.size))
    return product
