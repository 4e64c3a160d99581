"""The variants of a part, block by block: columns of numbers for a few hundred thousand variants at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from archdsl.exact.grid import Grid
from archdsl.explore.axis import Axis
from archdsl.explore.box import Box
from archdsl.explore.partition import Part
from archdsl.explore.total import Index, Total

BLOCK = 1 << 17
"""Variants of a block: its columns stay in the processor's cache."""


class Costed:
    """A part whose settings, too, can be looked at as totals."""

    def __init__(self, part: Part):
        self.part = part
        self._settings: dict[str, Total] = {}

    def total(self, name: str) -> Total:
        """A cost, or the values of a setting that is a number. KeyError for a cost that was not asked for."""
        value = self.setting(name)
        if value is None:
            return self.part.costs[name]
        if name not in self._settings:
            self._settings[name] = Total([(value, 1)], len(self.part.box.axes))
        return self._settings[name]

    def setting(self, name: str) -> Any:
        """The value of a setting, or of a knob, that is a number; None for anything else."""
        value = self._value(name)
        return value if isinstance(value, (int, Fraction, Grid)) and not isinstance(value, bool) else None

    def word(self, name: str) -> Any:
        """The one value that a setting has in the whole part, where it is a word or a truth; None for anything else."""
        value = self._value(name)
        return value if isinstance(value, (bool, str)) else None

    def _value(self, name: str) -> Any:
        """The value of a setting, a knob, or an element of a list (`kernels.2`)."""
        if name in self.part.values:
            return self.part.values[name]
        owner, _, place = name.partition(".")
        items: Any = self.part.values.get(owner)
        inside = isinstance(items, (list, tuple)) and place.isdigit() and 1 <= int(place) <= len(items)
        return items[int(place) - 1] if inside else None


class Block:
    """Variants next to each other in a part.

    Attributes:
        index: for every axis of the box the slice that is in the block.
        shape: lengths of the slices.
    """

    def __init__(self, costed: Costed, index: Index):
        self.costed = costed
        self.box = costed.part.box
        self.index = index
        self.shape = tuple(len(range(*part.indices(length))) for part, length in zip(index, self.box.shape, strict=True))
        self.size = 1
        for length in self.shape:
            self.size *= length
        self._columns: dict[str, np.ndarray] = {}

    def column(self, name: str) -> np.ndarray:
        """The numerators of a total for every variant, in one line: int64, or Python ints where they are longer."""
        found = self._columns.get(name)
        if found is None:
            values = self.costed.total(name).block(self.index)
            found = self._columns[name] = np.broadcast_to(values, self.shape).reshape(-1)
        return found

    def grid(self, name: str) -> Any:
        """A total as exact numbers that can be compared and calculated with."""
        total = self.costed.total(name)
        return Grid(self.column(name), total.den, bounds=(total.low, total.high))

    @cached_property
    def lines(self) -> np.ndarray | None:
        """Numbers of the variants that the box counts and that can be built; None where all are."""
        found = self.counted
        for ok, _ in self.masks:
            found = ok if found is None else found & ok
        return None if found is None else np.flatnonzero(np.broadcast_to(found, self.shape))

    @cached_property
    def counted(self) -> np.ndarray | None:
        """Which combinations the box counts, broadcasting to the shape; None where all are."""
        if self.box.counted is None:
            return None
        cut = self._cut(self.box.counted)
        return None if cut.all() else cut

    @cached_property
    def masks(self) -> list[tuple[np.ndarray, str]]:
        """Conditions that do not hold for some variants of the block, each an array that broadcasts to its shape, and the reasons."""
        cut = [(self._cut(ok), reason) for ok, reason in self.costed.part.masks]
        return [(ok, reason) for ok, reason in cut if not ok.all()]

    def _cut(self, array: np.ndarray) -> np.ndarray:
        return array[tuple(slice(None) if n == 1 else part for n, part in zip(array.shape, self.index, strict=True))]

    def places(self, lines: np.ndarray) -> tuple[np.ndarray, ...]:
        """For every axis the places, within the box, of variants given by their numbers in the block."""
        starts = [part.indices(length)[0] for part, length in zip(self.index, self.box.shape, strict=True)]
        return tuple(place + start for place, start in zip(np.unravel_index(lines, self.shape), starts, strict=True))


def blocks(costed: Costed, size: int = BLOCK) -> Iterator[Block]:
    """All variants of a part. Some axes are whole in every block, one comes in pieces, the others place by place.

    Axes that tell which combinations count go place by place before others do, so that most blocks count as a whole or not at all.
    """
    box = costed.part.box
    partly = [False] * len(box.axes) if box.counted is None else [n > 1 for n in box.counted.shape]
    steps, inner, room = dict.fromkeys(range(len(box.axes)), 1), 1, True
    for number in sorted(steps, key=lambda n: (partly[n], -n)):
        length = box.shape[number]
        if room:
            steps[number] = min(length, max(1, size // inner))
            room = steps[number] == length
            inner *= length
    pieces: list[Sequence[slice]] = [
        [slice(start, min(start + steps[number], length)) for start in range(0, length, steps[number])]
        for number, length in enumerate(box.shape)
    ]
    for index in _combinations(pieces):
        block = Block(costed, index)
        if block.counted is None or block.counted.any():
            yield block


def _combinations(pieces: list[Sequence[slice]]) -> Iterator[Index]:
    """Every combination; itertools.product would hold all pieces of a long axis in memory too, but not begin before it has them."""
    if not pieces:
        yield ()
        return
    *head, last = pieces
    for index in _combinations(head):
        for piece in last:
            yield (*index, piece)


def points(axes: Sequence[Axis], box: Box, places: tuple[np.ndarray, ...]) -> list[dict[str, Any]]:
    """The settings of single variants of a box, by name."""
    found: list[dict[str, Any]] = [{} for _ in places[0]]
    for axis, chosen, here in zip(axes, box.chosen, places, strict=True):
        for row, number in zip(found, chosen[here].tolist(), strict=True):
            row.update(zip(axis.names, axis.points[number], strict=True))
    return found
