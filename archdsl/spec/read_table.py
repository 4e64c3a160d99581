"""Tables: rows under columns to calls, headings among them to stages.

The rows of a net are numbered from 1 over all its tables, those of blocks are not.
"""

from __future__ import annotations

from typing import Any

from archdsl.errors import Fix, Hint
from archdsl.spec.model import PLAIN, Body, Call, Formula, Label, Modifiers, Stage, Table
from archdsl.spec.read_modifiers import MODIFIERS, modifier, modifiers
from archdsl.spec.read_values import kind
from archdsl.spec.reading import Reading
from archdsl.spec.yaml import Mapping, Node, Scalar, Sequence

_KEYS = ("columns", "scale", "rows", "stage_end")


def table(reading: Reading, node: Mapping, key: Scalar, head: Node) -> Table | None:
    """A table step; None where it has no columns or rows to read."""
    reading.values.keys(node, ("table", *MODIFIERS), "a table step")
    parts = reading.values.mapping(head, "'table'")
    if parts is None:
        return None
    reading.values.keys(parts, _KEYS, "a table")
    columns = _columns(reading, parts, key)
    rows = parts.get("rows")
    if reading.values.lacks(parts, "rows"):
        reading.report.error("a table needs 'rows'", key.mark)
    listed = reading.values.sequence(rows, "'rows'") if rows is not None else None
    if columns is None or listed is None:
        return None
    if not listed.items:
        reading.report.error("a table without rows", listed.mark)
    names = tuple(column.text for column in columns)
    scale = _scale(reading, parts.get("scale"), names)
    end_node = parts.get("stage_end")
    end = reading.body(end_node) if end_node is not None else ()
    made = _rows(reading, listed, names, scale, end)
    return Table(
        mark=key.mark,
        columns=names,
        column_marks=tuple([column.mark for column in columns]),
        rows=made,
        scale=scale,
        mods=modifiers(reading, node),
    )


def _columns(reading: Reading, table: Mapping, key: Scalar) -> list[Scalar] | None:
    node = table.get("columns")
    if node is None:
        if reading.values.lacks(table, "columns"):
            reading.report.error("a table needs 'columns'", key.mark, "for example: columns: [op, exp, out, s]")
        return None
    listed = reading.values.sequence(node, "'columns'")
    if listed is None:
        return None
    columns: dict[str, Scalar] = {}
    for item in listed.items:
        if not isinstance(item, Scalar) or not isinstance(item.value, str):
            reading.report.error(f"a column must be a word, {kind(item)} came", item.mark)
            return None
        first = columns.get(item.text)
        if first is not None:
            reading.report.error(f"duplicate column '{item.text}'", item.mark, "", ("first given here", first.mark))
            return None
        columns[item.text] = item
    if "op" not in columns:
        message = "a table needs a column 'op' with the operator or block of each row"
        reading.report.error(message, node.mark, Hint("", *([Fix("write", "[", "[op, ")] if listed.flow else [])))
        return None
    return list(columns.values())


def _scale(reading: Reading, node: Node | None, columns: tuple[str, ...]) -> dict[str, Formula]:
    mapping = reading.values.mapping(node, "'scale'") if node is not None else None
    found: dict[str, Formula] = {}
    for key, value in mapping.pairs if mapping else ():
        if key.text not in columns or key.text in ("op", *MODIFIERS):
            reading.report.unknown("column", key.text, [c for c in columns if c not in ("op", *MODIFIERS)], key.mark)
            continue
        formula = reading.values.value(value)
        if isinstance(formula, Formula):
            found[key.text] = formula
        else:
            reading.report.error("a scale must be a formula of $value, the printed number", value.mark)
    return found


def _rows(
    reading: Reading, node: Sequence, columns: tuple[str, ...], scale: dict[str, Formula], end: Body
) -> tuple[Call | Stage, ...]:
    made: list[Call | Stage] = []
    stage: Label | None = None
    inside: list[Call] = []

    def close() -> None:
        if stage is not None:
            made.append(Stage(mark=stage.mark, name=stage, body=tuple(inside), end=end))
            inside.clear()

    for item in node.items:
        if isinstance(item, Mapping):
            close()
            stage = _heading(reading, item)
        else:
            (inside if stage is not None else made).append(_row(reading, item, columns, scale))
    close()
    return tuple(made)


def _heading(reading: Reading, node: Mapping) -> Label | None:
    """`{stage: name}` among the rows opens a stage, `{stage: ~}` ends it."""
    head = node.get("stage")
    if head is None or len(node.pairs) != 1:
        reading.report.error("among rows stands only {stage: name}", node.mark, "a row is a list: [conv, 16, 2]")
        return None
    if isinstance(head, Scalar) and head.value is None:
        return None
    return reading.values.label(head, "the name of a stage")


def _row(reading: Reading, node: Node, columns: tuple[str, ...], scale: dict[str, Formula]) -> Call:
    """One row; without a target where it cannot be read."""
    listed = reading.values.sequence(node, "a row")
    number = reading.next_row()
    if listed is None:
        return Call(mark=node.mark, target="", row=number)
    if len(listed.items) != len(columns):
        text = f"a row of {len(listed.items)} cells under {len(columns)} columns"
        hint = f"columns: {', '.join(columns)}; write ~ for a cell that is not given"
        missing = len(columns) - len(listed.items)
        fixes = [Fix("fill", text=", ".join("~" * missing))] if missing > 0 and listed.flow else []
        reading.report.error(text, node.mark, Hint(hint, *fixes))
        return Call(mark=node.mark, target="", row=number)
    args, marks = {}, {}
    mods: dict[str, Any] = {}
    for column, cell in zip(columns, listed.items, strict=True):
        if column == "op" or (isinstance(cell, Scalar) and cell.value is None):
            continue
        if column in MODIFIERS:
            field, read = modifier(reading, column, cell)
            mods[field] = read
        else:
            args[column] = reading.values.value(cell)
            marks[column] = cell.mark
    op = listed.items[columns.index("op")]
    return Call(
        mark=op.mark,
        target=_target(reading, op),
        args=args,
        arg_marks=marks,
        row=number,
        mods=Modifiers(**mods) if mods else PLAIN,
        scale=scale,
    )


def _target(reading: Reading, cell: Node) -> str:
    if isinstance(cell, Scalar) and isinstance(cell.value, str):
        return cell.text
    reading.report.error(f"the cell under 'op' must be an operator or block, {kind(cell)} came", cell.mark)
    return ""
