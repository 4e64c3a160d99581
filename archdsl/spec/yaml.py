"""YAML 1.2 text to nodes that know their place. No object is built, no tag is followed, and size is bounded.

PyYAML's parser gives events; the nodes are put together here, without recursion, so that a hostile text cannot exhaust the stack.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import yaml

from archdsl.errors import Diagnostic, Fix, Hint, Mark, Source, SpecError, clip
from archdsl.spec.report import Report
from archdsl.spec.scalars import resolve
from archdsl.spec.yaml_problems import NO_DASH, NO_MERGE, QUOTES, forbidden_character, problem

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class TextLimits:
    """What a spec's text may hold before it is refused."""

    bytes: int = 4_000_000
    depth: int = 64
    nodes: int = 250_000  # counted with every alias expanded


@dataclass(slots=True, eq=False)
class Scalar:
    """One value. `plain`: it stands without quotes. `value`: None, a bool, an int, a Fraction, or the text."""

    mark: Mark
    text: str
    plain: bool
    value: Any


@dataclass(slots=True, eq=False)
class Sequence:
    """A list. `flow`: it is written in brackets."""

    mark: Mark
    items: list[Node]
    flow: bool = False


@dataclass(slots=True, eq=False)
class Mapping:
    """Keys with their values, in order. `flow`: it is written in braces."""

    mark: Mark
    pairs: list[tuple[Scalar, Node]] = field(default_factory=list)
    flow: bool = False

    def get(self, key: str) -> Node | None:
        return next((value for k, value in self.pairs if k.text == key), None)

    def keys(self) -> Iterator[str]:
        return (k.text for k, _ in self.pairs)


Node = Scalar | Sequence | Mapping


