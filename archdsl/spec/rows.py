"""New cells for rows of a table: what `rows:` of an extending spec does, and `--set rows.15.exp=480`."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from archdsl.spec.model import Body, Call, RowEdit, Stage, Step, Table, Value
from archdsl.spec.report import Report


def tables(body: Body) -> Iterator[Table]:
    """The tables of a net in the order of the text, those inside stages too."""
    for step in body:
        if isinstance(step, Table):
            yield step
        elif isinstance(step, Stage):
            yield from tables(step.body)


def edit_rows(net: Body, edits: dict[int, RowEdit], report: Report) -> Body:
    """The net with new cells. Unknown rows and columns go to the report."""
    last = max((call.row or 0 for table in tables(net) for call in table.calls()), default=0)
    for number, edit in edits.items():
        if number > last:
            report.error(f"no row {number}", edit.mark, f"the tables have rows 1 to {last}" if last else "the net has no table")
    return tuple(_step(step, edits, report) for step in net)


def _step(step: Step, edits: dict[int, RowEdit], report: Report) -> Step:
    if isinstance(step, Stage):
        return dataclasses.replace(step, body=tuple(_step(inner, edits, report) for inner in step.body))
    if isinstance(step, Table):
        rows = []
        for row in step.rows:
            if isinstance(row, Stage):
                calls = [_row(c, step, edits, report) for c in row.body if isinstance(c, Call)]
                rows.append(dataclasses.replace(row, body=tuple(c for c in calls if c is not None)))
            elif (call := _row(row, step, edits, report)) is not None:
                rows.append(call)
        return dataclasses.replace(step, rows=tuple(rows))
    return step


def _row(call: Call, table: Table, edits: dict[int, RowEdit], report: Report) -> Call | None:
    edit = edits.get(call.row or 0)
    if edit is None:
        return call
    if edit.cells is None:
        return None
    target, args, marks = call.target, dict(call.args), dict(call.arg_marks)
    for column, value in edit.cells.items():
        mark = edit.cell_marks[column]
        if column not in table.columns:
            report.unknown("column", column, table.columns, mark)
        elif column == "op":
            target = str(value.evaluate({}))
        else:
            _put(args, column, value)
            marks[column] = mark
    return dataclasses.replace(call, target=target, args=args, arg_marks=marks)


def _put(args: dict[str, Value], column: str, value: Value) -> None:
    """`~` takes a cell out."""
    if getattr(value, "value", 0) is None:
        args.pop(column, None)
    else:
        args[column] = value
