"""Reading a data file: a mapping of known keys, each read by its own rule, and every mistake reported at its place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from archdsl.errors import Source
from archdsl.spec.locate import read
from archdsl.spec.read_values import kind
from archdsl.spec.report import Report
from archdsl.spec.yaml import Mapping, Node, Scalar, TextLimits, compose

T = TypeVar("T")
Field = Callable[[Report, Scalar, Node], Any]
"""How the value of a key is read. None where it is wrong, which is reported."""


class Form(NamedTuple):
    """What a file must look like.

    Attributes:
        what: what it holds, in a word.
        fields: by key.
        needed: keys that must be given, each with what it says.
        limits: of the text.
    """

    what: str
    fields: dict[str, Field]
    needed: dict[str, str]
    limits: TextLimits


def read_fields(
    source: Source | Path, form: Form, also: Callable[[Report, dict[str, Any]], None] | None = None
) -> dict[str, Any]:
    """The values of a file by key, those that were given.

    Args:
        also: reports mistakes of values that do not go together.

    Raises:
        InputError: the file cannot be read.
        SpecError: all mistakes in it.
    """
    report = Report()
    text = read(source, form.limits) if isinstance(source, Path) else source
    found = _fields(report, compose(text, form.limits), form)
    if also is not None:
        also(report, found)
    report.stop()
    return found


def _fields(report: Report, root: Node, form: Form) -> dict[str, Any]:
    if not isinstance(root, Mapping):
        example = ", ".join(f"{key}: …" for key in form.needed)
        report.error(f"a {form.what} is a mapping ({example}), {kind(root)} came", root.mark)
        return {}
    found: dict[str, Any] = {}
    for key, node in root.pairs:
        if key.text not in form.fields:
            report.unknown(f"key of a {form.what}", key.text, form.fields, key.mark)
        elif (value := form.fields[key.text](report, key, node)) is not None:
            found[key.text] = value
    given = set(root.keys())
    for name, what in form.needed.items():
        if name not in given:
            report.error(f"a {form.what} needs '{name}', {what}", root.mark)
    return found


def text(report: Report, key: Scalar, node: Node) -> str | None:
    """A text."""
    if isinstance(node, Scalar) and node.value is not None:
        return node.text.strip()
    report.error(f"'{key.text}' must be a text, {kind(node)} came", node.mark)
    return None


def texts(report: Report, key: Scalar, node: Node) -> str | None:
    """A text, or a mapping of texts as one text."""
    if isinstance(node, Mapping) and all(isinstance(value, Scalar) for _, value in node.pairs):
        return ", ".join(f"{name.text} {value.text}" for name, value in node.pairs if isinstance(value, Scalar))
    if isinstance(node, Scalar) and node.value is not None:
        return node.text.strip()
    report.error(f"'{key.text}' must be a text, or a mapping of texts, {kind(node)} came", node.mark)
    return None


def count(report: Report, key: Scalar, node: Node) -> int | None:
    """An int, at least 1 and at most 2^20."""
    if isinstance(node, Scalar) and type(node.value) is int and 1 <= node.value <= 2**20:
        return node.value
    report.error(f"'{key.text}' must be an int, at least 1 and at most 2^20, {came(node)} came", node.mark)
    return None


def entries(
    report: Report,
    node: Mapping,
    what: str,
    known: Collection[str],
    read: Callable[[Scalar, Node], T | None],
    also: Iterable[str] = (),
) -> dict[str, T]:
    """The values of a mapping whose keys are known words; those that are wrong are reported and left out.

    Args:
        what: what a key names.
        read: a value by its key; None where it is wrong, which it has reported.
        also: words that are no keys here, and that the hint for an unknown one may name.
    """
    found: dict[str, T] = {}
    for key, value in node.pairs:
        if key.text not in known:
            report.unknown(what, key.text, [*known, *also], key.mark)
        elif (one := read(key, value)) is not None:
            found[key.text] = one
    return found


def is_zero(node: Node) -> bool:
    """Whether a node is the number 0."""
    return isinstance(node, Scalar) and node.value == 0 and node.value is not False


def came(node: Node) -> str:
    """What came instead of a number, as it is written."""
    return node.text if isinstance(node, Scalar) else kind(node)
