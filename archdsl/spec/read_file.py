"""One text to a `File`: its keys, blocks, defaults and row edits."""

from __future__ import annotations

from typing import Any

from archdsl.errors import Fix, Hint, Mark, Source, SpecError
from archdsl.ops.errors import ArgumentError
from archdsl.spec.initialisation import DEFAULTS, read_rule
from archdsl.spec.model import Arrival, Block, File, Label, Outputs, RowEdit, Title, Value
from archdsl.spec.read_interface import read_input, read_labels, read_outputs
from archdsl.spec.read_modifiers import MODIFIERS, modifier
from archdsl.spec.read_parameters import read_arguments, read_knobs
from archdsl.spec.read_reported import read_reported
from archdsl.spec.read_space import read_space
from archdsl.spec.read_steps import STRUCTURE, reading
from archdsl.spec.read_values import kind
from archdsl.spec.report import Report
from archdsl.spec.titles import read_title, read_titles
from archdsl.spec.values import Wraps
from archdsl.spec.yaml import Mapping, Node, Scalar, Sequence, TextLimits, compose

KEYS = (
    *("archdsl", "name", "doc", "source", "import", "extends", "input", "knobs"),
    *("defaults", "init", "blocks", "net", "outputs", "rows", "reported", "titles", "space"),
)
VERSION = 1


def read_file(source: Source, report: Report, limits: TextLimits | None = None) -> File | None:
    """Read one text. Mistakes go to the report; None where there is nothing to go on with."""
    try:
        root = compose(source, limits, report)
    except SpecError as error:
        for diagnostic in error.diagnostics:
            report.add(diagnostic)
        return None
    if isinstance(root, Scalar) and root.value is None:
        hint = "a spec begins with 'archdsl: 1'; `archdsl new` writes a first one"
        report.error("the file is empty", Mark(source, 0, 0, 1), hint)
        return None
    if not isinstance(root, Mapping):
        report.error(f"a spec is a mapping (name: …, net: …), {kind(root)} came", root.mark)
        return None
    return _FileReader(source, report).read(root)


