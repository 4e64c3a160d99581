"""New cells for rows of a table: what `rows:` of an extending spec does, and `--set rows.15.exp=480`."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from archdsl.exact import is_choice_array
from archdsl.spec.model import Body, Call, Choice, Constant, Formula, RowEdit, Stage, Step, Table, Value
from archdsl.spec.report import Report


def tables(body: Body) -> Iterator[Table]:
    """The tables of a net in the order of the text, those inside stages too."""
    for step in body:
        if isinstance(step, Table):
            yield step
        elif isinstance(step, Stage):
            yield from tables(step.body)
        elif isinstance(step, Choice):
            yield from tables((*step.then, *step.otherwise))


def edit_rows(net: Body, edits: dict[int, RowEdit], report: Report) -> Body:
    """The net with new cells. Unknown rows and columns go to the report."""
    numbers = {call.row for table in tables(net) for call in table.calls()}
    last = max((number or 0 for number in numbers), default=0)
    for number, edit in edits.items():
        if number not in numbers:
            hint = f"the tables have rows 1 to {last}" if last else "the net has no table"
            report.error(f"no row {number}", edit.mark, hint)
    return tuple(_step(step, edits, report) for step in net)


def _step(step: Step, edits: dict[int, RowEdit], report: Report) -> Step:
    if isinstance(step, Stage):
        return dataclasses.replace(step, body=tuple(_step(inner, edits, report) for inner in step.body))
    if isinstance(step, Choice):
        then, otherwise = (tuple(_step(inner, edits, report) for inner in side) for side in (step.then, step.otherwise))
        return dataclasses.replace(step, then=then, otherwise=otherwise)
    if not isinstance(step, Table):
        return step
    rows: list[Call | Stage] = []
    for row in step.rows:
        if isinstance(row, Stage):
            calls = [_row(call, step, edits, report) for call in row.body if isinstance(call, Call)]
            rows.append(dataclasses.replace(row, body=tuple(call for call in calls if call is not None)))
        elif (call := _row(row, step, edits, report)) is not None:
            rows.append(call)
    return dataclasses.replace(step, rows=tuple(rows))


def _row(call: Call, table: Table, edits: dict[int, RowEdit], report: Report) -> Call | None:
    """The row with its new cells, None where it is taken out."""
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
            target = _target(value, report, call.row or 0)
        elif isinstance(value, Constant) and value.value is None:
            args.pop(column, None)
        else:
            args[column], marks[column] = value, mark
    for column in edit.mods:
        if column not in table.columns:
            report.unknown("column", column, table.columns, edit.cell_marks[column])
    fields = dict(edit.mods.values())
    mods = dataclasses.replace(call.mods, **fields) if fields else call.mods
    return dataclasses.replace(call, target=target, args=args, arg_marks=marks, mods=mods)


def operator_of(row: int) -> str:
    """The name under which a row finds its operator, where it has several in a grid."""
    return f"rows.{row}.op"


def _target(value: Value, report: Report, row: int) -> str:
    if isinstance(value, Constant) and is_choice_array(value.value):
        return f"${operator_of(row)}"
    if isinstance(value, Constant) and isinstance(value.value, str):
        return value.value
    if isinstance(value, Formula) and value.bare is not None:
        return f"${value.bare}"
    report.error("the cell under 'op' must be an operator, a block or $name", value.mark)
    return ""
