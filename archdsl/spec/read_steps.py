"""Nodes to steps: calls, splits and forks, stages, and tables of rows."""

from __future__ import annotations

import dataclasses
from typing import Any

from archdsl.errors import Mark
from archdsl.spec.model import PLAIN, Body, Call, Formula, Label, Modifiers, Parallel, Path, Stage, Step, Table, Value
from archdsl.spec.read_values import ValueReader, kind
from archdsl.spec.report import Report
from archdsl.spec.yaml import Mapping, Node, Scalar, Sequence

MODIFIERS = ("name", "when", "repeat", "for", "as", "from")
PARALLEL = ("split", "fork")
STRUCTURE = (*PARALLEL, "stage", "table")
_PARALLEL_KEYS = ("paths", "path", "join", *MODIFIERS)
_TABLE_KEYS = ("columns", "scale", "rows", "stage_end")
_ROW_MODIFIERS = ("name", "when", "repeat", "as", "from")


class StepReader:
    """Reads bodies of nets, blocks and paths. Rows of tables are numbered from 1 over the whole reader when `number` is on."""

    def __init__(self, report: Report):
        self.report = report
        self.values = ValueReader(report)
        self.values.body = self.body
        self.rows = 0
        self.number = False

    def body(self, node: Node) -> Body:
        """Steps: a list of them, or one alone."""
        if isinstance(node, Scalar) and node.value is None:
            return ()
        items = node.items if isinstance(node, Sequence) else [node]
        steps = (self.step(item) for item in items)
        return tuple(step for step in steps if step is not None)

    def step(self, node: Node) -> Step | None:
        if isinstance(node, Scalar):
            if node.value is None:
                self.report.error("a step is missing", node.mark, "an operator or a block, such as `- norm` or `- conv: {out: 16}`")
                return None
            return Call(mark=node.mark, target=node.text)
        if isinstance(node, Sequence):
            self.report.error("a step is an operator or a block, a list came", node.mark, "rows stand under `table: {columns, rows}`")
            return None
        return self.keyed(node)

    def keyed(self, node: Mapping) -> Step | None:
        structure = [key for key, _ in node.pairs if key.text in STRUCTURE]
        if structure:
            key = structure[0]
            value = next(v for k, v in node.pairs if k is key)
            if key.text in PARALLEL:
                return self.parallel(node, key, value)
            return self.stage(node, key, value) if key.text == "stage" else self.table(node, key, value)
        heads = [(key, value) for key, value in node.pairs if key.text not in MODIFIERS]
        if len(heads) != 1:
            if not heads:
                self.report.error("a step without an operator or a block", node.mark)
            else:
                names = " and ".join(f"'{key.text}'" for key, _ in heads[:3])
                hint = f"each step has one operator or block; beside it stand only {', '.join(MODIFIERS)}"
                self.report.error(f"one step with {names}", heads[1][0].mark, hint)
            return None
        key, value = heads[0]
        args, marks, positional = self.arguments(value)
        return Call(
            mark=key.mark, target=key.text, args=args, arg_marks=marks, positional=positional, mods=self.modifiers(node)
        )

    def arguments(self, node: Node) -> tuple[dict[str, Value], dict[str, Mark], Value | None]:
        if isinstance(node, Mapping):
            for key, _ in node.pairs:
                if "(" in key.text or ")" in key.text:
                    hint = "inside { } an expression with a comma must stand in quotes"
                    self.report.error(f"'{key.text}' is no argument", key.mark, hint)
            args = {key.text: self.values.value(value) for key, value in node.pairs}
            return args, {key.text: key.mark for key, _ in node.pairs}, None
        if isinstance(node, Scalar) and node.value is None:
            return {}, {}, None
        return {}, {}, self.values.value(node)

    # -- modifiers -------------------------------------------------------------------------------------------------------------

    def modifiers(self, node: Mapping) -> Modifiers:
        found: dict[str, Any] = {}
        for key, value in node.pairs:
            if key.text in MODIFIERS:
                field, read = self.modifier(key.text, value)
                found[field] = read
        return Modifiers(**found) if found else PLAIN

    def modifier(self, word: str, node: Node) -> tuple[str, Any]:
        if word == "when":
            return "when", self.values.condition(node)
        if word == "repeat":
            return "repeat", self.values.value(node)
        if word == "for":
            return "loop", self.loop(node)
        if word == "name":
            return "name", self.values.label(node, "a name")
        if word == "as":
            return "label", self.values.label(node, "the label after 'as'")
        items = node.items if isinstance(node, Sequence) else [node]
        labels = [self.values.label(item, "a label after 'from'") for item in items]
        return "sources", tuple(label for label in labels if label is not None)

    def loop(self, node: Node) -> tuple[tuple[str, Value], ...]:
        mapping = self.values.mapping(node, "'for'")
        if mapping is None:
            return ()
        return tuple((key.text, self.values.value(value)) for key, value in mapping.pairs if self.values.name(key, "a loop variable"))

    # -- split and fork --------------------------------------------------------------------------------------------------------

    def parallel(self, node: Mapping, key: Scalar, head: Node) -> Parallel | None:
        word = key.text
        self.values.keys(node, (word, "for", *_PARALLEL_KEYS), f"a {word}")
        one, several, join = node.get("path"), node.get("paths"), node.get("join")
        if (one is None) == (several is None):
            text = f"a {word} needs either 'paths' (a list) or 'path' with 'for' (one for each round)"
            self.report.error(text, key.mark)
            return None
        if join is None:
            self.report.error(f"a {word} needs a 'join': concat, add or mul", key.mark)
            return None
        joined = self.step(join)
        if not isinstance(joined, Call):
            if joined is not None:
                self.report.error("'join' must be an operator that takes several inputs", join.mark)
            return None
        loop_node = node.get("for")
        loop = self.loop(loop_node) if loop_node is not None else ()
        paths = self.paths(several) if several is not None else (Path(mark=_mark(one), name=None, body=self.body(_node(one))),)
        if one is not None and not loop:
            self.report.error("'path' needs 'for', which says how many", key.mark, "write 'paths: [[…], […]]' to give each")
        rest = Mapping(node.mark, [(k, v) for k, v in node.pairs if k.text in MODIFIERS and k.text != "for"])
        shares = self.shares(head) if word == "split" else self.no_shares(head)
        return Parallel(mark=key.mark, kind=word, shares=shares, paths=paths, join=joined, loop=loop, mods=self.modifiers(rest))

    def paths(self, node: Node) -> tuple[Path, ...]:
        if isinstance(node, Mapping):  # paths with names
            return tuple(Path(mark=key.mark, name=key.text, body=self.body(value)) for key, value in node.pairs)
        listed = self.values.sequence(node, "'paths'")
        return tuple(Path(mark=item.mark, name=None, body=self.body(item)) for item in listed.items) if listed else ()

    def shares(self, node: Node) -> tuple[Value, ...] | None:
        if isinstance(node, Scalar) and node.text == "even":
            return None
        if isinstance(node, Sequence):
            return tuple(self.values.value(item) for item in node.items)
        hint = "for example: split: [1/2, rest]"
        self.report.error(f"'split' takes even or a list of shares, {kind(node)} came", node.mark, hint)
        return None

    def no_shares(self, node: Node) -> None:
        if not (isinstance(node, Scalar) and node.value is None) and not (isinstance(node, Mapping) and not node.pairs):
            hint = "write 'fork:' with nothing behind it, or split to share the channels out"
            self.report.error(f"a fork gives every path all channels, {kind(node)} came", node.mark, hint)

    # -- stages and tables -----------------------------------------------------------------------------------------------------

    def stage(self, node: Mapping, key: Scalar, head: Node) -> Stage | None:
        self.values.keys(node, ("stage", "body", "end", *MODIFIERS), "a stage")
        name = self.values.label(head, "the name of a stage")
        body, end = node.get("body"), node.get("end")
        if body is None:
            self.report.error("a stage needs a 'body'", key.mark)
        if name is None or body is None:
            return None
        mods = self.modifiers(node)
        return Stage(mark=key.mark, name=name, body=self.body(body), end=self.body(end) if end else (), mods=mods)

    def table(self, node: Mapping, key: Scalar, head: Node) -> Table | None:
        self.values.keys(node, ("table", *MODIFIERS), "a table step")
        table = self.values.mapping(head, "'table'")
        if table is None:
            return None
        self.values.keys(table, _TABLE_KEYS, "a table")
        columns = self.columns(table, key)
        rows = table.get("rows")
        if rows is None:
            self.report.error("a table needs 'rows'", key.mark)
        listed = self.values.sequence(rows, "'rows'") if rows is not None else None
        if columns is None or listed is None:
            return None
        scale = self.scale(table.get("scale"), columns)
        end_node = table.get("stage_end")
        end = self.body(end_node) if end_node is not None else ()
        made = self.rows_of(listed, [c.text for c in columns], scale, end)
        names, marks = tuple(c.text for c in columns), tuple(c.mark for c in columns)
        return Table(mark=key.mark, columns=names, column_marks=marks, rows=made, scale=scale, mods=self.modifiers(node))

    def columns(self, table: Mapping, key: Scalar) -> list[Scalar] | None:
        node = table.get("columns")
        if node is None:
            self.report.error("a table needs 'columns'", key.mark, "for example: columns: [op, exp, out, s]")
            return None
        listed = self.values.sequence(node, "'columns'")
        if listed is None:
            return None
        columns = [item for item in listed.items if isinstance(item, Scalar) and isinstance(item.value, str)]
        if len(columns) != len(listed.items):
            self.report.error("every column must be a word", node.mark)
            return None
        seen: dict[str, Mark] = {}
        for column in columns:
            if column.text in seen:
                self.report.error(f"duplicate column '{column.text}'", column.mark, "", ("first given here", seen[column.text]))
                return None
            seen[column.text] = column.mark
        if "op" not in seen:
            self.report.error("a table needs a column 'op' with the operator or block of each row", node.mark)
            return None
        return columns

    def scale(self, node: Node | None, columns: list[Scalar]) -> dict[str, Formula]:
        mapping = self.values.mapping(node, "'scale'") if node is not None else None
        found: dict[str, Formula] = {}
        for key, value in mapping.pairs if mapping else ():
            if key.text not in [c.text for c in columns] or key.text == "op":
                self.report.unknown("column", key.text, [c.text for c in columns if c.text != "op"], key.mark)
                continue
            formula = self.values.value(value)
            if isinstance(formula, Formula):
                found[key.text] = formula
            else:
                self.report.error("a scale must be a formula of $value, the printed number", value.mark)
        return found

    def rows_of(self, node: Sequence, columns: list[str], scale: dict[str, Formula], end: Body) -> tuple[Call | Stage, ...]:
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
                continue
            call = self.row(item, columns, scale)
            if call is not None:
                (inside if stage is not None else made).append(call)
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

    def row(self, node: Node, columns: list[str], scale: dict[str, Formula]) -> Call | None:
        listed = self.values.sequence(node, "a row")
        number = None
        if self.number:
            self.rows += 1
            number = self.rows
        if listed is None:
            return None
        if len(listed.items) != len(columns):
            text = f"a row of {len(listed.items)} cells under {len(columns)} columns"
            self.report.error(text, node.mark, f"columns: {', '.join(columns)}; write ~ for a cell that is not given")
            return None
        target, args, marks, mods = "", {}, {}, {}
        for column, cell in zip(columns, listed.items, strict=True):
            empty = isinstance(cell, Scalar) and cell.value is None
            if column == "op":
                target = self.target(cell)
            elif empty:
                continue
            elif column in _ROW_MODIFIERS:
                field, read = self.modifier(column, cell)
                mods[field] = read
            else:
                args[column] = self.values.value(cell)
                marks[column] = cell.mark
        if not target:
            return None
        call = Call(mark=listed.items[columns.index("op")].mark, target=target, args=args, arg_marks=marks, row=number)
        return dataclasses.replace(call, mods=Modifiers(**mods) if mods else PLAIN, scale=scale)

    def target(self, cell: Node) -> str:
        if isinstance(cell, Scalar) and isinstance(cell.value, str):
            return cell.text
        self.report.error(f"the cell under 'op' must be an operator or block, {kind(cell)} came", cell.mark)
        return ""


def _node(node: Node | None) -> Node:
    assert node is not None
    return node


def _mark(node: Node | None) -> Mark:
    return _node(node).mark