def compose(source: Source, limits: TextLimits | None = None, report: Report | None = None) -> Node:
    """The root node of a one-document text; a scalar without a value where the text is empty.

    Args:
        report: where mistakes go that leave a tree to go on with (a duplicate key, a key that is no word, a tag, a formula that
            is cut at its comma). Without one they are raised.

    Raises:
        SpecError: not YAML, more than one document, a cycle of aliases, or a text past the limits.
    """
    limits = limits or TextLimits()
    if len(source.text) > limits.bytes:
        hint = "raise the limit with --limits bytes=N"
        raise SpecError(Diagnostic(f"the file has more than {limits.bytes:,} characters", Mark(source, 0, 0, 1), hint))
    if (forbidden := forbidden_character(source)) is not None:
        raise SpecError(forbidden)
    found = Report() if report is None else report
    builder = _Builder(source, limits, found)
    try:
        for event in yaml.parse(source.text, Loader=_Loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise SpecError([*(found.errors if report is None else ()), problem(error, source)]) from None
    root = builder.finish()
    if report is None:
        found.stop()
    return root


class _Builder:
    """Takes parser events and puts nodes together on a stack of open collections."""

    def __init__(self, source: Source, limits: TextLimits, report: Report):
        self.source = source
        self.report = report
        self.limits = limits
        self.root: Node | None = None
        self.open: list[tuple[Sequence | Mapping, str | None, list[Any]]] = []
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.sizes: list[int] = []  # expanded size of each open collection so far
        self.documents = 0

    def mark(self, event: Any) -> Mark:
        start, end = event.start_mark, event.end_mark
        if end.line == start.line:
            return Mark(self.source, start.line, start.column, end.column)
        line = self.source.lines[start.line] if start.line < len(self.source.lines) else ""
        return Mark(self.source, start.line, start.column, max(len(line.rstrip()), start.column + 1))

    def take(self, event: Any) -> None:
        """One event of the parser. Those of streams and ends of documents say nothing."""
        handler = self.HANDLERS.get(type(event))
        if handler is not None:
            handler(self, event)

    def scalar(self, event: yaml.ScalarEvent) -> None:
        mark = self.mark(event)
        self.refuse_tag(event, mark)
        plain = not event.style
        if plain and event.value == "-" and self.open and self.open[-1][0].flow:
            self.report.error("a bare - is no value", mark, Hint(NO_DASH, Fix("write", "-", "~")))
            self.report.spoil(mark)
        self.place(Scalar(mark, event.value, plain, resolve(event.value) if plain else event.value), event.anchor, 1)

    def begin(self, event: yaml.CollectionStartEvent) -> None:
        """A collection opens."""
        mark = self.mark(event)
        self.refuse_tag(event, mark)
        if len(self.open) >= self.limits.depth:
            raise SpecError(Diagnostic(f"nested deeper than {self.limits.depth} levels", mark))
        flow = bool(event.flow_style)
        node = Sequence(mark, [], flow) if type(event) is yaml.SequenceStartEvent else Mapping(mark, [], flow)
        self.open.append((node, event.anchor, []))
        self.sizes.append(1)

    def end(self, event: yaml.CollectionEndEvent) -> None:
        """The innermost collection closes."""
        node, anchor, items = self.open.pop()
        if node.flow:
            items = _uncut(items, isinstance(node, Mapping), self.report)
        if isinstance(node, Sequence):
            node.items = items
        else:
            self.pair(node, items)
        self.place(node, anchor, self.sizes.pop())

    def document(self, event: yaml.DocumentStartEvent) -> None:
        self.documents += 1
        if self.documents > 1:
            raise SpecError(Diagnostic("a second document begins here, a spec is one", self.mark(event)))

    def refuse_tag(self, event: Any, mark: Mark) -> None:
        if event.tag is not None and event.tag != "!":
            tag = clip(event.tag.replace("tag:yaml.org,2002:", "!!", 1))
            self.report.error(f"the tag {tag} is not allowed in a spec", mark, "write the plain value")

    def alias(self, event: Any) -> None:
        mark = self.mark(event)
        if event.anchor not in self.anchors:
            inside = any(anchor == event.anchor for _, anchor, _ in self.open)
            text = f"the alias *{clip(event.anchor)} " + ("stands inside what it names" if inside else "names no anchor")
            raise SpecError(Diagnostic(text, mark))
        node, size = self.anchors[event.anchor]
        self.place(node, None, size)

    def place(self, node: Node, anchor: str | None, size: int) -> None:
        if self.open:
            self.open[-1][2].append(node)
            self.sizes[-1] += size
            if self.sizes[-1] > self.limits.nodes:
                message = f"more than {self.limits.nodes:,} values, aliases counted each time"
                raise SpecError(Diagnostic(message, node.mark, "raise the limit with --limits values=N"))
        else:
            self.root = node
        if anchor:
            self.anchors[anchor] = (node, size)

    def pair(self, node: Mapping, items: list[Node]) -> None:
        seen: dict[str, Mark] = {}
        for key, value in zip(items[::2], items[1::2], strict=True):
            if not isinstance(key, Scalar) or key.text == "":
                self.report.error("a key must be a word", key.mark, "" if isinstance(key, Scalar) else QUOTES)
                continue
            if key.text == "<<" and key.plain:
                self.report.error("merge keys (<<) are not part of the language", key.mark, NO_MERGE)
                continue
            if key.text in seen:
                hint = Hint("", Fix("leave out"))
                self.report.error(f"duplicate key '{clip(key.text)}'", key.mark, hint, ("first given here", seen[key.text]))
                continue
            seen[key.text] = key.mark
            node.pairs.append((key, value))

    def finish(self) -> Node:
        return Scalar(Mark(self.source, 0, 0, 1), "", True, None) if self.root is None else self.root

    HANDLERS: ClassVar[dict[type, Callable[[Any, Any], None]]] = {
        yaml.ScalarEvent: scalar,
        yaml.SequenceStartEvent: begin,
        yaml.MappingStartEvent: begin,
        yaml.SequenceEndEvent: end,
        yaml.MappingEndEvent: end,
        yaml.AliasEvent: alias,
        yaml.DocumentStartEvent: document,
    }


_CALL = re.compile(r"[$\w]\s*\(|\$\w")  # a function or a name: what makes a text with a bracket a formula


def _uncut(items: list[Node], pairs: bool, report: Report) -> list[Node]:
    """The items of a flow collection. A formula that its comma cut in pieces is reported and put together again, so that no other
    mistake follows from the cut.

    Args:
        pairs: whether keys and values stand in turn.
    """
    made: list[Node] = []
    at = 0
    while at < len(items):
        after = _end_of_cut(items, at, pairs)
        item = items[at]
        if after > at + 1:
            pieces = [piece for piece in (item, *items[at + 1 : after : 2 if pairs else 1]) if isinstance(piece, Scalar)]
            item = _whole(pieces)
            report.error(f"'{clip(item.text)}' is cut at its comma", item.mark, Hint(QUOTES, Fix("quote")))
            if "$" not in item.text:
                report.spoil(item.mark)
        made.append(item)
        at = after
    return made


def _end_of_cut(items: list[Node], at: int, pairs: bool) -> int:
    """The number after the last piece of the formula that begins here; `at + 1` where none does.

    In a mapping only a value is cut, and its further pieces are keys without values.
    """
    first = items[at]
    if not isinstance(first, Scalar) or _unclosed(first) <= 0 or not _CALL.search(first.text) or (pairs and at % 2 == 0):
        return at + 1
    missing, after = _unclosed(first), at + 1
    while missing > 0:
        piece = items[after] if after < len(items) else None
        value = items[after + 1] if pairs and piece is not None else None
        if not isinstance(piece, Scalar) or (pairs and not (isinstance(value, Scalar) and value.plain and not value.text)):
            return at + 1
        missing += _unclosed(piece)
        after += 2 if pairs else 1
    return after


def _unclosed(scalar: Scalar) -> int:
    return scalar.text.count("(") - scalar.text.count(")") if scalar.plain else 0


def _whole(pieces: list[Scalar]) -> Scalar:
    first, last = pieces[0].mark, pieces[-1].mark
    if first.line != last.line:
        text = ", ".join(piece.text for piece in pieces)
        return Scalar(first, text, True, text)
    mark = Mark(first.source, first.line, first.column, last.end)
    return Scalar(mark, mark.text, True, mark.text)
