"""Changes of a text, as editors take them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Edit(NamedTuple):
    """What stands between two places is replaced by a text. Lines and columns count from 0."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


class Change(NamedTuple):
    """Edits that belong together, under the title of the button that makes them. They do not overlap."""

    title: str
    edits: tuple[Edit, ...]


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text with the edits made, all places counted before any is made."""
    starts = line_starts(text)
    for edit in sorted(edits, reverse=True):
        begin, end = starts[edit.line] + edit.column, starts[edit.end_line] + edit.end_column
        text = text[:begin] + edit.text + text[end:]
    return text


def line_starts(text: str) -> list[int]:
    """Where each line begins, and where one after the last would."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts
