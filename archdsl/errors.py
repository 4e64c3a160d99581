"""Every error that a user can meet, and how it is shown.

    ArchdslError
    ├── SpecError          something in a spec: one or more diagnostics, each with its place in the text
    ├── InputError         something outside the specs: a missing file, a value that does not fit, an option
    └── BackendError       a back end met an operator that it has no rule for, or a library that is not installed

The command line prints the text of an `ArchdslError` and nothing else; no other exception may reach a user.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Literal, NamedTuple


class ArchdslError(Exception):
    """Base of all errors that archdsl raises on purpose. As text it is safe to print: what a spec or file gave is visible."""

    def __str__(self) -> str:
        return visible(super().__str__(), keep="\n")


class InputError(ArchdslError):
    """A value from outside a spec is wrong: a path, an option, a call of the Python interface."""


class BackendError(ArchdslError):
    """A back end cannot do what was asked: an operator without a rule, or a missing library."""


@dataclass(frozen=True, eq=False)
class Source:
    """One text that was read: a file, or a string that stands for one (`--set` on the command line)."""

    name: str
    text: str = field(repr=False)
    path: Path | None = field(default=None, repr=False)
    lines: list[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines", self.text.splitlines())

    def __reduce__(self) -> tuple[type[Source], tuple[str, str, Path | None]]:
        return Source, (self.name, self.text, self.path)


class Mark(NamedTuple):
    """A place in a source: line and column count from 0, `end` is the column after the last character on that line."""

    source: Source
    line: int
    column: int
    end: int

    def __str__(self) -> str:
        return f"{self.source.name}:{self.line + 1}:{self.column + 1}"

    def shift(self, start: int, end: int) -> Mark:
        """The part of a one-line mark from `start` to `end`, counted from its own beginning."""
        return Mark(self.source, self.line, self.column + start, self.column + max(end, start + 1))

    @property
    def text(self) -> str:
        """The marked part as it stands in the source."""
        return self.line_text[self.column : self.end]

    @property
    def line_text(self) -> str:
        """The whole line."""
        lines = self.source.lines
        return lines[self.line] if self.line < len(lines) else ""

    def excerpt(self) -> str:
        """The line with carets under the marked part."""
        lines = self.source.lines
        line = lines[self.line] if self.line < len(lines) else ""
        shown, column, end = _window(line, self.column, max(self.end, self.column + 1))
        number = str(self.line + 1)
        carets = "^" * max(1, _cells(shown[column:end]))
        return f"  {number} | {shown}\n  {' ' * len(number)} | {' ' * _cells(shown[:column])}{carets}"


def _window(line: str, start: int, end: int, width: int = 140) -> tuple[str, int, int]:
    """A long line cut to what stands around the marked part; tabs and other control characters become spaces."""
    end = min(end, max(len(line), start + 1))
    left = max(0, start - width // 3) if len(line) > width else 0
    shown = "".join(c if c.isprintable() else " " for c in line[left : left + width])
    head, tail = ("…" if left else ""), ("…" if left + width < len(line) else "")
    return head + shown + tail, start - left + len(head), min(end - left, width) + len(head)


def _cells(text: str) -> int:
    """Cells that a text takes in a terminal: two for wide characters, none for combining marks."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


class Fix(NamedTuple):
    """What a hint says to write, for editors; `archdsl.spec.suggest.fixes` makes a change of the text of it.

    Attributes:
        kind: `write` puts `text` in place of `word` in what is marked, of all that is marked where `word` is empty;
            `quote` puts quotes around what is marked, `wrap` makes it the argument of the function `text`;
            `leave out` takes out the key that is marked, with its value;
            `beside` moves it out of the arguments, beside the operator;
            `fill` adds the cells `text` to a row;
            `add` adds the key and value `text` to the mapping of the key that is marked, `head` to the head of the file;
            `import` adds an import and nothing else.
        brings: the import that is added.
        at: the place that is meant, where it is not the one that is marked.
    """

    kind: Literal["write", "quote", "wrap", "leave out", "beside", "fill", "add", "head", "import"]
    word: str = ""
    text: str = ""
    brings: str = ""
    at: Mark | None = None


class Hint(str):
    """How to mend a mistake, in words, and where the words say exactly what to write, that as `fixes`, the likeliest first."""

    fixes: tuple[Fix, ...]

    def __new__(cls, text: str, *fixes: Fix) -> Hint:
        made = super().__new__(cls, text)
        made.fixes = fixes
        return made

    def __add__(self, more: str) -> Hint:
        return Hint(str(self) + more, *self.fixes)

    def __reduce__(self) -> tuple[type[Hint], tuple[object, ...]]:
        return Hint, (str(self), *self.fixes)


