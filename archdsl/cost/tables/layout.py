"""A network as its paper prints it: one line for each row of the table, or for each step where there is no table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from archdsl.cost.counting.bill import Bill
from archdsl.cost.counting.layer import Layer
from archdsl.cost.tables.sheet import Sheet
from archdsl.cost.words import cell, dims, thousands
from archdsl.ir.graph import Frame
from archdsl.ops.operator import Shape
from archdsl.spec.model import Spec
from archdsl.spec.rows import tables

ARGUMENTS = "arguments"
_HEADS = {"op": "operator", "nl": "NL", "se": "SE"}


@dataclass
class Line:
    """One line: what came in, the operator or block with its arguments, what goes out, and what it costs.

    Attributes:
        number: of the table row, from 1; None for a step outside of tables.
        times: how often it ran (`repeat`).
        layers: its operators.
    """

    number: int | None
    name: str
    operator: str
    args: dict[str, Any]
    input: Shape
    output: Shape
    times: int = 1
    layers: list[Layer] = field(default_factory=list)

    @property
    def params(self) -> Any:
        return sum(layer.params for layer in self.layers)

    @property
    def macs(self) -> Any:
        return sum(layer.macs for layer in self.layers)


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
    lines: list[Line] = []
    key: Any = None
    for layer in bill:
        frame = next((frame for frame in layer.node.scope if frame.kind == "block"), None)  # the outermost block
        row = frame.row if frame is not None else layer.node.row
        here = (row, frame.path if frame is not None else layer.node.name)
        if lines and row is not None and key[0] == row and here != key:
            lines[-1].times += 1
        elif here != key:
            lines.append(_line(layer, frame, row))
        key = here
        lines[-1].layers.append(layer)
        lines[-1].output = layer.output
    found = list(tables(spec.net))
    # Columns that no line has as an argument (the operator, stages, repeats) are not printed again.
    columns = tuple(dict.fromkeys(c for table in found for c in table.columns if any(c in line.args for line in lines)))
    if not found:
        columns = (ARGUMENTS,)
        for line in lines:
            line.args = {ARGUMENTS: " ".join(f"{k}={cell(v)}" for k, v in line.args.items() if v is not None) or None}
    return Layout(columns, tuple(lines))


def _line(layer: Layer, frame: Frame | None, row: int | None) -> Line:
    if frame is None:
        node = layer.node
        return Line(row, node.name, node.op.word, node.op.arguments(), layer.inputs[0], layer.output)
    return Line(row, frame.path, frame.block, dict(frame.args), layer.inputs[0], layer.output)
