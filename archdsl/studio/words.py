"""Help while a draft is typed: what may be written at a place, and what stands there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from archdsl.errors import InputError
from archdsl.spec.suggest.complete import Suggestion
from archdsl.spec.suggest.complete import complete as suggestions
from archdsl.spec.suggest.complete import hover as told
from archdsl.studio.drafts import Draft, draft_of
from archdsl.studio.problems import edit_data
from archdsl.studio.question import Given, Tell


def complete(given: Given, tell: Tell) -> dict[str, Any] | None:
    """What may be written at a place of a draft: None where nothing can be said.

    Args:
        given: `draft`; `line` and `column`, from 0, the column in characters.

    Returns:
        `from` and `to`, the columns of what is replaced, and `options`: each with `label`, `apply`, `kind`, `detail`, `doc` and
        the further `edits` that it needs.

    Raises:
        InputError: the question is malformed.
    """
    draft, line, column = _placed(given)
    found = suggestions(draft.text, line, column, _path(draft))
    if found is None:
        return None
    return {"from": found.start, "to": found.end, "options": [_option(one) for one in found.suggestions]}


def hover(given: Given, tell: Tell) -> dict[str, Any] | None:
    """What the word at a place of a draft is: `from`, `to`, `title`, `doc` in plain lines; None where it is nothing known.

    Args:
        given: as for `complete`.

    Raises:
        InputError: the question is malformed.
    """
    draft, line, column = _placed(given)
    found = told(draft.text, line, column, _path(draft))
    return None if found is None else {"from": found.start, "to": found.end, "title": found.title, "doc": found.doc}


def _placed(given: Given) -> tuple[Draft, int, int]:
    line, column = given.get("line"), given.get("column")
    if type(line) is not int or type(column) is not int or line < 0 or column < 0:
        raise InputError("a place is a line and a column, counted from 0")
    return draft_of(given), line, column


def _path(draft: Draft) -> Path | None:
    return Path(draft.path) if draft.path else None


def _option(found: Suggestion) -> dict[str, Any]:
    made: dict[str, Any] = {
        "label": found.label,
        "apply": found.apply,
        "kind": found.kind,
        "detail": found.detail,
        "doc": found.doc,
    }
    return made | {"edits": [edit_data(edit) for edit in found.edits]} if found.edits else made
