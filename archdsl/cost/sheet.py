"""A table of text in the forms that people paste elsewhere: CSV, Markdown, LaTeX, a self-contained HTML page."""

from __future__ import annotations

import csv
import html
import io
import re
from dataclasses import dataclass
from typing import Any

from archdsl.errors import InputError, unknown


@dataclass(frozen=True)
class Sheet:
    """Rows under heads.

    Attributes:
        rows: plain values; numbers stay numbers until they are written.
        numbers: heads of the columns that are numbers.
        total: a last row, or nothing.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    numbers: frozenset[str]
    total: tuple[Any, ...] = ()

    def only(self, names: list[str]) -> Sheet:
        """The same table with these columns, in this order. The total keeps its word only where a column is left for it.

        Raises:
            InputError: no such column.
        """
        for name in names:
            if name not in self.head:
                message, hint = unknown("column", name, self.head)
                raise InputError(f"{message}; {hint}")
        places = [self.head.index(name) for name in names]
        rows = tuple(tuple(row[place] for place in places) for row in self.rows)
        total = tuple(self.total[place] for place in places) if self.total else ()
        told = any(total[index] for index, name in enumerate(names) if name in self.numbers) if total else False
        return Sheet(self.title, tuple(names), rows, self.numbers & set(names), total if told else ())

    def csv(self) -> str:
        """Comma-separated values, numbers without separators, totals left out."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.head)
        writer.writerows(["" if cell is None else cell for cell in row] for row in self.rows)
        return out.getvalue()

    def markdown(self) -> str:
        """A table for Markdown."""
        rule = ["---:" if name in self.numbers else "---" for name in self.head]
        rows = [[*map(_marked, row)] for row in (self.head, *self.cells())]
        rows.insert(1, rule)
        if self.total:
            rows.append([f"**{_marked(c)}**" if c else "" for c in self.total_cells()])
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        return "\n".join([f"**{_marked(self.title)}**", "", *lines, ""])

    def latex(self) -> str:
        """A table for LaTeX, to be read in by a paper."""
        from archdsl.cost.latex import latex

        return latex(self)

    def html(self) -> str:
        """One page with everything that it needs in it."""
        head = "".join(f"<th{self._kind(name)}>{html.escape(name)}</th>" for name in self.head)
        body = "\n".join(f"<tr>{self._row(row)}</tr>" for row in self.cells())
        foot = f"<tfoot><tr>{self._row(self.total_cells())}</tr></tfoot>" if self.total else ""
        title = html.escape(self.title)
        return _PAGE.format(title=title, head=head, body=body, foot=foot)

    def cells(self) -> list[list[str]]:
        """The rows as text."""
        return [[text(cell) for cell in row] for row in self.rows]

    def total_cells(self) -> list[str]:
        """The last row as text."""
        return [*map(text, self.total)]

    def _row(self, cells: Any) -> str:
        return "".join(f"<td{self._kind(name)}>{html.escape(cell)}</td>" for name, cell in zip(self.head, cells, strict=True))

    def _kind(self, name: str) -> str:
        return ' class="n"' if name in self.numbers else ""


def text(cell: Any) -> str:
    """A value for people: thousands apart, nothing for what is missing."""
    if cell is None:
        return ""
    return f"{cell:,}" if isinstance(cell, int) and not isinstance(cell, bool) else str(cell)


_MARKS = re.compile(r"[\\`*|<\[\]~]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])")


def _marked(cell: str) -> str:
    """A text that Markdown shows as it is written. An underscore within a word marks nothing."""
    return _MARKS.sub(r"\\\g<0>", " ".join(cell.split()) if "\n" in cell else cell)


_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
body {{ font: 15px/1.4 system-ui, sans-serif; margin: 2rem; }}
table {{ border-collapse: collapse; }}
th, td {{ padding: .2rem .8rem; text-align: left; border-bottom: 1px solid #8884; white-space: nowrap; }}
th {{ position: sticky; top: 0; background: Canvas; }}
.n {{ text-align: right; font-variant-numeric: tabular-nums; }}
tfoot td {{ font-weight: 600; border-top: 2px solid; }}
</style>
<h1>{title}</h1>
<table>
<thead><tr>{head}</tr></thead>
<tbody>
{body}
</tbody>
{foot}
</table>
</html>
"""
