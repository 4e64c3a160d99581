"""`if`, `then` and `else`: nodes to a choice."""

from __future__ import annotations

from archdsl.spec.model import Choice
from archdsl.spec.read_modifiers import MODIFIERS, modifiers
from archdsl.spec.reading import Reading
from archdsl.spec.yaml import Mapping, Node, Scalar

_ELSEWHERE = {
    "when": "put it into the condition: if: $a and $b",
    "name": "give names to the steps inside",
    "elif": "write else: {if: …, then: …}",
}
"""What does not stand beside `if`, and what to do instead."""

_KEYS = ("if", "then", "else", *MODIFIERS, "elif")


def choice(reading: Reading, node: Mapping, key: Scalar, _: Node) -> Choice | None:
    """A choice; None where it has nothing to choose.

    Args:
        key: the first of its words.
    """
    condition, then, otherwise = node.get("if"), node.get("then"), node.get("else")
    if condition is None:
        reading.report.error(f"'{key.text}' without an 'if'", key.mark, "for example: {if: $deep, then: norm, else: relu}")
        return None
    reading.values.keys(node, _KEYS, "a choice")
    for word, _ in node.pairs:
        if word.text in _ELSEWHERE:
            reading.report.error(f"'{word.text}' does not stand beside 'if'", word.mark, _ELSEWHERE[word.text])
    if then is None:
        if reading.values.lacks(node, "then"):
            hint = "turn the condition round: if: not …" if otherwise is not None else "for example: {if: $deep, then: norm}"
            reading.report.error("an 'if' needs a 'then'", key.mark, hint)
        return None
    return Choice(
        mark=key.mark,
        condition=reading.values.condition(condition),
        then=reading.body(then),
        otherwise=reading.body(otherwise) if otherwise is not None else (),
        mods=modifiers(reading, node),
    )
