"""What any step may carry beside its operator: `name`, `when`, `repeat`, `for`, `as`, `from`, `share`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from archdsl.spec.labels import UNREADABLE
from archdsl.spec.model import PLAIN, Label, Modifiers, Value
from archdsl.spec.read_labels import no_star
from archdsl.spec.reading import Reading
from archdsl.spec.yaml import Mapping, Node, Sequence

Loop = tuple[tuple[str, Value], ...]
"""The variables of a `for` with their lists."""


def modifiers(reading: Reading, node: Mapping, without: str = "") -> Modifiers:
    """The modifiers among the keys of a step. `without`: one that belongs to the step itself."""
    found = dict(modifier(reading, key.text, value) for key, value in node.pairs if key.text in MODIFIERS and key.text != without)
    return Modifiers(**found) if found else PLAIN


def modifier(reading: Reading, word: str, node: Node) -> tuple[str, Any]:
    """The field of `Modifiers` for a word, and its value."""
    field, read = MODIFIERS[word]
    return field, read(reading, node)


def loop(reading: Reading, node: Node) -> Loop:
    """The variables of a `for` with their lists."""
    mapping = reading.values.mapping(node, "'for'")
    if mapping is None:
        return ()
    if not mapping.pairs:
        reading.report.error("'for' names no variable", node.mark, "for example: for: {k: [3, 5]}")
    named = [(key, value) for key, value in mapping.pairs if reading.values.name(key, "a loop variable")]
    return tuple((key.text, reading.values.value(value)) for key, value in named)


def _sources(reading: Reading, node: Node) -> tuple[Label, ...]:
    items = node.items if isinstance(node, Sequence) else [node]
    if not items:
        reading.report.error("'from' names no label", node.mark)
    return tuple(reading.values.label(item, "a label after 'from'") or Label(item.mark, UNREADABLE) for item in items)


def _given(reading: Reading, node: Node) -> tuple[Label, ...]:
    """The labels of a step: one for all that leaves it, or a list of one for each tensor."""
    items = node.items if isinstance(node, Sequence) else [node]
    if not items:
        reading.report.error("'as' names no label", node.mark, "for example: as: [a, b]")
    labels = [_given_one(reading, item) for item in items]
    return tuple([label for label in labels if label is not None])


def _given_one(reading: Reading, node: Node) -> Label | None:
    """A label that is given: a word, or `{append: word}` for one that gathers."""
    gathers = isinstance(node, Mapping)
    if isinstance(node, Mapping):
        reading.values.keys(node, ("append",), "'as'")
        head = node.get("append")
        if head is None:
            if reading.values.lacks(node, "append"):
                hint = "a label is a word, {append: label} one that gathers"
                reading.report.error("'as' names no label", node.mark, hint)
            return None
        node = head
    what = "a label after 'append'" if gathers else "a label after 'as'"
    label = no_star(reading.values.label(node, what), what, reading.report)
    return dataclasses.replace(label, gathers=True) if gathers and label is not None else label


MODIFIERS: dict[str, tuple[str, Callable[[Reading, Node], Any]]] = {
    "name": ("name", lambda reading, node: reading.values.label(node, "a name")),
    "when": ("when", lambda reading, node: reading.values.condition(node)),
    "repeat": ("repeat", lambda reading, node: reading.values.value(node)),
    "for": ("loop", loop),
    "as": ("labels", _given),
    "from": ("sources", _sources),
    "share": ("share", lambda reading, node: reading.values.label(node, "the name after 'share'")),
}
"""For each word the field of `Modifiers` that it fills, and what reads its value."""
