"""A table on a narrow terminal: words wrap, and where that is not enough its columns stand in several tables below each other."""

from __future__ import annotations

import textwrap
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

        rows = [row for row in map(some, self.rows) if any(row)]  # lines that only words of another part go on in
        return Grid(some(self.head), rows, self.numbers, some(self.total) if self.total else None)


def fits(grid: Grid, width: int, wrapped: bool = False) -> bool:
    """Whether a table is no wider than so many columns; `wrapped`: with its words wrapped."""
    shrunk = [w if whole or not wrapped else min(w, LEAST) for w, whole in zip(grid.widths(), grid.whole(), strict=True)]
    return sum(shrunk) + APART * len(shrunk) <= width


def parts(grid: Grid, width: int) -> Iterator[Grid]:
    """The table in parts that fit: each begins with what tells the rows apart, and has as many other columns as there is room for."""
    widths = grid.widths()
    keys = _keys(grid.head, widths, width)
    start = sum(widths[place] + APART for place in keys)
    places, taken = list(keys), start
    for place in range(len(keys), len(widths)):
        needed = widths[place] + APART
        if len(places) > len(keys) and taken + needed > width:
            yield grid.only(places)
            places, taken = list(keys), start
        places.append(place)
        taken += needed
    yield grid.only(places)


def _keys(head: list[str], widths: list[int], width: int) -> list[int]:
    """The columns that every part begins with: the first that has a name, and signs and numbers before it."""
    named = next((place for place, name in enumerate(head) if name not in ("", "#")), 0)
    narrow = sum(widths[: named + 1]) + APART * (named + 1) <= width // 2
    return list(range(named + 1)) if narrow else [0]


def narrow(grid: Grid, width: int) -> str:
    """The table as text, in parts where it is too wide for so many columns, and with words wrapped where a part still is."""
    made = (_wrapped(part, width) for part in parts(grid, width))
    return "\n".join(aligned(part.head, part.rows, part.numbers, part.total) for part in made)


def _wrapped(grid: Grid, width: int) -> Grid:
    """The table with its widest column of words wrapped, as far as that is needed and can be read."""
    if fits(grid, width):
        return grid
    widths, whole = grid.widths(), grid.whole()
    place = max(range(len(widths)), key=lambda place: 0 if whole[place] else widths[place])
    excess = sum(widths) + APART * len(widths) - width
    room = max(LEAST, widths[place] - excess)
    rows = []
    for row in grid.rows:
        first, *more = textwrap.wrap(row[place], room) if len(row[place]) > room and not whole[place] else [row[place]]
        rows.append([*row[:place], first, *row[place + 1 :]])
        rows += [[*[""] * place, line, *[""] * (len(row) - place - 1)] for line in more]
    return grid._replace(rows=rows)
