"""Nodes to values: constants, formulas, lists, and steps given as an argument."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from archdsl.errors import clip, truth_meant
from archdsl.exact.unknown import UNKNOWN
from archdsl.spec.arithmetic import MAX_ITEMS
from archdsl.spec.expression import Expression, ExpressionError, parse
from archdsl.spec.model import Body, Constant, Formula, Inline, Label, ListOf, Value
from archdsl.spec.read_labels import read_label
from archdsl.spec.report import Report
from archdsl.spec.unknown_names import is_meant, unknown_key
from archdsl.spec.values import part
from archdsl.spec.yaml import Mapping, Node, Scalar, Sequence

MAX_NAME = 100
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
IN_TEXT = re.compile(r"\$([A-Za-z_]\w*)", re.ASCII)
RESERVED = {"in", "i", "value"}
ReadBody = Callable[[Node], Body]
_UNREADABLE = Expression("", {}, (), (), lambda names: UNKNOWN)


class ValueReader:
    """Reads values and reports what is wrong with them. `body` reads steps that stand as a value."""

    def __init__(self, report: Report, body: ReadBody):
        self.report = report
        self.body = body
        self.strange: set[Scalar] = set()  # keys that are not known, which were reported

    def value(self, node: Node) -> Value:
        if isinstance(node, Scalar):
            return self.scalar(node)
        if isinstance(node, Mapping):
            return Inline(node.mark, self.body(node)) if node.pairs else Constant(node.mark, None)
        if any(isinstance(item, Mapping) for item in node.items):
            return Inline(node.mark, self.body(node))
        if len(node.items) > MAX_ITEMS:
            self.report.error(f"a list of {len(node.items):,} values, a list has at most {MAX_ITEMS:,}", node.mark)
            return ListOf(node.mark, ())
        return ListOf(node.mark, tuple(self.value(item) for item in node.items))

    def scalar(self, node: Scalar) -> Constant | Formula:
        if isinstance(node.value, str) and "$" in node.value:
            return self.formula(node)
        return Constant(node.mark, node.value)

    def formula(self, node: Scalar) -> Formula:
        """A formula; one that cannot be read is reported, and another takes its place so that nothing follows from it."""
        try:
            bare = IN_TEXT.fullmatch(node.text)
            return Formula(node.mark, parse(node.text), bare[1] if bare else None)
        except ExpressionError as error:
            self.report.error(error.message, part(node.mark, node.text, error.start, error.end), error.hint)
            return Formula(node.mark, _UNREADABLE)

    def condition(self, node: Node) -> Value:
        """A value that decides: a formula, true or false. A text without `$` is read as a formula too."""
        if isinstance(node, Scalar) and isinstance(node.value, str) and not NAME.match(node.text):
            return self.formula(node)
        return self.value(node)

    def label(self, node: Node, what: str) -> Label | None:
        """A name: a word, in which `$name` and `{expression}` stand for values."""
        if not isinstance(node, Scalar) or node.value is None:
            self.report.error(f"{what} must be a word", node.mark)
            return None
        if "$" in node.text or "{" in node.text:
            return read_label(node, what, self.report)
        if self.too_long(node, what):
            return None
        if "." in node.text or not node.text.strip():
            self.report.error(f"{what} must be a word without dots, '{clip(node.text)}' came", node.mark)
            return None
        return Label(node.mark, node.text)

    def lacks(self, node: Mapping, key: str) -> bool:
        """Whether a mapping has neither a key nor one that is misspelt for it, which is reported."""
        return node.get(key) is None and not any(other in self.strange and is_meant(other.text, key) for other, _ in node.pairs)

    def too_long(self, node: Scalar, what: str) -> bool:
        """Whether a name is longer than names may be, which is reported."""
        if len(node.text) <= MAX_NAME:
            return False
        self.report.error(f"{what} has at most {MAX_NAME} characters, {len(node.text):,} came", node.mark)
        return True

    # -- plain parts of a file -------------------------------------------------------------------------------------------------

    def mapping(self, node: Node, what: str) -> Mapping | None:
        if isinstance(node, Mapping):
            return node
        if isinstance(node, Scalar) and node.value is None:
            return Mapping(node.mark)
        self.report.error(f"{what} must be a mapping (name: value), {kind(node)} came", node.mark)
        return None

    def sequence(self, node: Node, what: str) -> Sequence | None:
        if isinstance(node, Sequence):
            return node
        self.report.error(f"{what} must be a list, {kind(node)} came", node.mark)
        return None

    def text(self, node: Node, what: str) -> str:
        if isinstance(node, Scalar):
            return node.text
        self.report.error(f"{what} must be a text, {kind(node)} came", node.mark)
        return ""

    def truth(self, node: Node, what: str, also: str = "") -> bool:
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        hint = truth_meant(node.value) if isinstance(node, Scalar) else ""
        self.report.error(f"{what} must be true or false{also}, {kind(node)} came", node.mark, hint)
        return False

    def plain(self, node: Node) -> Any:
        """A value without formulas, as Python data."""
        if isinstance(node, Scalar):
            return node.value
        if isinstance(node, Sequence):
            return [self.plain(item) for item in node.items]
        return {key.text: self.plain(item) for key, item in node.pairs}

    def keys(self, node: Mapping, known: tuple[str, ...], what: str) -> None:
        """Report keys that are not among the known ones."""
        for key, _ in node.pairs:
            if key.text not in known:
                self.strange.add(key)
                self.report.unknown(f"key of {what}", key.text, known, key.mark, unknown_key)

    def name(self, key: Scalar, what: str) -> bool:
        if self.too_long(key, f"the name of {what}"):
            return False
        if not NAME.match(key.text):
            self.report.error(f"the name of {what} must be letters, digits and _, {kind(key)} came", key.mark)
            return False
        if key.text in RESERVED:
            self.report.error(f"'{key.text}' is a name of the language and cannot name {what}", key.mark)
            return False
        return True


def kind(node: Node) -> str:
    """What a node is, in words."""
    if isinstance(node, Mapping):
        return "a mapping" if node.pairs else "nothing"
    if isinstance(node, Sequence):
        return "a list"
    value = node.value
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, Fraction)):
        return f"the number {node.text}"
    return f"'{clip(node.text)}'"