class _FileReader:
    def __init__(self, source: Source, report: Report):
        self.source = source
        self.report = report
        self.steps = reading(report)
        self.values = self.steps.values

    def read(self, root: Mapping) -> File:
        self.values.keys(root, KEYS, "a spec")
        self.version(root)
        net = root.get("net")
        self.steps.numbers_rows = True
        body = self.steps.body(net) if net is not None else None if self.values.lacks(root, "net") else ()
        self.steps.numbers_rows = False
        if net is not None and not body:
            self.report.error("the net has no steps", net.mark)
        default_marks: dict[str, Mark] = {}
        return File(
            source=self.source,
            name=self.word(root, "name"),
            doc=self.word(root, "doc"),
            paper=self.word(root, "source"),
            imports=self.imports(root.get("import")),
            extends=self.path(root.get("extends"), "'extends'"),
            input=self.input(root),
            knobs=read_knobs(root.get("knobs"), self.values),
            blocks=self.blocks(root.get("blocks")),
            defaults=self.defaults(root.get("defaults"), default_marks),
            default_marks=default_marks,
            init=self.init(root.get("init"), default_marks),
            net=body,
            outputs=self.outputs(root.get("outputs")),
            rows=self.rows(root.get("rows")),
            reported=read_reported(root.get("reported"), self.values),
            titles=read_titles(root.get("titles"), self.values),
            space=read_space(root.get("space"), self.values),
        )

    def version(self, root: Mapping) -> None:
        node = root.get("archdsl")
        if node is not None and not (isinstance(node, Scalar) and type(node.value) is int and node.value == VERSION):
            message = f"'archdsl' is the version of the language, {VERSION}; {kind(node)} came"
            fixes = [Fix("write", text=str(VERSION))] if isinstance(node, Scalar) else []
            self.report.error(message, node.mark, Hint("", *fixes))

    def word(self, root: Mapping, key: str) -> str | None:
        node = root.get(key)
        return None if node is None else self.values.text(node, f"'{key}'")

    def imports(self, node: Node | None) -> tuple[Label, ...]:
        if node is None:
            return ()
        items = node.items if isinstance(node, Sequence) else [node]
        found = [self.path(item, "an import") for item in items]
        return tuple(label for label in found if label is not None)

    def path(self, node: Node | None, what: str) -> Label | None:
        if node is None:
            return None
        if isinstance(node, Scalar) and isinstance(node.value, str):
            return Label(node.mark, node.text)
        self.report.error(f"{what} must be the name of a spec, {kind(node)} came", node.mark)
        return None

    def input(self, root: Mapping) -> tuple[Arrival, ...] | None:
        node = root.get("input")
        if node is None:
            return None if self.values.lacks(root, "input") else ()
        return read_input(node, self.values)

    def outputs(self, node: Node | None) -> Outputs | None:
        return None if node is None else read_outputs(node, self.values)

    # -- blocks, defaults, rows ------------------------------------------------------------------------------------------------

    def blocks(self, node: Node | None) -> dict[str, Block]:
        found: dict[str, Block] = {}
        mapping = self.values.mapping(node, "'blocks'") if node is not None else None
        for key, value in mapping.pairs if mapping else ():
            if key.text in (*MODIFIERS, *STRUCTURE):
                self.report.error(f"'{key.text}' is a word of the language and cannot name a block", key.mark)
            self.values.name(key, "a block")
            found[key.text] = self.block(key, value)
        return found

    def block(self, key: Scalar, node: Node) -> Block:
        """One definition; `broken` where so little can be read that calls of it cannot be checked."""
        mapping = self.values.mapping(node, f"the block '{key.text}'")
        if mapping is None:
            return Block(name=key.text, mark=key.mark, doc="", args={}, body=(), broken=True)
        self.values.keys(mapping, ("doc", "title", "wraps", "args", "inputs", "outputs", "body"), "a block")
        body, doc, args = mapping.get("body"), mapping.get("doc"), mapping.get("args")
        if self.values.lacks(mapping, "body"):
            self.report.error(f"the block '{key.text}' needs a 'body'", key.mark)
        return Block(
            name=key.text,
            mark=key.mark,
            doc=self.values.text(doc, "'doc'") if doc is not None else "",
            args=read_arguments(args, self.values),
            body=self.steps.body(body) if body is not None else (),
            title=self.title(mapping),
            inputs=read_labels(mapping.get("inputs"), self.values, "inputs"),
            outputs=read_labels(mapping.get("outputs"), self.values, "outputs"),
            wraps=self.wraps(mapping.get("wraps")),
            broken=body is None or not (args is None or isinstance(args, Mapping)),
        )

    def wraps(self, node: Node | None) -> Wraps | None:
        if node is None:
            return None
        if isinstance(node, Scalar) and isinstance(node.value, str):
            return Wraps(node.mark, node.text)
        self.report.error(f"'wraps' must be the name of a block, {kind(node)} came", node.mark)
        return Wraps(node.mark, "")

    def title(self, block: Mapping) -> Title | None:
        found = [read_title(key, value, self.values, "'title'") for key, value in block.pairs if key.text == "title"]
        return found[0] if found else None

    def defaults(self, node: Node | None, marks: dict[str, Mark]) -> dict[str, dict[str, Value]]:
        found: dict[str, dict[str, Value]] = {}
        mapping = self.values.mapping(node, "'defaults'") if node is not None else None
        for key, value in mapping.pairs if mapping else ():
            args = self.values.mapping(value, f"the defaults of '{key.text}'")
            found[key.text] = {k.text: self.values.value(v) for k, v in args.pairs} if args else {}
            marks[key.text] = key.mark
            for k, _ in args.pairs if args else ():
                marks[f"{key.text}.{k.text}"] = k.mark
        return found

    def init(self, node: Node | None, marks: dict[str, Mark]) -> dict[str, Any] | None:
        mapping = self.values.mapping(node, "'init'") if node is not None else None
        if mapping is None:
            return None
        found: dict[str, Any] = {}
        for key, value in mapping.pairs:
            rule = self.values.plain(value)
            if key.text not in DEFAULTS:
                self.report.unknown("kind of layer", key.text, DEFAULTS, key.mark)
                continue
            try:
                read_rule(key.text, rule)
            except ArgumentError as error:
                self.report.error(error.message, value.mark, error.hint)
                continue
            found[key.text], marks[f"init.{key.text}"] = rule, key.mark
        return found

    def rows(self, node: Node | None) -> dict[int, RowEdit]:
        found: dict[int, RowEdit] = {}
        mapping = self.values.mapping(node, "'rows'") if node is not None else None
        for key, value in mapping.pairs if mapping else ():
            if type(key.value) is not int or key.value < 1:
                self.report.error(f"a row is named by its number, counted from 1; '{key.text}' came", key.mark)
                continue
            if isinstance(value, Scalar) and value.value is None:
                found[key.value] = RowEdit(mark=key.mark, cells=None, cell_marks={})
                continue
            cells = self.values.mapping(value, f"row {key.text}")
            if cells is not None:
                found[key.value] = self.row_edit(key, cells)
        return found

    def row_edit(self, key: Scalar, cells: Mapping) -> RowEdit:
        read = {k.text: self.values.value(v) for k, v in cells.pairs if k.text not in MODIFIERS}
        mods = {k.text: modifier(self.steps, k.text, v) for k, v in cells.pairs if k.text in MODIFIERS}
        return RowEdit(mark=key.mark, cells=read, cell_marks={k.text: k.mark for k, _ in cells.pairs}, mods=mods)
