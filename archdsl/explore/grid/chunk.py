"""The variants of a region, chunk by chunk: columns of numbers for a hundred thousand variants at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from archdsl.exact import exact
from archdsl.exact.grid import Grid
from archdsl.exact.partly import at_least_if
from archdsl.exact.truth import Choices
from archdsl.explore.grid import cut
from archdsl.explore.grid.region import Region
from archdsl.explore.variants import Row

CHUNK = 1 << 17
"""Variants of a chunk: few enough for its columns to stay in the processor's cache."""


class Chunk:
    """Some variants of a region, numbered from 0 in the order of the grid: its lines.

    Attributes:
        span: the part of the region's box that is in the chunk.
        shape: lengths of the span.
    """

    def __init__(self, region: Region, span: cut.Span):
        self.region = region
        self.span = span
        self.shape = cut.lengths(span)
        self.size = cut.size(span)
        self._columns: dict[str, np.ndarray] = {}

    def column(self, name: str) -> np.ndarray:
        """The numerators of a total for every line: int64, or Python ints where they are longer."""
        found = self._columns.get(name)
        if found is None:
            values = self.region.total(name).numerators(self.span)
            found = self._columns[name] = np.broadcast_to(values, self.shape).reshape(-1)
        return found

    def grid(self, name: str) -> Any:
        """A total as exact numbers that can be compared and calculated with. Raises InputError for one of lower bounds."""
        total = self.region.known(name)
        return Grid(self.column(name), total.den, bounds=(total.low, total.high))

    def word(self, name: str) -> Any:
        """The word of a setting: one, or an array of the words of every line; None where it holds none."""
        found = self.region.word(name)
        if not isinstance(found, Choices):
            return found
        codes = cut.elements(self.region.box.with_all_axes(found.codes), self.span)
        return Choices(np.broadcast_to(codes, self.shape).reshape(-1), found.words, found.knobs)

    @cached_property
    def lines(self) -> np.ndarray | None:
        """Numbers of the lines that the box counts and that can be built; None where all are."""
        found = self.counted
        for ok, _ in self.masks:
            found = ok if found is None else found & ok
        return None if found is None else np.flatnonzero(np.broadcast_to(found, self.shape))

    @cached_property
    def every_line(self) -> np.ndarray:
        """The same, where the numbers are wanted in any case."""
        return np.arange(self.size) if self.lines is None else self.lines

    @cached_property
    def counted(self) -> np.ndarray | None:
        """A mask of the combinations that the box counts, broadcasting to the shape; None where all are."""
        if self.region.box.counted is None:
            return None
        found = cut.elements(self.region.box.counted, self.span)
        return None if found.all() else found

    @property
    def variants(self) -> int:
        """How many combinations of the chunk the box counts."""
        return self.size if self.counted is None else int(np.count_nonzero(np.broadcast_to(self.counted, self.shape)))

    @cached_property
    def masks(self) -> list[tuple[np.ndarray, str]]:
        """Masks of what can be built that do not hold for the whole chunk, broadcasting to its shape, each with the reason."""
        found = [(cut.elements(ok, self.span), reason) for ok, reason in self.region.masks]
        return [(ok, reason) for ok, reason in found if not ok.all()]

    def places(self, lines: np.ndarray) -> tuple[np.ndarray, ...]:
        """For every axis the places of some lines within the box."""
        return tuple(place + part.start for place, part in zip(np.unravel_index(lines, self.shape), self.span, strict=True))

    def rows(self, lines: np.ndarray, costs: Sequence[str]) -> list[Row]:
        """Some lines as rows: the settings of their axes, and some costs."""
        places, box = self.places(lines), self.region.box
        found: list[Row] = [{} for _ in lines]
        for axis, chosen, here in zip(box.axes, box.chosen, places, strict=True):
            for row, number in zip(found, chosen[here].tolist(), strict=True):
                row.update(zip(axis.names, axis.points[number], strict=True))
        for name in costs:
            total = self.region.total(name)
            for row, value in zip(found, total.at(places).tolist(), strict=True):
                row[name] = at_least_if(total.partly, value if total.den == 1 else exact(Fraction(value, total.den)))
        return found


def chunks(region: Region, most: int = CHUNK) -> Iterator[Chunk]:
    """All variants of a region.

    Axes that tell which combinations count come place by place before others do, so that most chunks count as a whole or not at all.
    """
    box = region.box
    telling = [] if box.counted is None else [number for number, length in enumerate(box.counted.shape) if length > 1]
    for span in cut.pieces(box.shape, most, telling):
        chunk = Chunk(region, span)
        if chunk.counted is None or chunk.counted.any():
            yield chunk
