"""Nodes to steps: calls and stages here, splits and forks in `read_parallel`, tables in `read_table`."""

from __future__ import annotations

import re
from collections.abc import Callable

from archdsl.errors import Mark, instead, near_miss
from archdsl.spec.model import Call, Stage, Step, Value
from archdsl.spec.read_choice import choice
from archdsl.spec.read_modifiers import MODIFIERS, modifiers
from archdsl.spec.read_parallel import parallel
from archdsl.spec.read_table import table
from archdsl.spec.reading import Reading
from archdsl.spec.report import Report
from archdsl.spec.synonyms import meant_argument
from archdsl.spec.yaml import Mapping, Node, Scalar, Sequence

_REFERENCE = re.compile(r"\$[A-Za-z_]\w*\Z", re.ASCII)


def reading(report: Report) -> Reading:
    """The state for reading a text that has steps."""
    return Reading(report, _step)


def _step(reading: Reading, node: Node) -> Step:
    if isinstance(node, Mapping):
        key, value = next(((key, value) for key, value in node.pairs if key.text in STRUCTURE), (None, node))
        found = _call(reading, node) if key is None else STRUCTURE[key.text](reading, node, key, value)
        return found or Call(mark=node.mark, target="", mods=modifiers(reading, node))
    if isinstance(node, Sequence):
        hint = "rows stand under `table: {columns, rows}`"
        reading.report.error("a step is an operator or a block, a list came", node.mark, hint)
        return Call(mark=node.mark, target="")
    if node.value is None:
        hint = "an operator or a block, such as `- norm` or `- conv: {out: 16}`"
        reading.report.error("a step is missing", node.mark, hint)
    return Call(mark=node.mark, target=_word(reading, node))


def _word(reading: Reading, node: Scalar) -> str:
    """The target of a call: a word, or `$name`."""
    if "$" in node.text and not _REFERENCE.match(node.text):
        reading.report.error(f"'{node.text}' is no operator, block or $name", node.mark)
        return ""
    return node.text if node.value is not None else ""


def _call(reading: Reading, node: Mapping) -> Call | None:
    heads = [(key, value) for key, value in node.pairs if key.text not in MODIFIERS]
    if not heads:
        reading.report.error("a step without an operator or a block", node.mark)
        return None
    if len(heads) > 1:
        names = " and ".join(f"'{key.text}'" for key, _ in heads[:3])
        meant = [(key.text, word) for key, _ in heads if (word := meant_argument(key.text, MODIFIERS))]
        near = instead(*meant[0]) if meant else near_miss(heads[1][0].text, MODIFIERS)
        hint = near or f"each step has one operator or block; beside it stand only {', '.join(MODIFIERS)}"
        reading.report.error(f"one step with {names}", heads[1][0].mark, hint)
        return None
    key, value = heads[0]
    args, marks, positional = _arguments(reading, value)
    mods = modifiers(reading, node)
    return Call(mark=key.mark, target=_word(reading, key), args=args, arg_marks=marks, positional=positional, mods=mods)


def _arguments(reading: Reading, node: Node) -> tuple[dict[str, Value], dict[str, Mark], Value | None]:
    """Arguments by name, their marks, and a value that stands alone."""
    if isinstance(node, Mapping):
        args = {key.text: reading.values.value(value) for key, value in node.pairs}
        return args, {key.text: key.mark for key, _ in node.pairs}, None
    if isinstance(node, Scalar) and node.value is None:
        return {}, {}, None
    return {}, {}, reading.values.value(node)


def _stage(reading: Reading, node: Mapping, key: Scalar, head: Node) -> Stage | None:
    reading.values.keys(node, ("stage", "body", "end", *MODIFIERS), "a stage")
    name = reading.values.label(head, "the name of a stage")
    body, end = node.get("body"), node.get("end")
    if reading.values.lacks(node, "body"):
        reading.report.error("a stage needs a 'body'", key.mark)
    if name is None or body is None:
        return None
    mods = modifiers(reading, node)
    return Stage(mark=key.mark, name=name, body=reading.body(body), end=reading.body(end) if end else (), mods=mods)


STRUCTURE: dict[str, Callable[[Reading, Mapping, Scalar, Node], Step | None]] = {
    "split": parallel,
    "fork": parallel,
    "stage": _stage,
    "table": table,
    "if": choice,
    "then": choice,
    "else": choice,
}
"""What reads the steps that are more than a call, by the word that tells them. It gets the step, the word and what the word holds."""
