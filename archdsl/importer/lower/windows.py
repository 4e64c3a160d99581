"""How a window moves over a map: what convolutions and pooling have in common."""

from __future__ import annotations

from collections.abc import Sequence as Numbers
from typing import Any, NamedTuple


class Steps(NamedTuple):
    """How a window moves: a number for each place of a map, the first for the outermost.

    Attributes:
        padding: on both sides of a place's extent.
    """

    stride: Numbers[int]
    padding: Numbers[int]
    dilation: Numbers[int]


def spread(value: Any, places: int) -> list[int]:
    """A number for each place, of one for all of them or as many as there are."""
    found = [value] if isinstance(value, int) else list(value)
    return found * places if len(found) == 1 else found


def each(numbers: Numbers[int]) -> Any:
    """Numbers of height and width as a spec writes them: one where they are equal."""
    found = [int(value) for value in numbers]
    return found[0] if len(set(found)) == 1 else found
