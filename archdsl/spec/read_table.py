"""Tables: rows under columns to calls, headings among them to stages."""

from __future__ import annotations

from typing import Any

from archdsl.spec.model import PLAIN, Body, Call, Formula, Label, Modifiers, Stage, Table
from archdsl.spec.read_modifiers import MODIFIERS, ModifierReader
from archdsl.spec.read_values import kind
from archdsl.spec.report import Report
from archdsl.spec.yaml import Mapping, Node, Scalar, Sequence

_KEYS = ("columns", "scale", "rows", "stage_end")


class TableReader(ModifierReader):
    """Reads tables. Rows are numbered from 1 over all tables of a net, those of blocks are not."""

    def __init__(self, report: Report):
        super().__init__(report)
        self.rows = 0
        self.number = False

    def table(self, node: Mapping, key: Scalar, head: Node) -> Table | None:
        """A table step; None where it has no columns or rows to read."""
        self.values.keys(node, ("table", *MODIFIERS), "a table step")
        table = self.values.mapping(head, "'table'")
        if table is None:
            return None
        self.values.keys(table, _KEYS, "a table")
        columns = self.columns(table, key)
        rows = table.get("rows")
        if rows is None:
            self.report.error("a table needs 'rows'", key.mark)
        listed = self.values.sequence(rows, "'rows'") if rows is not None else None
        if columns is None or listed is None:
            return None
        if not listed.items:
            self.report.error("a table without rows", listed.mark)
        names = tuple(column.text for column in columns)
        scale = self.scale(table.get("scale"), names)
        end_node = table.get("stage_end")
        end = self.body(end_node) if end_node is not None else ()
        made = self.rows_of(listed, names, scale, end)
        marks = tuple(column.mark for column in columns)
        return Table(mark=key.mark, columns=names, column_marks=marks, rows=made, scale=scale, mods=self.modifiers(node))

    def columns(self, table: Mapping, key: Scalar) -> list[Scalar] | None:
        node = table.get("columns")
        if node is None:
            self.report.error("a table needs 'columns'", key.mark, "for example: columns: [op, exp, out, s]")
            return None
        listed = self.values.sequence(node, "'columns'")
        if listed is None:
            return None
        columns: list[Scalar] = []
        for item in listed.items:
            if not isinstance(item, Scalar) or not isinstance(item.value, str):
                self.report.error(f"a column must be a word, {kind(item)} came", item.mark)
                return None
            first = next((column for column in columns if column.text == item.text), None)
            if first is not None:
                self.report.error(f"duplicate column '{item.text}'", item.mark, "", ("first given here", first.mark))
                return None
            columns.append(item)
        if all(column.text != "op" for column in columns):
            self.report.error("a table needs a column 'op' with the operator or block of each row", node.mark)
            return None
        return columns

    def scale(self, node: Node | None, columns: tuple[str, ...]) -> dict[str, Formula]:
        mapping = self.values.mapping(node, "'scale'") if node is not None else None
        found: dict[str, Formula] = {}
        for key, value in mapping.pairs if mapping else ():
            if key.text not in columns or key.text in ("op", *MODIFIERS):
                self.report.unknown("column", key.text, [c for c in columns if c not in ("op", *MODIFIERS)], key.mark)
                continue
            formula = self.values.value(value)
            if isinstance(formula, Formula):
                found[key.text] = formula
            else:
                self.report.error("a scale must be a formula of $value, the printed number", value.mark)
        return found

    # -- rows ------------------------------------------------------------------------------------------------------------------

    def rows_of(self, node: Sequence, columns: tuple[str, ...], scale: dict[str, Formula], end: Body) -> tuple[Call | Stage, ...]:
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
                stage = self.heading(item)
            else:
                (inside if stage is not None else made).append(self.row(item, columns, scale))
        close()
        return tuple(made)

    def heading(self, node: Mapping) -> Label | None:
        """`{stage: name}` among the rows opens a stage, `{stage: ~}` ends it."""
        head = node.get("stage")
        if head is None or len(node.pairs) != 1:
            self.report.error("among rows stands only {stage: name}", node.mark, "a row is a list: [conv, 16, 2]")
            return None
        if isinstance(head, Scalar) and head.value is None:
            return None
        return self.values.label(head, "the name of a stage")

    def row(self, node: Node, columns: tuple[str, ...], scale: dict[str, Formula]) -> Call:
        """One row; without a target where it cannot be read."""
        listed = self.values.sequence(node, "a row")
        number = None
        if self.number:
            self.rows += 1
            number = self.rows
        if listed is None:
            return Call(mark=node.mark, target="", row=number)
        if len(listed.items) != len(columns):
            text = f"a row of {len(listed.items)} cells under {len(columns)} columns"
            self.report.error(text, node.mark, f"columns: {', '.join(columns)}; write ~ for a cell that is not given")
            return Call(mark=node.mark, target="", row=number)
        args, marks = {}, {}
        mods: dict[str, Any] = {}
        for column, cell in zip(columns, listed.items, strict=True):
            if column == "op" or (isinstance(cell, Scalar) and cell.value is None):
                continue
            if column in MODIFIERS:
                field, read = self.modifier(column, cell)
                mods[field] = read
            else:
                args[column] = self.values.value(cell)
                marks[column] = cell.mark
        op = listed.items[columns.index("op")]
        return Call(
            mark=op.mark,
            target=self.target(op),
            args=args,
            arg_marks=marks,
            row=number,
            mods=Modifiers(**mods) if mods else PLAIN,
            scale=scale,
        )

    def target(self, cell: Node) -> str:
        if isinstance(cell, Scalar) and isinstance(cell.value, str):
            return cell.text
        self.report.error(f"the cell under 'op' must be an operator or block, {kind(cell)} came", cell.mark)
        return ""
