"""Arrays that are not numbers: truth values that decide, and words or blocks to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from archdsl.exact.decision import agreed
from archdsl.exact.kinds import NO_KNOBS, ChoiceArray, ListArray, TruthArray


class Truth(TruthArray):
    """Truth values that disagree. Where they agree, comparisons give a plain bool instead.

    Attributes:
        mask: boolean array.
        knobs: names of the knobs that it depends on.
    """

    __slots__ = ("knobs", "mask")

    def __init__(self, mask: np.ndarray, knobs: frozenset[str] = NO_KNOBS):
        self.mask = mask
        self.knobs = knobs

    @staticmethod
    def of(mask: Any, knobs: frozenset[str]) -> bool | Truth:
        """A plain bool where every element agrees, otherwise the array."""
        mask = np.asarray(mask)
        if mask.all():
            return True
        if not mask.any():
            return False
        return Truth(mask, knobs)

    def __bool__(self) -> bool:
        return bool(agreed(self.mask, self.knobs))

    def __and__(self, other: bool | Truth) -> bool | Truth:
        if isinstance(other, bool):
            return self if other else False
        return Truth.of(self.mask & other.mask, self.knobs | other.knobs)

    def __or__(self, other: bool | Truth) -> bool | Truth:
        if isinstance(other, bool):
            return True if other else self
        return Truth.of(self.mask | other.mask, self.knobs | other.knobs)

    __rand__ = __and__
    __ror__ = __or__

    def __invert__(self) -> Truth:
        return Truth(~self.mask, self.knobs)

    def __repr__(self) -> str:
        return f"Truth({self.mask.tolist()})"


class Choices(ChoiceArray):
    """Words, truth values or names of blocks: a knob whose values are not numbers. It can be compared and nothing else.

    Attributes:
        values: object array.
        knobs: names of the knobs that it depends on.
    """

    __slots__ = ("knobs", "values")

    def __init__(self, values: np.ndarray, knobs: frozenset[str] = NO_KNOBS):
        self.values = values
        self.knobs = knobs

    def __eq__(self, other: object) -> Any:
        right = other.values if isinstance(other, Choices) else objects([other], ())
        knobs = self.knobs | (other.knobs if isinstance(other, Choices) else NO_KNOBS)
        return Truth.of(np.asarray(_same(self.values, right), dtype=bool), knobs)

    def __ne__(self, other: object) -> Any:
        same = self == other
        return not same if isinstance(same, bool) else ~same

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        return bool(Truth.of(self.values.astype(bool), self.knobs))

    def __repr__(self) -> str:
        return f"Choices({self.values.tolist()})"


class Lists(ListArray):
    """Lists of numbers of different lengths. It is decided wherever it is read: then it is a list of numbers or of grids.

    Attributes:
        lengths: integer array.
        places: a number or grid for each place of the longest list; where a list is shorter, the number stands for nothing.
        knobs: names of the knobs that it depends on.
    """

    __slots__ = ("knobs", "lengths", "places")

    def __init__(self, lengths: np.ndarray, places: Sequence[Any], knobs: frozenset[str] = NO_KNOBS):
        self.lengths = lengths
        self.places = list(places)
        self.knobs = knobs

    def decided(self) -> list[Any]:
        """The list. Raises Disagreement where there are several lengths."""
        return self.places[: int(agreed(self.lengths, self.knobs))]

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Lists({self.lengths.tolist()})"


def objects(values: Sequence[Any], shape: tuple[int, ...]) -> np.ndarray:
    """An array of Python objects, whatever they are."""
    array = np.empty(len(values), dtype=object)
    for index, value in enumerate(values):
        array[index] = value
    return array.reshape(shape)


_same = np.frompyfunc(lambda a, b: type(a) is type(b) and a == b, 2, 1)
