"""A network as its paper prints it: one line for each row of the table, or for each step where there is no table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archdsl.cost.counting.bill import Bill
from archdsl.cost.counting.lines import Line, lines
from archdsl.cost.tables.sheet import Sheet
from archdsl.cost.words import cell, dims, thousands
from archdsl.spec.model import Spec
from archdsl.spec.rows import tables

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
            operator = line.operator + (f" x{line.times}" if line.times > 1 else "")
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
