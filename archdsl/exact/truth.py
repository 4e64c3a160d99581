"""Arrays that are not numbers: truth values that decide, and words or blocks to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from archdsl.exact.decision import agreed
from archdsl.exact.kinds import NO_KNOBS, ChoiceArray, ListArray, TruthArray, key


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
        codes: integer array, the place of each element among `words`.
        words: the different values. True is another than 1.
        knobs: names of the knobs that it depends on.
    """

    __slots__ = ("codes", "knobs", "words")

    def __init__(self, codes: np.ndarray, words: Sequence[Any], knobs: frozenset[str] = NO_KNOBS):
        self.codes = codes
        self.words = tuple(words)
        self.knobs = knobs

    @classmethod
    def of(cls, values: Sequence[Any], shape: tuple[int, ...], knobs: frozenset[str] = NO_KNOBS) -> Choices:
        """From the values themselves."""
        places: dict[Any, int] = {}
        codes = [places.setdefault((type(value), value), len(places)) for value in values]
        return cls(np.array(codes, dtype=np.int64).reshape(shape), [value for _, value in places], knobs)

    @property
    def values(self) -> np.ndarray:
        """The values as an array of objects."""
        return objects([self.words[code] for code in self.codes.ravel().tolist()], self.codes.shape)

    @property
    def key(self) -> Any:
        """Equal for equal choices."""
        return Choices, self.codes.shape, self.codes.tobytes(), tuple([(type(word), word) for word in self.words])

    def decided(self) -> Any:
        """The one value. Raises Disagreement where there are several."""
        return self.words[int(agreed(self.codes, self.knobs))]

    def __eq__(self, other: object) -> Any:
        if not isinstance(other, Choices):
            same = [place for place, word in enumerate(self.words) if type(word) is type(other) and word == other]
            return Truth.of(self.codes == same[0], self.knobs) if same else False
        left, right = ([(type(word), word) for word in side.words] for side in (self, other))
        both = list(dict.fromkeys([*left, *right]))
        codes = [np.array([both.index(word) for word in words])[side.codes] for words, side in ((left, self), (right, other))]
        return Truth.of(codes[0] == codes[1], self.knobs | other.knobs)

    def __ne__(self, other: object) -> Any:
        same = self == other
        return not same if isinstance(same, bool) else ~same

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        return bool(Truth.of(np.array([bool(word) for word in self.words])[self.codes], self.knobs))

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

    @property
    def key(self) -> Any:
        """Equal for equal lists."""
        return Lists, self.lengths.shape, self.lengths.tobytes(), key(self.places)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Lists({self.lengths.tolist()})"


def objects(values: Sequence[Any], shape: tuple[int, ...]) -> np.ndarray:
    """An array of Python objects, whatever they are."""
    array = np.empty(len(values), dtype=object)
    for index, value in enumerate(values):
        array[index] = value
    return array.reshape(shape)
