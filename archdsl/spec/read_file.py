"""One text to a `File`: its keys, knobs, blocks, reported figures."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from archdsl.errors import Mark, Source, SpecError
from archdsl.ir.init import DEFAULTS, read_rule
from archdsl.ops.arguments import ArgumentError
from archdsl.spec.model import Block, Constant, File, Inline, Label, ListOf, Override, Parameter, Reported, RowEdit, Value
from archdsl.spec.read_steps import StepReader
from archdsl.spec.read_values import kind
from archdsl.spec.report import Report
from archdsl.spec.yaml import Mapping, Node, Scalar, Sequence, TextLimits, compose

KEYS = ("archdsl", "name", "doc", "source", "import", "extends", "input", "knobs", "defaults", "init", "blocks", "net", "rows", "reported")
VERSION = 1
TYPES = ("int", "number", "bool", "word", "list", "block", "any")
METRICS = ("params", "macs", "flops", "top1", "top5", "latency")
_PARAMETER_KEYS = ("type", "default", "range", "choices", "doc")
_KNOB_KEYS = (*_PARAMETER_KEYS, "reading")
_REPORTED_KEYS = (*METRICS, "convention", "source", "dataset", "note")
_UNITS = {"": 1, "K": 10**3, "k": 10**3, "M": 10**6, "G": 10**9, "B": 10**9, "T": 10**12, "%": 1, "ms": Fraction(1, 1000), "s": 1}
_SIZE = re.compile(r"([0-9][0-9,]*)(\.[0-9]+)?\s*(K|k|M|G|B|T|%|ms|s)?\Z")


def read_file(source: Source, report: Report, limits: TextLimits | None = None) -> File | None:
    """Read one text. Mistakes go to the report; None where there is nothing to go on with."""
    try:
        root = compose(source, limits)
    except SpecError as error:
        for diagnostic in error.diagnostics:
            report.add(diagnostic)
        return None
    if not isinstance(root, Mapping):
        report.error(f"a spec is a mapping (name: …, net: …), {kind(root)} came", root.mark)
        return None
    return _FileReader(source, report).read(root)


def parse_size(text: str) -> tuple[Fraction, Fraction] | None:
    """A size as people write it (`3.41M`, `118M`, `5,145,318`) and the value of one unit in its last place; None if it is none."""
    match = _SIZE.match(text.strip())
    if not match:
        return None
    unit = Fraction(_UNITS[match[3] or ""])
    fraction = match[2] or ""
    return Fraction(match[1].replace(",", "") + fraction) * unit, unit / 10 ** max(len(fraction) - 1, 0)


def infer_type(value: Any) -> str:
    """The type that a default implies."""
    if value is None:
        return "any"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int"
    if isinstance(value, Fraction):
        return "number"
    if isinstance(value, list):
        return "list"
    return "word"


class _FileReader:
    def __init__(self, source: Source, report: Report):
        self.source = source
        self.report = report
        self.steps = StepReader(report)
        self.values = self.steps.values

    def read(self, root: Mapping) -> File:
        self.values.keys(root, KEYS, "a spec")
        self.version(root)
        net = root.get("net")
        self.steps.number = True
        body = self.steps.body(net) if net is not None else None
        self.steps.number = False
        if net is not None and not body and not self.report.errors:
            self.report.error("the net has no steps", net.mark)
        default_marks: dict[str, Mark] = {}
        return File(
            source=self.source,
            name=self.word(root, "name"),
            doc=self.word(root, "doc"),
            paper=self.word(root, "source"),
            imports=self.imports(root.get("import")),
            extends=self.path(root.get("extends"), "'extends'"),
            input=self.input(root.get("input")),
            knobs=self.knobs(root.get("knobs")),
            blocks=self.blocks(root.get("blocks")),
            defaults=self.defaults(root.get("defaults"), default_marks),
            default_marks=default_marks,
            init=self.init(root.get("init")),
            net=body,
            rows=self.rows(root.get("rows")),
            reported=self.reported(root.get("reported")),
        )

    def version(self, root: Mapping) -> None:
        node = root.get("archdsl")
        if node is not None and not (isinstance(node, Scalar) and node.value == VERSION):
            hint = f"this archdsl reads version {VERSION} of the language"
            self.report.error(f"unknown version {kind(node)} of the language", node.mark, hint)

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

    def input(self, node: Node | None) -> tuple[Value, ...] | None:
        if node is None:
            return None
        listed = self.values.sequence(node, "'input'")
        if listed is None or not 1 <= len(listed.items) <= 3:
            if listed is not None:
                self.report.error("'input' is [channels, height, width]", node.mark)
            return None
        return tuple(self.values.value(item) for item in listed.items)

    # -- knobs and arguments ---------------------------------------------------------------------------------------------------

    def knobs(self, node: Node | None) -> dict[str, Parameter | Override]:
        found: dict[str, Parameter | Override] = {}
        mapping = self.values.mapping(node, "'knobs'") if node is not None else None
        for key, value in mapping.pairs if mapping else ():
            if not self.values.name(key, "a knob"):
                continue
            if isinstance(value, Mapping):
                found[key.text] = self.parameter(key, value, "knob")
            else:
                found[key.text] = Override(name=key.text, mark=key.mark, default=self.values.value(value))
        return found

    def parameters(self, node: Node | None) -> dict[str, Parameter]:
        found: dict[str, Parameter] = {}
        mapping = self.values.mapping(node, "'args'") if node is not None else None
        for key, value in mapping.pairs if mapping else ():
            if not self.values.name(key, "an argument"):
                continue
            if isinstance(value, Mapping) and value.pairs and all(k in _PARAMETER_KEYS for k in value.keys()):
                found[key.text] = self.parameter(key, value, "argument")
            elif isinstance(value, Scalar) and value.plain and value.text in TYPES:
                found[key.text] = Parameter(name=key.text, mark=key.mark, type=value.text)
            else:
                found[key.text] = self.with_default(key, self.values.value(value))
        return found

    def with_default(self, key: Scalar, default: Value) -> Parameter:
        return Parameter(name=key.text, mark=key.mark, type=implied_type(default), default=default)

    def parameter(self, key: Scalar, node: Mapping, what: str) -> Parameter:
        self.values.keys(node, _KNOB_KEYS if what == "knob" else _PARAMETER_KEYS, f"a{'n' if what == 'argument' else ''} {what}")
        default_node, type_node = node.get("default"), node.get("type")
        default = self.values.value(default_node) if default_node is not None else None
        type_ = "any"
        if type_node is not None:
            type_ = self.values.text(type_node, "'type'")
            if type_ not in TYPES:
                self.report.unknown("type", type_, TYPES, type_node.mark)
                type_ = "any"
        elif default is not None:
            type_ = implied_type(default)
        range_node, reading = node.get("range"), node.get("reading")
        bounds = self.range(range_node) if range_node is not None else None
        if bounds is not None and type_ == "int" and type_node is None and any(isinstance(b, Fraction) for b in bounds):
            type_ = "number"
        doc = node.get("doc")
        return Parameter(
            name=key.text,
            mark=key.mark,
            type=type_,
            default=default,
            range=bounds,
            choices=self.choices(node.get("choices")),
            doc=self.values.text(doc, "'doc'") if doc is not None else "",
            reading=self.values.truth(reading, "'reading'") if reading is not None else False,
        )

    def range(self, node: Node) -> tuple[int | Fraction, int | Fraction] | None:
        bounds = self.values.plain(node)
        numbers = isinstance(bounds, list) and all(isinstance(b, (int, Fraction)) and not isinstance(b, bool) for b in bounds)
        if not numbers or len(bounds) != 2 or bounds[0] > bounds[1]:
            self.report.error("a range is [lowest, highest]", node.mark)
            return None
        return bounds[0], bounds[1]

    def choices(self, node: Node | None) -> tuple[Any, ...] | None:
        listed = self.values.sequence(node, "'choices'") if node is not None else None
        return tuple(self.values.plain(item) for item in listed.items) if listed else None

    # -- blocks, defaults, rows ------------------------------------------------------------------------------------------------

    def blocks(self, node: Node | None) -> dict[str, Block]:
        found: dict[str, Block] = {}
        mapping = self.values.mapping(node, "'blocks'") if node is not None else None
        for key, value in mapping.pairs if mapping else ():
            block = self.values.mapping(value, f"the block '{key.text}'") if self.values.name(key, "a block") else None
            if block is None:
                continue
            self.values.keys(block, ("doc", "args", "body"), "a block")
            body, doc = block.get("body"), block.get("doc")
            if body is None:
                self.report.error(f"the block '{key.text}' needs a 'body'", key.mark)
            found[key.text] = Block(
                name=key.text,
                mark=key.mark,
                doc=self.values.text(doc, "'doc'") if doc is not None else "",
                args=self.parameters(block.get("args")),
                body=self.steps.body(body) if body is not None else (),
            )
        return found

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

    def init(self, node: Node | None) -> dict[str, Any] | None:
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
            found[key.text] = rule
        return found

    def rows(self, node: Node | None) -> dict[int, RowEdit]:
        found: dict[int, RowEdit] = {}
        mapping = self.values.mapping(node, "'rows'") if node is not None else None
        for key, value in mapping.pairs if mapping else ():
            if not isinstance(key.value, int) or key.value < 1:
                self.report.error(f"a row is named by its number, counted from 1; '{key.text}' came", key.mark)
                continue
            if isinstance(value, Scalar) and value.value is None:
                found[key.value] = RowEdit(mark=key.mark, cells=None, cell_marks={})
                continue
            cells = self.values.mapping(value, f"row {key.text}")
            if cells is not None:
                read = {k.text: self.values.value(v) for k, v in cells.pairs}
                found[key.value] = RowEdit(mark=key.mark, cells=read, cell_marks={k.text: k.mark for k, _ in cells.pairs})
        return found

    # -- reported figures ------------------------------------------------------------------------------------------------------

    def reported(self, node: Node | None) -> tuple[Reported, ...]:
        listed = self.values.sequence(node, "'reported'") if node is not None else None
        found: list[Reported] = []
        for item in listed.items if listed else ():
            mapping = self.values.mapping(item, "a reported figure")
            if mapping is not None:
                self.values.keys(mapping, _REPORTED_KEYS, "a reported figure")
                found += self.figures(mapping)
        return tuple(found)

    def figures(self, node: Mapping) -> list[Reported]:
        texts = {k: self.values.text(v, f"'{k}'") for k in _REPORTED_KEYS if k not in METRICS and (v := node.get(k)) is not None}
        found = []
        for key, value in node.pairs:
            if key.text not in METRICS:
                continue
            size = parse_size(value.text) if isinstance(value, Scalar) else None
            if size is None:
                self.report.error(f"'{key.text}' must be a size such as 3.41M, {kind(value)} came", value.mark)
                continue
            text = value.text if isinstance(value, Scalar) else ""
            found.append(Reported(mark=key.mark, metric=key.text, value=size[0], text=text, step=size[1], **texts))
        if not found and not any(key.text in METRICS for key, _ in node.pairs):
            self.report.error(f"a reported figure names one of {', '.join(METRICS)}", node.mark)
        return found


def implied_type(value: Value) -> str:
    """The type of a parameter with this default: any, where the default is a formula."""
    if isinstance(value, Inline):
        return "block"
    return infer_type(value.evaluate({})) if _is_constant(value) else "any"


def _is_constant(value: Value) -> bool:
    return isinstance(value, Constant) or (isinstance(value, ListOf) and all(map(_is_constant, value.items)))
