"""A mistake in a draft as an editor shows it."""

from __future__ import annotations

from typing import Any

from archdsl.errors import Diagnostic
from archdsl.spec.suggest.edits import Change, Edit
from archdsl.spec.suggest.fixes import fixes


def problem(found: Diagnostic) -> dict[str, Any]:
    """A mistake as plain data: its place from 0, what is wrong, how to mend it in words, and changes of the text that mend it.

    The place and the changes are in the text named `file`: that of the draft, or one that it imports.
    """
    mark = found.mark
    place = (
        {"line": mark.line, "column": mark.column, "endLine": mark.line, "endColumn": mark.end, "file": mark.source.name}
        if mark
        else {}
    )
    return {
        **place,
        "severity": "warning" if found.warning else "error",
        "message": found.message,
        "hint": str(found.hint),
        "text": str(found),
        "excerpt": mark.excerpt() if mark else "",
        "related": [
            {"label": label, "line": at.line, "column": at.column, "endColumn": at.end, "file": at.source.name}
            for label, at in found.related
        ],
        "fixes": [_change(change) for change in fixes(found)],
    }


def _change(change: Change) -> dict[str, Any]:
    return {"title": change.title, "edits": [edit_data(edit) for edit in change.edits]}


def edit_data(edit: Edit) -> dict[str, Any]:
    """An edit as plain data."""
    line, column, end_line, end_column, text = edit
    return {"line": line, "column": column, "endLine": end_line, "endColumn": end_column, "text": text}
