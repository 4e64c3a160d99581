"""Variants that are the answer to a question: rows of settings and costs that show themselves as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from typing import Any, overload

from archdsl.cost.comparing.totals import LATENCY, in_words
from archdsl.explore.keep.outcome import Outcome

Row = dict[str, Any]
"""Settings and costs of one variant by name. Numbers are ints and Fractions, lists are tuples."""

SHOWN = 50
LONG = 10**6
"""A denominator past which a fraction is shown rounded."""


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
        return [{name: plain(row[name]) for name in self.columns} for row in self.rows]

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(name)}</th>" for name in self.columns)
        lines = []
        for row in self.rows[:SHOWN]:
            cells = "".join(f"<td style='text-align:right'>{escape(cell(name, row[name]))}</td>" for name in self.columns)
            lines.append(f"<tr>{cells}</tr>")
        more = f"<p>… and {len(self.rows) - SHOWN:,} more</p>" if len(self.rows) > SHOWN else ""
        return f"<table><caption>{escape(self.name)}</caption><tr>{head}</tr>{''.join(lines)}</table>{more}"

    def __repr__(self) -> str:
        return f"<{len(self.rows):,} variants of {self.name}, of {self.outcome.variants:,}>"


def cell(name: str, value: Any) -> str:
    """A value of a column as a person reads it: a latency as a time, all else as `shown`."""
    return in_words(name, value) if name.startswith(LATENCY) else shown(value)


def plain(value: Any) -> Any:
    """A value of the language as JSON has it."""
    if isinstance(value, Fraction):
        return float(value)
    return [plain(item) for item in value] if isinstance(value, (tuple, list)) else value


def shown(value: Any) -> str:
    """A value as a person reads it."""
    if value is None:
        return "~"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Fraction):
        decimal = float(value)
        return f"{decimal:g}" if Fraction(f"{decimal:g}") == value or value.denominator > LONG else str(value)
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(shown, value))}]"
    return f"{value:,}" if isinstance(value, int) else str(value)
