"""Variants that are the answer to a question: rows of settings and costs that show themselves as a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

from archdsl.cost.comparing.totals import in_words
from archdsl.cost.tables.result import WIDTH, Result
from archdsl.cost.tables.sheet import Sheet
from archdsl.exact.shown import jsonable
from archdsl.explore.outcome import Outcome

Row = dict[str, Any]
"""Settings and costs of one variant by name. Numbers are ints and Fractions, lists are tuples."""


@dataclass(frozen=True, eq=False, repr=False)
class Variants(Result, Sequence[Row]):
    """Rows that a sweep kept, and what it came across.

    Attributes:
        settings, costs: names of the columns.
        title: above the table; the name where empty.
    """

    name: str
    settings: tuple[str, ...]
    costs: tuple[str, ...]
    rows: list[Row]
    outcome: Outcome
    title: str = ""

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: Any) -> Any:
        return self.rows[index]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.settings, *self.costs)

    def column(self, name: str) -> list[Any]:
        """One column."""
        return [row[name] for row in self.rows]

    def sheets(self, width: int = WIDTH) -> list[Sheet]:
        head = self.columns
        return [
            Sheet(
                self.title or self.name,
                head,
                tuple(tuple(in_words(n, row[n]) for n in head) for row in self.rows),
                frozenset(head),
            )
        ]

    def notes(self) -> list[str]:
        return [f"{len(self.rows):,} of {self.outcome.variants:,} variants"]

    def as_dict(self) -> dict[str, Any]:
        return {"name": self.name, **self.outcome.as_dict(), "rows": self._records()}

    def _records(self) -> list[Row]:
        return [record(row, self.columns) for row in self.rows]


def record(row: Row, columns: Iterable[str] | None = None) -> Row:
    """A row for JSON and data frames: fractions as floats, tuples as lists."""
    return {name: jsonable(row[name]) for name in (row if columns is None else columns)}
