"""A table on a narrow terminal: words wrap, and where that is not enough its columns stand in several tables below each other."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from archdsl.cost.tables.sheet import aligned

APART = 3
"""Columns of a terminal between two columns of a table."""
LEAST = 14
"""Columns of a terminal that a column of words is wrapped to at least."""
BAR = "█"


class Grid(NamedTuple):
    """The text of a table.

    Attributes:
        numbers: heads of the columns that are never wrapped nor cut, aligned to the right.
        total: a last row, or None.
    """

    head: list[str]
    rows: list[list[str]]
    numbers: Collection[str]
    total: list[str] | None

    def widths(self) -> list[int]:
        """Of every column."""
        return [
            max(map(len, column)) for column in zip(self.head, *self.rows, *([self.total] if self.total else []), strict=True)
        ]

    def whole(self) -> list[bool]:
        """For every column whether it is never wrapped: numbers and bars."""
        bars = [any(BAR in row[place] for row in self.rows) for place in range(len(self.head))]
        return [bar or name in self.numbers for bar, name in zip(bars, self.head, strict=True)]

    def only(self, places: Sequence[int]) -> Grid:
        """The same with some of its columns."""

        def some(cells: list[str]) -> list[str]:
            return [cells[place] for place in places]

        return Grid(some(self.head), [*map(some, self.rows)], self.numbers, some(self.total) if self.total else None)


def fits(grid: Grid, width: int, wrapped: bool = False) -> bool:
    """Whether a table is no wider than so many columns; `wrapped`: with its words wrapped."""
    shrunk = [w if whole or not wrapped else min(w, LEAST) for w, whole in zip(grid.widths(), grid.whole(), strict=True)]
    return sum(shrunk) + APART * len(shrunk) <= width


def parts(grid: Grid, width: int) -> Iterator[Grid]:
    """The table in parts that fit: each begins with the first column, and has as many of the others as there is room for."""
    widths = grid.widths()
    places, taken = [0], widths[0] + APART
    for place in range(1, len(widths)):
        needed = widths[place] + APART
        if len(places) > 1 and taken + needed > width:
            yield grid.only(places)
            places, taken = [0], widths[0] + APART
        places.append(place)
        taken += needed
    yield grid.only(places)


def narrow(grid: Grid, width: int) -> str:
    """The table as text, in parts where it is too wide for so many columns."""
    return "\n".join(aligned(part.head, part.rows, part.numbers, part.total) for part in parts(grid, width))
