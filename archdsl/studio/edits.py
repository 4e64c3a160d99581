"""Steps and rows of a draft moved, doubled, deleted, put in; its tables aligned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from archdsl.errors import InputError, SpecError, near_miss
from archdsl.ops import OPERATORS, Operator
from archdsl.spec.editing import moves
from archdsl.spec.editing.moves import Callee, Edited
from archdsl.spec.editing.places import Text
from archdsl.spec.editing.spans import Span
from archdsl.spec.editing.tables import format_tables
from archdsl.spec.model import Parameter
from archdsl.spec.suggest import described
from archdsl.spec.suggest.edits import apply
from archdsl.spec.suggest.imports import add_import
from archdsl.spec.suggest.known import known, zoo_blocks
from archdsl.studio.drafts import Draft, draft_of
from archdsl.studio.question import Given, Tell

HERE = "this file"
CHANNELS = ("out", "exp", "hidden", "channels", "features")
"""Arguments that are numbers of channels: those that arrive are a width that always fits."""
OPAQUE = {"what": "unnamed", "gives": "[$in, $height, $width]"}
"""What a step stands for at first that the language has no operator for: it gives what arrives."""


def move(given: Given, tell: Tell) -> dict[str, Any]:
    """The text with the step of `line` at that of `to`, `side` before or after it; or by `by` places, -1 up or 1 down.

    Where several begin on a line, `column` tells which. A step of `lastLine` and `lastColumn` and those between go along; with `stage`,
    the rows of a heading too. The same of `to` is given as `toColumn`, `toLastLine`, `toLastColumn` and `toStage`.

    Raises:
        InputError: the question is malformed, or the step cannot stand there.
        SpecError: the text is not YAML.
    """
    text, span = draft_of(given).text, _span(given)
    if "by" in given:
        if given["by"] not in (-1, 1):
            raise InputError("a step moves by -1 or 1")
        return _data(moves.shift(text, span, given["by"]))
    return _data(moves.move(text, span, _span(given, "to"), _side(given)))


def duplicate(given: Given, tell: Tell) -> dict[str, Any]:
    """The text with the step of `line` twice. Given and raises as `move`."""
    return _data(moves.duplicate(draft_of(given).text, _span(given)))


def delete(given: Given, tell: Tell) -> dict[str, Any]:
    """The text without the step of `line`. Given and raises as `move`."""
    return _data(moves.delete(draft_of(given).text, _span(given)))


def insert(given: Given, tell: Tell) -> dict[str, Any]:
    """The text with a call of `word` `side` (before or after) the step of `line`, and the import that the word needs.

    Raises:
        InputError: as `move`, or there is no such operator or block.
        SpecError: the text is not YAML.
    """
    draft = draft_of(given)
    callee, brings = _callee(draft, given.get("word"))
    made = moves.insert(draft.text, _span(given), callee, _side(given) or "after")
    if not brings:
        return _data(made)
    text = apply(made.text, add_import(made.text, brings))
    return _data(Edited(text, made.line + text.count("\n") - made.text.count("\n")))


def formatted(given: Given, tell: Tell) -> dict[str, Any]:
    """The `text` with its tables aligned; one that cannot be read comes back as it is, with `why`."""
    text = draft_of(given).text
    try:
        Text(text)
    except SpecError as error:
        found = error.diagnostics[0]
        return {"text": text, "why": (f"line {found.mark.line + 1}: " if found.mark else "") + found.message}
    return {"text": format_tables(text), "why": ""}


def palette(given: Given, tell: Tell) -> list[dict[str, Any]]:
    """What can be put in, in groups: blocks of the draft and of what it imports, operators, blocks that an import would bring.

    Each group has a `name` and `words`; each of these its `word`, what it takes (`detail`), its `doc`, and the import that it `brings`.
    """
    draft = draft_of(given)
    found = known(draft.text, _path(draft))
    groups: dict[str, list[described.Word]] = {HERE: []}
    for name, block in found.blocks.items():
        where = found.places[name]
        groups.setdefault(HERE if where.startswith("line ") else where, []).append(described.block(block, where))
    groups["operators"] = [described.operator(op) for op in OPERATORS.values()]
    for name, (block, brings) in zoo_blocks().items():
        if name not in found.blocks and brings not in found.imported:
            groups.setdefault(brings, []).append(described.block(block, brings, brings))
    return [
        {
            "name": group,
            "words": [{"word": word.label, "detail": word.detail, "doc": word.doc, "brings": word.brings} for word in words],
        }
        for group, words in groups.items()
        if words
    ]


def _callee(draft: Draft, word: Any) -> tuple[Callee, str]:
    """What a word calls, and the import that it needs. Raises InputError where it calls nothing."""
    if not isinstance(word, str):
        raise InputError("an operator or block is named by its word")
    blocks = known(draft.text, _path(draft)).blocks
    block, brings = (blocks[word], "") if word in blocks else (None, "")
    if block is None and word in OPERATORS:
        op = OPERATORS[word]
        return Callee(word, {name: _of_operator(op, name) for name in op.required}, tuple(op.fields)), ""
    if block is None and word in zoo_blocks():
        block, brings = zoo_blocks()[word]
    if block is None:
        raise InputError(
            f"no operator or block '{word}'; {near_miss(word, [*blocks, *OPERATORS, *zoo_blocks()]) or ''}".rstrip("; ")
        )
    required = {name: _of_block(argument) for name, argument in block.args.items() if argument.default is None}
    return Callee(word, required, tuple(block.args)), brings


def _of_operator(op: type[Operator], name: str) -> str:
    schema = op.kinds[name].schema
    if schema.get("enum"):
        return str(schema["enum"][0])
    return _usual(name, str(schema.get("type", "integer")))


def _of_block(argument: Parameter) -> str:
    if argument.choices:
        return str(argument.choices[0])
    return _usual(argument.name, argument.type or "int")


def _usual(name: str, kind: str) -> str:
    """A value of a kind that something can be built with."""
    if name in CHANNELS:
        return "$in"
    if name in OPAQUE:
        return OPAQUE[name]
    return {
        "bool": "false",
        "boolean": "false",
        "word": "relu",
        "block": "relu",
        "string": "relu",
        "list": "[1]",
        "array": "[1]",
    }.get(kind, "1")


def _path(draft: Draft) -> Path | None:
    return Path(draft.path) if draft.path else None


def _data(edited: Edited) -> dict[str, Any]:
    return {"text": edited.text, "line": edited.line}


def _number(given: Given, name: str) -> int:
    value = given.get(name)
    if type(value) is not int or value < 0:
        raise InputError(f"'{name}' is a line, counted from 0")
    return value


def _column(given: Given, name: str) -> int | None:
    return None if given.get(name) is None else _number(given, name)


def _span(given: Given, of: str = "") -> Span:
    """What is edited, or what it goes to."""

    def named(word: str) -> str:
        return of + (word if of else word[0].lower() + word[1:])

    line = _number(given, of or "line")
    last = (
        None if given.get(named("LastLine")) is None else (_number(given, named("LastLine")), _column(given, named("LastColumn")))
    )
    return Span(line, _column(given, named("Column")), last, given.get(named("Stage")) is True)


def _side(given: Given) -> str:
    side = given.get("side", "")
    if side not in ("", "before", "after"):
        raise InputError("'side' is before or after")
    return str(side)
