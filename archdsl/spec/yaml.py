"""YAML 1.2 text to nodes that know their place. No object is built, no tag is followed, and size is bounded.

PyYAML's parser gives events; the nodes are put together here, without recursion, so that a hostile text cannot exhaust the stack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import yaml

from archdsl.errors import Diagnostic, Mark, Source, SpecError

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class TextLimits:
    """What a spec's text may hold before it is refused."""

    bytes: int = 8_000_000
    depth: int = 64
    nodes: int = 1_000_000  # counted with every alias expanded


@dataclass(slots=True, eq=False)
class Scalar:
    mark: Mark
    text: str
    plain: bool
    value: Any  # None, bool, int, Fraction, or the text


@dataclass(slots=True, eq=False)
class Sequence:
    mark: Mark
    items: list[Node]
    flow: bool = False


@dataclass(slots=True, eq=False)
class Mapping:
    mark: Mark
    pairs: list[tuple[Scalar, Node]] = field(default_factory=list)
    flow: bool = False

    def get(self, key: str) -> Node | None:
        return next((value for k, value in self.pairs if k.text == key), None)

    def keys(self) -> Iterator[str]:
        return (k.text for k, _ in self.pairs)


Node = Scalar | Sequence | Mapping


def compose(source: Source, limits: TextLimits | None = None) -> Node:
    """The root node of a one-document text.

    Raises:
        SpecError: not YAML, empty, more than one document, a duplicate key, a key that is no word, a tag, a cycle of aliases, or a text past the limits.
    """
    limits = limits or TextLimits()
    if len(source.text) > limits.bytes:
        raise SpecError(Diagnostic(f"the file has more than {limits.bytes:,} characters", Mark(source, 0, 0, 1)))
    builder = _Builder(source, limits)
    try:
        for event in yaml.parse(source.text, Loader=_Loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise SpecError(_not_yaml(error, source)) from None
    except yaml.reader.ReaderError as error:
        line = source.text.count("\n", 0, error.position)
        mark = Mark(source, line, 0, 1)
        raise SpecError(Diagnostic(f"not YAML: a character that YAML does not allow ({error.reason})", mark)) from None
    return builder.finish()


def _not_yaml(error: yaml.MarkedYAMLError, source: Source) -> Diagnostic:
    place = error.problem_mark or error.context_mark
    line = min(place.line, max(len(source.lines) - 1, 0)) if place else 0
    column = place.column if place and place.line == line else 0
    hint = ""
    text = source.lines[line] if line < len(source.lines) else ""
    if "\t" in text[: len(text) - len(text.lstrip())]:
        hint = "YAML indents with spaces, not tabs"
    elif text.count("(") and ("," in text or "[" in text):
        hint = "inside { } or [ ] an expression with a comma or a bracket must stand in quotes"
    elif re.search(r"[\[{,]\s*-\s*[,\]}]", text):
        hint = "a bare - is no value in a flow list: write ~ for a cell that is not given"
    elif error.problem and "mapping values are not allowed" in error.problem:
        hint = "a ':' inside a value must stand in quotes, and the lines of one mapping share one indentation"
    related: tuple[tuple[str, Mark], ...] = ()
    start = error.context_mark
    if start is not None and place is not None and start.line != place.line:
        related = ((str(error.context), Mark(source, start.line, start.column, start.column + 1)),)
    return Diagnostic(f"not YAML: {error.problem or error.context}", Mark(source, line, column, column + 1), hint, related)


class _Builder:
    """Takes parser events and puts nodes together on a stack of open collections."""

    def __init__(self, source: Source, limits: TextLimits):
        self.source = source
        self.limits = limits
        self.root: Node | None = None
        self.open: list[tuple[Sequence | Mapping, str | None, list[Any]]] = []
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.sizes: list[int] = []  # expanded size of each open collection so far
        self.total = 0
        self.documents = 0
        self.found: list[Diagnostic] = []

    def mark(self, event: Any) -> Mark:
        start, end = event.start_mark, event.end_mark
        if end.line == start.line:
            return Mark(self.source, start.line, start.column, end.column)
        line = self.source.lines[start.line] if start.line < len(self.source.lines) else ""
        return Mark(self.source, start.line, start.column, max(len(line.rstrip()), start.column + 1))

    def take(self, event: Any) -> None:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            mark = self.mark(event)
            self.refuse_tag(event, mark)
            plain = event.style in (None, "")
            self.place(Scalar(mark, event.value, plain, resolve(event.value) if plain else event.value), event.anchor, 1)
        elif kind in (yaml.SequenceStartEvent, yaml.MappingStartEvent):
            mark = self.mark(event)
            self.refuse_tag(event, mark)
            if len(self.open) >= self.limits.depth:
                raise SpecError(Diagnostic(f"nested deeper than {self.limits.depth} levels", mark))
            flow = bool(event.flow_style)
            node = Sequence(mark, [], flow) if kind is yaml.SequenceStartEvent else Mapping(mark, [], flow)
            self.open.append((node, event.anchor, []))
            self.sizes.append(1)
        elif kind in (yaml.SequenceEndEvent, yaml.MappingEndEvent):
            node, anchor, items = self.open.pop()
            if isinstance(node, Sequence):
                node.items = items
            else:
                self.pair(node, items)
            self.place(node, anchor, self.sizes.pop())
        elif kind is yaml.AliasEvent:
            self.alias(event)
        elif kind is yaml.DocumentStartEvent:
            self.documents += 1
            if self.documents > 1:
                raise SpecError(Diagnostic("a second document begins here, a spec is one", self.mark(event)))

    def refuse_tag(self, event: Any, mark: Mark) -> None:
        if event.tag is not None and event.tag != "!":
            self.found.append(Diagnostic(f"the tag {event.tag} is not allowed in a spec", mark, "write the plain value"))

    def alias(self, event: Any) -> None:
        mark = self.mark(event)
        if event.anchor not in self.anchors:
            inside = any(anchor == event.anchor for _, anchor, _ in self.open)
            text = f"the alias *{event.anchor} " + ("stands inside what it names" if inside else "names no anchor")
            raise SpecError(Diagnostic(text, mark))
        node, size = self.anchors[event.anchor]
        self.place(node, None, size)

    def place(self, node: Node, anchor: str | None, size: int) -> None:
        if self.open:
            self.open[-1][2].append(node)
            self.sizes[-1] += size
            if self.sizes[-1] > self.limits.nodes:
                raise SpecError(Diagnostic(f"more than {self.limits.nodes:,} values, aliases counted each time", node.mark))
        else:
            self.root = node
        if anchor:
            self.anchors[anchor] = (node, size)

    def pair(self, node: Mapping, items: list[Node]) -> None:
        seen: dict[str, Mark] = {}
        for key, value in zip(items[::2], items[1::2], strict=True):
            if not isinstance(key, Scalar) or key.text == "":
                hint = "an expression with [ ] or { } must stand in quotes" if not isinstance(key, Scalar) else ""
                self.found.append(Diagnostic("a key must be a word", key.mark, hint))
                continue
            if key.text in seen:
                first = seen[key.text]
                self.found.append(Diagnostic(f"duplicate key '{key.text}'", key.mark, related=(("first given here", first),)))
                continue
            seen[key.text] = key.mark
            node.pairs.append((key, value))

    def finish(self) -> Node:
        if self.root is None or (isinstance(self.root, Scalar) and self.root.value is None):
            hint = "a spec begins with 'archdsl: 1'; `archdsl new` writes a first one"
            raise SpecError(Diagnostic("the file is empty", Mark(self.source, 0, 0, 1), hint))
        if self.found:
            raise SpecError(self.found)
        return self.root


# -- scalars by the core schema of YAML 1.2, with exact numbers -----------------------------------------------------------------

_WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_RADIX = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?\Z")
_RATIO = re.compile(r"([-+]?[0-9]+)\s*/\s*([0-9]+)\Z")
_DIGITS = 60


def resolve(text: str) -> Any:
    """The value of a plain scalar: None, bool, int, exact Fraction (`0.1`, `1e-5`, `1/2`), or the text itself."""
    if text in _WORDS:
        return None
    if text in _TRUTHS:
        return _TRUTHS[text]
    if len(text) > _DIGITS or text[0] not in "0123456789+-.":
        return text
    if _INTEGER.match(text):
        return int(text)
    if _FLOAT.match(text):
        value = Fraction(text)
        return int(value) if value.denominator == 1 else value
    if _RADIX.match(text):
        return int(text, 0)
    ratio = _RATIO.match(text)
    if ratio and int(ratio[2]):
        value = Fraction(int(ratio[1]), int(ratio[2]))
        return int(value) if value.denominator == 1 else value
    return text
