"""What a path of keys leads to: the kind of place, and whose it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from archdsl.spec.suggest.keys import BESIDE, MODIFIERS


class Meaning(NamedTuple):
    """A kind of place.

    Attributes:
        kind: as the table of `candidates` lists them.
        owner: the operator or block whose arguments stand there.
        name: the argument, column, knob or key that stands there.
        block: the block that the place is in, "" for the net or outside.
    """

    kind: str
    owner: str = ""
    name: str = ""
    block: str = ""

    def to(self, kind: str, owner: str = "", name: str = "") -> Meaning:
        return Meaning(kind, owner, name, self.block)


Part = str | int
Step = Callable[[Meaning, Part], Meaning]

_FILE = {
    "import": "import",
    "extends": "extends",
    "input": "input",
    "knobs": "knobs",
    "defaults": "defaults",
    "init": "init",
    "blocks": "blocks",
    "net": "body",
    "outputs": "labels",
    "rows": "edits",
    "reported": "figures",
    "titles": "titles",
    "space": "space",
    "archdsl": "version",
}
_PARAMETER = {"type": "type", "default": "default", "reading": "truth"}
_BLOCK = {"args": "args", "body": "body", "wraps": "wraps"}
_STEP = {
    "paths": "paths",
    "path": "path",
    "join": "join",
    "then": "body",
    "else": "body",
    "body": "body",
    "end": "body",
    "if": "condition",
    "when": "condition",
    "split": "shares",
    "table": "table",
    "from": "labels",
    "repeat": "formula",
    "for": "loop",
    "name": "text",
    "as": "text",
    "share": "text",
    "stage": "text",
    "fork": "text",
}
_TABLE = {"columns": "columns", "scale": "scale", "rows": "rows", "stage_end": "body"}


def meaning(path: tuple[Part, ...]) -> Meaning:
    """What a path leads to."""
    at = Meaning("file")
    for part in path:
        step = _WAYS.get(at.kind)
        at = step(at, part) if step is not None else at.to("text")
    return at


def _by(table: dict[str, str]) -> Step:
    return lambda at, part: at.to(table.get(str(part), "text"), name=str(part))


def _block(at: Meaning, part: Part) -> Meaning:
    return Meaning("block", block=str(part))


def _step(at: Meaning, part: Part) -> Meaning:
    """From a map of a step to what one of its keys holds."""
    key = str(part)
    return at.to(_STEP[key], name=key) if key in _STEP else at.to("arguments", owner=key)


def _body(at: Meaning, part: Part) -> Meaning:
    """From a list of steps to a step; or, where one step stands alone, into it."""
    return at.to("step") if isinstance(part, int) or part == "" else _step(at, part)


def _paths(at: Meaning, part: Part) -> Meaning:
    return at.to("path")


def _path(at: Meaning, part: Part) -> Meaning:
    return _body(at, part) if part not in ("when", "body") else _step(at, part)


def _arguments(at: Meaning, part: Part) -> Meaning:
    """From a call to one of its arguments; an item is of a value that stands alone."""
    return at.to("argument", at.owner, str(part)) if isinstance(part, str) and part else at.to("argument", at.owner)


def _argument(at: Meaning, part: Part) -> Meaning:
    """Into a value: its items are of its kind, a map in it is a step."""
    return at if isinstance(part, int) or part == "" else _step(at, part)


def _row(at: Meaning, part: Part) -> Meaning:
    return at.to("cell", name=str(part)) if isinstance(part, int) or part == "" else at.to("text")


_WAYS: dict[str, Step] = {
    "file": _by(_FILE),
    "import": lambda at, part: at,
    "labels": lambda at, part: at,
    "knobs": lambda at, part: at.to("knob", name=str(part)),
    "knob": lambda at, part: at.to(_PARAMETER.get(str(part), "text"), name=at.name),
    "blocks": _block,
    "block": _by(_BLOCK),
    "args": lambda at, part: at.to("parameter", name=str(part)),
    "parameter": lambda at, part: at.to(_PARAMETER.get(str(part), "text"), name=at.name),
    "body": _body,
    "join": _step,
    "step": _step,
    "paths": _paths,
    "path": _path,
    "arguments": _arguments,
    "argument": _argument,
    "table": _by(_TABLE),
    "columns": lambda at, part: at,
    "scale": lambda at, part: at.to("scaling", name=str(part)),
    "rows": lambda at, part: at.to("row"),
    "row": _row,
    "edits": lambda at, part: at.to("edit"),
    "edit": lambda at, part: at.to("edited", name=str(part)),
    "defaults": lambda at, part: at.to("arguments", owner=str(part)),
    "init": lambda at, part: at.to("rule", name=str(part)),
    "rule": lambda at, part: at.to("fan", name=str(part)),
    "figures": lambda at, part: at.to("figure"),
    "loop": lambda at, part: at.to("formula"),
    "shares": lambda at, part: at.to("formula"),
    "input": lambda at, part: at.to("input" if isinstance(part, str) and part else "formula"),
}


def beside(given: tuple[str, ...]) -> dict[str, str]:
    """The keys that may still stand in a step that has these."""
    own = [words for head, words in BESIDE.items() if head in given]
    return {key: doc for words in (*own, MODIFIERS) for key, doc in words.items() if key not in given}
