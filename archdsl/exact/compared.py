"""Comparison of arrays of integers, element by element; without a look at the elements where their bounds settle it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from archdsl.exact.bounds import SETTLED
from archdsl.exact.truth import Truth


class Compared:
    """What can be compared: gives a bool where every element agrees, otherwise a `Truth`."""

    __slots__ = ()

    lo: int
    hi: int
    knobs: frozenset[str]

    @property
    def num(self) -> np.ndarray:
        """The integers, over a denominator."""
        raise NotImplementedError

    def _sides(self, other: Any) -> tuple[Compared, Compared] | None:
        """This and the other as integers over one denominator; None for what is no number."""
        raise NotImplementedError

    def _compare(self, other: Any, function: Callable[..., Any]) -> Any:
        sides = self._sides(other)
        if sides is None:
            return NotImplemented
        a, b = sides
        settled = SETTLED[function](a.lo, a.hi, b.lo, b.hi)
        return Truth.of(function(a.num, b.num), a.knobs | b.knobs) if settled is None else settled

    def __eq__(self, other: object) -> Any:
        return self._compare(other, np.equal)

    def __ne__(self, other: object) -> Any:
        return self._compare(other, np.not_equal)

    def __lt__(self, other: Any) -> Any:
        return self._compare(other, np.less)

    def __le__(self, other: Any) -> Any:
        return self._compare(other, np.less_equal)

    def __gt__(self, other: Any) -> Any:
        return self._compare(other, np.greater)

    def __ge__(self, other: Any) -> Any:
        return self._compare(other, np.greater_equal)

    __hash__ = None  # type: ignore[assignment]
