"""Comparison of arrays of integers, element by element; their bounds settle many a case without a look at the elements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from archdsl.exact.bounds import SETTLED
from archdsl.exact.truth import Truth


class Side(Protocol):
    """One side of a comparison: integers over the denominator of both, their bounds, and the knobs that they depend on."""

    lo: int
    hi: int
    knobs: frozenset[str]

    @property
    def num(self) -> np.ndarray: ...


def compared(function: Callable[..., Any], sides: tuple[Side, Side] | None) -> Any:
    """A bool where every element gives the same answer, otherwise a `Truth`. NotImplemented for no sides.

    Args:
        function: a comparison of NumPy.
        sides: None where one of them is not a number.
    """
    if sides is None:
        return NotImplemented
    a, b = sides
    settled = SETTLED[function](a.lo, a.hi, b.lo, b.hi)
    return Truth.of(function(a.num, b.num), a.knobs | b.knobs) if settled is None else settled
