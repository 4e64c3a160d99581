"""Variants that are the answer to a question: rows of settings and costs that show themselves as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, overload

from archdsl.cost.comparing.totals import in_words
from archdsl.errors import visible
from archdsl.exact.shown import jsonable
from archdsl.explore.outcome import Outcome

Row = dict[str, Any]
"""Settings and costs of one variant by name. Numbers are ints and Fractions, lists are tuples."""

SHOWN = 50


@dataclass(frozen=True, eq=False)
class Variants(Sequence[Row]):
    """Rows that a sweep kept, and what it came across.

    Attributes:
        settings, costs: names of the columns.
    """

    name: str
    settings: tuple[str, ...]
    costs: tuple[str, ...]
    rows: list[Row]
    outcome: Outcome

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

    def records(self) -> list[Row]:
        """Rows for JSON and data frames: fractions as floats, tuples as lists."""
        return [{name: jsonable(row[name]) for name in self.columns} for row in self.rows]

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(name)}</th>" for name in self.columns)
        lines = []
        for row in self.rows[:SHOWN]:
            cells = "".join(f"<td style='text-align:right'>{escape(in_words(name, row[name]))}</td>" for name in self.columns)
            lines.append(f"<tr>{cells}</tr>")
        more = f"<p>… and {len(self.rows) - SHOWN:,} more</p>" if len(self.rows) > SHOWN else ""
        return f"<table><caption>{escape(visible(self.name))}</caption><tr>{head}</tr>{''.join(lines)}</table>{more}"

    def __repr__(self) -> str:
        return f"<{len(self.rows):,} variants of {self.name}, of {self.outcome.variants:,}>"
