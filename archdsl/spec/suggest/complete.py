"""What may be written at a place of a text, and what stands there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from archdsl.spec.suggest.candidates import Place, candidates
from archdsl.spec.suggest.described import Word
from archdsl.spec.suggest.edits import Edit
from archdsl.spec.suggest.imports import add_import
from archdsl.spec.suggest.known import known
from archdsl.spec.suggest.meaning import meaning
from archdsl.spec.suggest.spot import Spot, spot

_WORD = re.compile(r"[$\"']?[\w./]*\Z")
_IN_EXPRESSION = re.compile(r"\$?\w*\Z")
_BEHIND = re.compile(r"[\w./]*")


class Suggestion(NamedTuple):
    """One thing that may be written.

    Attributes:
        label, kind, detail, doc: see `archdsl.spec.suggest.described.Word`.
        apply: the text that is put in place of what is written so far.
        edits: further changes that it needs, such as an import.
    """

    label: str
    apply: str
    kind: str
    detail: str
    doc: str
    edits: tuple[Edit, ...]


class Completion(NamedTuple):
    """Suggestions for what stands between two columns of a line."""

    start: int
    end: int
    suggestions: tuple[Suggestion, ...]


class Told(NamedTuple):
    """What stands between two columns of a line: its name with what it takes, and what it is, in plain lines."""

    start: int
    end: int
    title: str
    doc: str


def complete(text: str, line: int, column: int, path: Path | None = None) -> Completion | None:
    """What may be written at a place, the likeliest first. None where nothing can be said.

    Args:
        line, column: count from 0.
        path: of the file, beside which imports are looked for.
    """
    place = _place(text, line, column, path)
    if place is None:
        return None
    word = _word(place.spot)
    fits = [found for found in candidates(place) if _fits(word, found.label) and _new(place.spot, found)]
    fits.sort(key=lambda found: (bool(found.brings), not found.label.lower().startswith(word.lower())))
    made = tuple([_suggestion(text, place, found) for found in fits])
    return Completion(column - len(word), column, made) if made else None


def hover(text: str, line: int, column: int, path: Path | None = None) -> Told | None:
    """What the word at a place is; None where it is nothing that is known."""
    lines = text.splitlines()
    if not 0 <= line < len(lines):
        return None
    behind = _BEHIND.match(lines[line], column)
    end = behind.end() if behind else column
    place = _place(text, line, end, path)
    if place is None:
        return None
    word = _word(place.spot)
    found = next((found for found in candidates(place) if found.label == word), None)
    if found is None or not word:
        return None
    title = f"{found.label}: {found.detail}" if found.detail else found.label
    return Told(end - len(word), end, title, found.doc)


def _place(text: str, line: int, column: int, path: Path | None) -> Place | None:
    lines = text.splitlines()
    at = spot(lines, line, column)
    return Place(lines, at, meaning(at.path), known(text, path), path) if at is not None else None


def _word(at: Spot) -> str:
    """What is written of the word that is being typed: in an expression its last part."""
    text = at.written.rsplit("\n", 1)[-1]
    pattern = _IN_EXPRESSION if "$" in text[:-1] or "(" in text or " " in text.strip() else _WORD
    found = pattern.search(text)
    return found[0] if found else ""


def _fits(word: str, label: str) -> bool:
    """Whether the letters of what is written stand in a label, in their order; the first where a part of it begins."""
    if not word:
        return True
    label, word = label.lower(), word.lower().lstrip("$")
    at = 0
    for letter in word:
        at = label.find(letter, at) + 1
        if not at:
            return False
    return label.lstrip("$").startswith(word[:1]) or f"_{word[:1]}" in label or f"/{word[:1]}" in label


def _new(at: Spot, found: Word) -> bool:
    """Whether a key is not given already."""
    return at.role != "key" or found.label not in at.given


def _suggestion(text: str, place: Place, found: Word) -> Suggestion:
    at = place.spot
    apply = found.label
    if found.kind == "function":
        apply += "("
    elif at.role in ("key", "either") and not at.colon:
        apply += _follows(place, found)
    if at.role == "key" and place.meaning.kind in ("body", "import") and not at.flow:
        apply = f"- {apply}"
    edits = tuple(add_import(text, found.brings)) if found.brings else ()
    return Suggestion(found.label, apply, found.kind, found.detail, found.doc, edits)


def _follows(place: Place, found: Word) -> str:
    """What is written behind a key: nothing behind a call in a list that needs no arguments, nor behind what is a value there."""
    alone = place.spot.role == "either" or (place.meaning.kind == "body" and not place.spot.flow)
    if found.kind in ("operator", "block") and not found.needy and alone:
        return ""
    if place.spot.role == "either" and place.meaning.kind in ("columns", "cell", "labels", "import", "argument"):
        return ""
    return found.follows
