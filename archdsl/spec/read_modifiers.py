"""What any step may carry beside its operator: `name`, `when`, `repeat`, `for`, `as`, `from`."""

from __future__ import annotations

from typing import Any

from archdsl.spec.model import PLAIN, Body, Modifiers, Value
from archdsl.spec.read_values import ValueReader
from archdsl.spec.report import Report
from archdsl.spec.yaml import Mapping, Node, Sequence

MODIFIERS = ("name", "when", "repeat", "for", "as", "from")


class ModifierReader:
    """Reads modifiers. Bodies of steps are read by the class that is built on this one."""

    def __init__(self, report: Report):
        self.report = report
        self.values = ValueReader(report, self.body)

    def body(self, node: Node) -> Body:
        raise NotImplementedError

    def modifiers(self, node: Mapping, without: str = "") -> Modifiers:
        """The modifiers among the keys of a step. `without`: one that belongs to the step itself."""
        found: dict[str, Any] = {}
        for key, value in node.pairs:
            if key.text in MODIFIERS and key.text != without:
                field, read = self.modifier(key.text, value)
                found[field] = read
        return Modifiers(**found) if found else PLAIN

    def modifier(self, word: str, node: Node) -> tuple[str, Any]:
        """The field of `Modifiers` for a word, and its value."""
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
        if not items:
            self.report.error("'from' names no label", node.mark)
        labels = [self.values.label(item, "a label after 'from'") for item in items]
        return "sources", tuple(label for label in labels if label is not None)

    def loop(self, node: Node) -> tuple[tuple[str, Value], ...]:
        """The variables of a `for` with their lists."""
        mapping = self.values.mapping(node, "'for'")
        if mapping is None:
            return ()
        if not mapping.pairs:
            self.report.error("'for' names no variable", node.mark, "for example: for: {k: [3, 5]}")
        named = [(key, value) for key, value in mapping.pairs if self.values.name(key, "a loop variable")]
        return tuple((key.text, self.values.value(value)) for key, value in named)
