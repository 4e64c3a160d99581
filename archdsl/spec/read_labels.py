"""Nodes to labels: words, and words with values in them."""

from __future__ import annotations

import re

from archdsl.errors import clip
from archdsl.spec.expression import ExpressionError, parse
from archdsl.spec.labels import ANY, Label
from archdsl.spec.model import Formula
from archdsl.spec.report import Report
from archdsl.spec.tokens import MAX_LENGTH
from archdsl.spec.values import part
from archdsl.spec.yaml import Scalar

_VALUE = re.compile(r"\$([A-Za-z_]\w*)|\{([^{}]*)\}", re.ASCII)


def read_label(node: Scalar, what: str, report: Report) -> Label | None:
    """A name with `$name` or `{expression}` in it; None where it cannot be read, which is reported."""
    text = node.text
    if len(text) > MAX_LENGTH:
        report.error(f"{what} with values has at most {MAX_LENGTH:,} characters, {len(text):,} came", node.mark)
        return None
    if text.startswith("["):
        words = ", ".join(word.strip(" []$'\"") for word in text.split(","))
        report.error(
            f"{what} must be a word, '{clip(text)}' came", node.mark, f"a list of labels has no quotes around it: [{words}]"
        )
        return None
    parts: list[str | Formula] = []
    at = 0
    try:
        for found in _VALUE.finditer(text):
            parts += [text[at : found.start()], _formula(node, found)]
            at = found.end()
    except ExpressionError as error:
        report.error(error.message, part(node.mark, text, error.start, error.end), error.hint)
        return None
    cut = tuple([piece for piece in (*parts, text[at:]) if piece != ""])
    names = [name for piece in cut if isinstance(piece, Formula) for name in piece.expression.names]
    return Label(node.mark, text, tuple(dict.fromkeys(names)), cut)


def _formula(node: Scalar, found: re.Match[str]) -> Formula:
    """One value in a label. Raises ExpressionError at its place in the whole text."""
    start, end = found.span()
    if found[1] is not None:
        return Formula(part(node.mark, node.text, start, end), parse(found[0]), found[1])
    try:
        expression = parse(found[2])
    except ExpressionError as error:
        raise ExpressionError(error.message, start + 1 + error.start, start + 1 + error.end, error.hint) from None
    return Formula(part(node.mark, node.text, start + 1, end - 1), expression)


def no_star(label: Label | None, what: str, report: Report) -> Label | None:
    """The label, where no `*` stands in it: that is for `from`."""
    if label is None or not any(isinstance(piece, str) and ANY in piece for piece in label.parts or (label.text,)):
        return label
    report.error(f"{what} has no '*'; in a label after 'from' it stands for any text", label.mark)
    return None
