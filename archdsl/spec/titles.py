"""Printed names: `title` of a block, and `titles` of words in the tables of a spec. `archdsl table` and figures print them."""

from __future__ import annotations

import re
from collections.abc import Mapping as Lookup
from typing import Any

from archdsl.errors import unknown
from archdsl.ops import OPERATORS
from archdsl.spec.model import Spec, Title
from archdsl.spec.read_values import ValueReader
from archdsl.spec.report import Report
from archdsl.spec.rows import tables
from archdsl.spec.yaml import Mapping, Node, Scalar

HEADS = ("op", "input", "output", "params", "macs")
"""Heads of every table beside its columns of arguments."""
ARRIVING = ("in", "height", "width")
"""What a printed name may say of the tensor that arrives: channels, height and width."""

_NAME = re.compile(r"\$(\w+)")


def read_title(key: Scalar, node: Node, values: ValueReader, what: str) -> Title:
    """One printed name; `~` leaves a column out."""
    if isinstance(node, Scalar) and node.value is None:
        return Title(key.mark, None, key.mark)
    return Title(node.mark, values.text(node, what), key.mark)


def read_titles(node: Node | None, values: ValueReader) -> dict[str, Title]:
    """All of `titles`, by the word that they stand for."""
    mapping: Mapping | None = values.mapping(node, "'titles'") if node is not None else None
    return {
        key.text: read_title(key, value, values, f"the title of '{key.text}'")
        for key, value in (mapping.pairs if mapping else ())
    }


def check_titles(spec: Spec, report: Report) -> None:
    """Words that no table of the spec can show, and `$names` that nothing gives."""
    columns = {column for table in tables(spec.net) for column in table.columns}
    known = {*columns, *HEADS, *spec.blocks, *OPERATORS}
    for word, title in spec.titles.items():
        if title.word.source is not spec.source and title.word.source not in {
            block.mark.source for block in spec.blocks.values()
        }:
            continue
        if word not in known and title.word.source is spec.source:
            message, hint = unknown("word", word, known)
            report.error(f"{message}: a title is for an operator, a block or a column of a table", title.word, hint)
            continue
        if title.text is None:
            if word not in columns and word not in HEADS:
                report.error(f"'{word}' is no column of a table, so it cannot be left out", title.word)
            continue
        args = spec.blocks[word].args if word in spec.blocks else OPERATORS[word].fields if word in OPERATORS else None
        given = () if args is None else (*args, *ARRIVING)
        for name in _NAME.findall(title.text):
            if name not in given:
                message, hint = unknown("name", name, given)
                report.error(message, title.mark, hint if given else "the title of a column is plain text")


def filled(text: str, values: Lookup[str, Any], show: Any) -> str:
    """A printed name with a value for each `$name` in it.

    Args:
        show: a value as text.
    """
    return _NAME.sub(lambda found: str(show(values[found[1]])) if found[1] in values else found[0], text)