def instead(word: str, meant: str, brings: str = "") -> Hint:
    """'did you mean …?' for a word that stands for another one. `brings`: the import without which the other is not known."""
    return Hint(f"did you mean '{meant}'?", Fix("write", word, meant, brings))


_TRUTHS = {"yes": "true", "y": "true", "on": "true", "1": "true", "no": "false", "n": "false", "off": "false", "0": "false"}


def truth_meant(value: object) -> str:
    """'did you mean …?' for what stands for true or false elsewhere, otherwise ''."""
    word = str(value) if isinstance(value, str) or type(value) is int else ""
    return instead(word, _TRUTHS[word.lower()]) if word.lower() in _TRUTHS else ""


@dataclass(frozen=True)
class Diagnostic:
    """One mistake: what is wrong, where, how to mend it, and other places that belong to it."""

    message: str
    mark: Mark | None = None
    hint: str = ""
    related: tuple[tuple[str, Mark], ...] = ()
    warning: bool = False

    def __str__(self) -> str:
        kind = "warning" if self.warning else "error"
        head = f"{self.mark}: {kind}: {self.message}" if self.mark else f"{kind}: {self.message}"
        parts = [head]
        if self.mark:
            parts.append(self.mark.excerpt())
        if self.hint:
            parts.append(f"  hint: {self.hint}")
        for label, mark in self.related:
            parts.append(f"  {label} ({mark}):\n{mark.excerpt()}")
        return "\n".join(parts)

    def as_dict(self) -> dict[str, object]:
        """For `--json`: file, line and column (from 1), severity, message and hint."""
        place = {"file": self.mark.source.name, "line": self.mark.line + 1, "column": self.mark.column + 1} if self.mark else {}
        severity = "warning" if self.warning else "error"
        return {**place, "severity": severity, "message": self.message, "hint": self.hint}


class SpecError(ArchdslError):
    """One or more mistakes in a spec, in the order of the text."""

    def __init__(self, diagnostics: Iterable[Diagnostic] | Diagnostic):
        found = [diagnostics] if isinstance(diagnostics, Diagnostic) else list(diagnostics)
        self.diagnostics = tuple(found)
        super().__init__("\n".join(map(str, found)))

    def __reduce__(self) -> tuple[type[SpecError], tuple[tuple[Diagnostic, ...]]]:
        return SpecError, (self.diagnostics,)


_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str, keep: str = "") -> str:
    """A text that shows what is in it: control characters, escape sequences, marks of direction (which make a line read otherwise than
    it is) and other characters that have no picture become escapes such as `\\x1b`. Everything that people read goes through here.

    Args:
        keep: characters that stay as they are: the newline, in texts of several lines.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join([c if c in keep or unicodedata.category(c) not in _HIDDEN else _escape(c) for c in text])


def _escape(character: str) -> str:
    number = ord(character)
    return _SHORT.get(character) or (
        f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
    )


def clip(text: str, most: int = 80) -> str:
    """A text for a message, visible, cut in the middle where it is long."""
    text = visible(text if len(text) <= most else f"{text[:most]}{text[-most:]}")
    return text if len(text) <= most else f"{text[: most - 20]}…{text[-19:]}"


_LONGEST, _MOST = 40, 800  # words that are compared for a near miss, so that a hostile text cannot make it slow


def near_miss(word: str, known: Iterable[str]) -> str:
    """'did you mean …?' where a known word is close to the one that came, otherwise ''."""
    if len(word) > _LONGEST:
        return ""
    names = [name for name in islice(dict.fromkeys(known), _MOST) if len(name) <= _LONGEST]
    lowered = {n.lower(): n for n in reversed(names)}
    found = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=0.6)
    return instead(word, lowered[found[0]]) if found else ""


def choices(names: Iterable[str], most: int = 12) -> str:
    """A list of names for a hint, cut where it is long."""
    listed = list(names)
    return ", ".join(listed[:most]) + (f" and {len(listed) - most} more" if len(listed) > most else "")


def unknown(kind: str, word: str, known: Iterable[str]) -> tuple[str, str]:
    """Message and hint for a word that is not among the known ones."""
    names = list(known)
    near = near_miss(word, names)
    return f"unknown {kind} '{clip(word)}'", near or (f"known: {choices(names)}" if names else "")
