"""A mistake in a draft as an editor shows it."""

from __future__ import annotations

from typing import Any

from archdsl.errors import Diagnostic


def problem(found: Diagnostic) -> dict[str, Any]:
    """A mistake as plain data: its place from 0, what is wrong, and how to mend it."""
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
        "hint": found.hint,
        "text": str(found),
        "related": [{"label": label, "line": at.line, "file": at.source.name} for label, at in found.related],
        "fixes": [],
    }
