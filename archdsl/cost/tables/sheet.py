"""A table of text in the forms that people paste elsewhere: CSV, Markdown, LaTeX, a self-contained HTML page."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from archdsl.errors import BackendError, InputError, unknown, visible
from archdsl.exact.partly import is_partly
from archdsl.exact.shown import jsonable, shown

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True, repr=False)
class Sheet:
    """Rows under heads.

    Attributes:
        rows: plain values; numbers stay numbers until they are written. Texts of all forms are visible (`archdsl.errors.visible`).
        numbers: heads of the columns that are numbers.
        total: a last row, or nothing.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    numbers: frozenset[str]
    total: tuple[Any, ...] = ()

    def only(self, names: list[str]) -> Sheet:
        """The same table with these columns, in this order. The total stays only where one of its numbers does.

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

    def renamed(self, names: Mapping[str, str]) -> Sheet:
        """The same table with other heads for some of its columns."""
        head = tuple(names.get(name, name) for name in self.head)
        return replace(self, head=head, numbers=frozenset(names.get(name, name) for name in self.numbers))

    def csv(self) -> str:
        """Comma-separated values, numbers without separators, totals left out."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(map(visible, self.head))
        writer.writerows([_plain(cell) for cell in row] for row in self.rows)
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

    def plain(self) -> str:
        """A table for text of fixed width."""
        total = self.total_cells() if self.total else None
        lines = aligned(list(self.head), self.cells(), self.numbers, total).splitlines()
        return "\n".join([visible(self.title), "", *(line.rstrip() for line in lines), ""])

    def latex(self) -> str:
        """A table for LaTeX, to be read in by a paper."""
        from archdsl.cost.tables.latex import latex

        return latex(self.title, self.head, self.numbers, self.cells(), self.total_cells())

    def html(self) -> str:
        """One page with everything that it needs in it."""
        return _PAGE.format(title=_html(self.title), style=_STYLE, table=self.table())

    def table(self) -> str:
        """The table alone, as HTML."""
        head = "".join(f"<th{self._kind(name)}>{_html(name)}</th>" for name in self.head)
        body = "\n".join(f"<tr>{self._row(row)}</tr>" for row in self.cells())
        foot = f"\n<tfoot><tr>{self._row(self.total_cells())}</tr></tfoot>" if self.total else ""
        return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>{foot}\n</table>"

    def as_dict(self) -> dict[str, Any]:
        """Plain data, which `json.dumps` takes."""
        return {"title": self.title, "rows": self._records()}

    def to_pandas(self) -> pandas.DataFrame:
        """The rows as a data frame. Raises BackendError where pandas is not installed."""
        return data_frame(self._records())

    def _records(self) -> list[dict[str, Any]]:
        return [{name: jsonable(cell) for name, cell in zip(self.head, row, strict=True)} for row in self.rows]

    def __repr__(self) -> str:
        return self.plain().rstrip("\n")

    def _repr_html_(self) -> str:
        return card(self.title, "", self)

    def cells(self) -> list[list[str]]:
        """The rows as text."""
        return [[_text(cell) for cell in row] for row in self.rows]

    def total_cells(self) -> list[str]:
        """The last row as text."""
        return [*map(_text, self.total)]

    def _row(self, cells: Any) -> str:
        return "".join(f"<td{self._kind(name)}>{_html(cell)}</td>" for name, cell in zip(self.head, cells, strict=True))

    def _kind(self, name: str) -> str:
        return ' class="n"' if name in self.numbers else ""


def data_frame(records: list[dict[str, Any]]) -> pandas.DataFrame:
    """Rows of plain data as a data frame. Raises BackendError where pandas is not installed."""
    try:
        import pandas
    except ImportError:
        raise BackendError("a data frame needs pandas, which is not installed: pip install pandas") from None
    return pandas.DataFrame(records)


def aligned(head: list[str], rows: list[list[str]], numbers: Collection[str], total: list[str] | None) -> str:
    """A table as plain text, its columns in line and nothing wrapped."""
    widths = [max(map(len, column)) for column in zip(head, *rows, *([total] if total else []), strict=True)]

    def line(cells: list[str]) -> str:
        padded = [c.rjust(w) if name in numbers else c.ljust(w) for c, w, name in zip(cells, widths, head, strict=True)]
        return "  " + "   ".join(padded).rstrip()

    rule = " " + "─" * (sum(widths) + 3 * len(widths) - 1)
    return "\n".join([line(head), rule, *map(line, rows), *(["", line(total)] if total else []), ""])


def _text(cell: Any) -> str:
    """A value for people, nothing for what is missing."""
    return "" if cell is None else shown(cell)


def _plain(cell: Any) -> Any:
    """A value for programs."""
    return "" if cell is None else visible(cell) if isinstance(cell, str) else shown(cell) if is_partly(cell) else cell


def _html(text: str) -> str:
    return html.escape(visible(text))


_MARKS = re.compile(r"[\\`*|<\[\]~]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])")


def _marked(cell: str) -> str:
    """A text that Markdown shows as it is written. An underscore within a word marks nothing."""
    return _MARKS.sub(r"\\\g<0>", visible(" ".join(cell.split()) if "\n" in cell else cell))


def card(title: str, text: str, sheet: Sheet) -> str:
    """A table for a notebook, under a title and a text that is HTML already. It takes no more than a screen, and scrolls."""
    style = f"{_STYLE}\n.archdsl > div {{ max-height: 30em; max-width: max-content; overflow: auto; }}"
    return f'<div class="archdsl"><style>{style}</style><h4>{_html(title)}</h4>{text}<div>{sheet.table()}</div></div>'


_STYLE = """.archdsl { font: 13px/1.4 system-ui, sans-serif; }
.archdsl :is(h1, h4, p) { margin: .4em 0; }
.archdsl h4 { font-size: 15px; }
.archdsl table { border-collapse: collapse; font-size: inherit; }
.archdsl :is(th, td) { padding: .15rem .6rem; text-align: left; border-bottom: 1px solid #8884; white-space: nowrap; background: none; }
.archdsl .n { text-align: right; font-variant-numeric: tabular-nums; }
.archdsl tfoot td { font-weight: 600; border-top: 2px solid; }"""
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
{style}
body {{ margin: 2rem; }}
.archdsl th {{ position: sticky; top: 0; background: Canvas; }}
</style>
<main class="archdsl">
<h1>{title}</h1>
{table}
</main>
</html>
"""
