"""What every answer has in common: it prints as its tables, shows itself in a notebook, and gives plain numbers and a data frame."""

from __future__ import annotations

from abc import ABC, abstractmethod
from html import escape
from typing import TYPE_CHECKING, Any

from archdsl.cost.tables.sheet import Sheet, card, data_frame

if TYPE_CHECKING:
    import pandas

MOST = 500
"""Rows of a table that are shown; a notebook keeps its output in the file."""

WIDTH = 100
"""Letters of a line where nobody says how many there are."""


class Result(ABC):
    """An answer: `print(answer)` gives its tables, `answer.as_dict()` plain numbers, `answer.to_pandas()` a data frame."""

    @abstractmethod
    def sheets(self, width: int = WIDTH) -> list[Sheet]:
        """The tables that people see; `width`: letters of a line, which bars are drawn for."""

    def notes(self) -> list[str]:
        """Lines under the tables."""
        return []

    @abstractmethod
    def as_dict(self) -> dict[str, Any]:
        """Plain data, which `json.dumps` takes: what the command of the same name prints with --json."""

    @abstractmethod
    def _records(self) -> list[dict[str, Any]]:
        """The rows of the data frame, as plain data."""

    def to_pandas(self) -> pandas.DataFrame:
        """The rows of the answer as a data frame, one column for each number.

        Raises:
            BackendError: pandas is not installed.
        """
        return data_frame(self._records())

    def __repr__(self) -> str:
        tables = [_first(sheet).plain() for sheet in self.sheets()]
        notes = "\n".join(f"  {line}".rstrip() for line in self.notes())
        return "\n".join([*tables, *([notes] if notes else [])]).rstrip("\n")

    def _repr_html_(self) -> str:
        cards = "".join(card(sheet.title, "", _first(sheet)) for sheet in self.sheets())
        notes = "".join(f"<p>{escape(line)}</p>" for line in self.notes() if line)
        return cards + (f'<div class="archdsl">{notes}</div>' if notes else "")


def _first(sheet: Sheet) -> Sheet:
    """A sheet with no more rows than are shown."""
    if len(sheet.rows) <= MOST:
        return sheet
    more = (f"… and {len(sheet.rows) - MOST:,} more", *[""] * (len(sheet.head) - 1))
    return Sheet(sheet.title, sheet.head, (*sheet.rows[:MOST], more), sheet.numbers, sheet.total)
