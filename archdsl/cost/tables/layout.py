"""A network as its paper prints it: one line for each row of the table, or for each step where there is no table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from archdsl.cost.counting.bill import Bill
from archdsl.cost.counting.lines import Line, lines
from archdsl.cost.tables.sheet import Sheet
from archdsl.cost.words import cell, dims, thousands
from archdsl.spec.model import Spec, Title
from archdsl.spec.rows import tables
from archdsl.spec.titles import filled

ARGUMENTS = "arguments"
_HEADS = {"op": "operator", "nl": "NL", "se": "SE"}


@dataclass(frozen=True)
class Layout:
    """All lines, and the columns of arguments that they share."""

    columns: tuple[str, ...]
    lines: tuple[Line, ...]

    def head(self) -> list[str]:
        """Titles of the columns as papers print them."""
        return ["#", "input", "operator", *[_HEADS.get(c, c) for c in self.columns], "output", "params", "MACs"]

    def cells(self) -> Iterator[list[str]]:
        """The lines as text, in the order of `head`."""
        for line in self.lines:
            operator = (
                line.operator
                + (f" x{line.times}" if line.times > 1 else "")
                + (f" (weights of {line.shared})" if line.shared else "")
            )
            shown = [cell(line.args.get(column)) for column in self.columns]
            number = "" if line.number is None else str(line.number)
            yield [number, dims(line.input), operator, *shown, dims(line.output), thousands(line.params), thousands(line.macs)]

    def sheet(self, title: str, bill: Bill) -> Sheet:
        """The lines as a table with the totals in its last row."""
        head, rows = self.head(), [*self.cells()]
        given = [[line.args.get(column) for line in self.lines] for column in self.columns]
        plain = [c for c, values in zip(self.columns, given, strict=True) if all(v is None or type(v) is int for v in values)]
        numbers = frozenset(["#", "params", "MACs", *(_HEADS.get(column, column) for column in plain)])
        total = ("", "total", *[""] * (len(head) - 4), thousands(bill.params), thousands(bill.macs))
        made = Sheet(title, tuple(head), tuple(map(tuple, rows)), numbers, total)
        return made if any(line.number is not None for line in self.lines) else made.only(head[1:])


def printed(spec: Spec, bill: Bill, title: str, columns: Sequence[str] | None = None) -> Sheet:
    """The table as a paper prints it: with the names that `title` and `titles` give, and without numbers of rows, outputs and costs.

    Args:
        columns: these columns in this order, by their heads in `Layout.sheet`.

    Raises:
        InputError: no such column.
    """
    found = layout(spec, bill)
    plain = found.sheet(title, bill)
    heads = {
        head: word
        for word, head in (("input", "input"), ("op", "operator"), ("output", "output"), ("params", "params"), ("macs", "MACs"))
    }
    heads |= {_HEADS.get(column, column): column for column in found.columns}
    titles = {head: spec.titles[word] for head, word in heads.items() if word in spec.titles}
    if columns is None:
        shown = ["input", "operator", *(_HEADS.get(column, column) for column in found.columns)]
        columns = [head for head in shown if head not in titles or titles[head].text is not None]
    rows = [_printed(line, found.columns, row, spec.titles) for line, row in zip(found.lines, plain.rows, strict=True)]
    chosen = Sheet(plain.title, plain.head, tuple(rows), plain.numbers, plain.total).only([*columns])
    names = {head: titles[head].text or head for head in chosen.head if head in titles}
    return chosen.renamed(names)


def _printed(line: Line, columns: Sequence[str], row: Sequence[str], titles: Mapping[str, Title]) -> tuple[str, ...]:
    """One row with printed names in place of the operator and of words in its cells."""
    size = dict(zip(("in", "height", "width"), line.input, strict=False))
    words = {line.operator: filled(_text(titles, line.operator), {**size, **line.args}, cell)}
    words |= {value: _text(titles, value) for value in map(line.args.get, columns) if isinstance(value, str)}
    shown = iter(row)
    number = [next(shown)] if len(row) == len(columns) + 6 else []
    arrives, operator = next(shown), next(shown).replace(line.operator, words[line.operator], 1)
    return (*number, arrives, operator, *(words.get(text, text) for text in shown))


def _text(titles: Mapping[str, Title], word: str) -> str:
    return titles[word].text or word if word in titles else word


def layout(spec: Spec, bill: Bill) -> Layout:
    """The lines of a network in the order in which they run."""
    found = lines(bill)
    written = list(tables(spec.net))
    # Columns that no line has as an argument (the operator, stages, repeats) are not printed again.
    columns = tuple(dict.fromkeys(c for table in written for c in table.columns if any(c in line.args for line in found)))
    if not written:
        columns = (ARGUMENTS,)
        for line in found:
            line.args = {ARGUMENTS: " ".join(f"{k}={cell(v)}" for k, v in line.args.items() if v is not None) or None}
    return Layout(columns, tuple(found))
