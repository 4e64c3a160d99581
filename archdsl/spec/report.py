"""Collecting mistakes, so that all of a file come at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

from archdsl.errors import Diagnostic, Mark, SpecError, near_miss, unknown
from archdsl.spec.look_alikes import look_alike

Say = Callable[[str, str, Iterable[str]], tuple[str, str]]


class Report:
    """Mistakes found so far, each place and message once, up to a number that a person still reads."""

    def __init__(self, most: int = 100) -> None:
        self.found: dict[tuple[str, int, int, str], Diagnostic] = {}
        self.most = most
        self.cut = False
        self.spoilt: set[tuple[str, int, int]] = set()

    def add(self, diagnostic: Diagnostic) -> None:
        place = _place(diagnostic.mark)
        if place in self.spoilt:
            return
        self.cut = self.full
        if not self.full:
            if diagnostic.mark is not None and not diagnostic.warning and (odd := look_alike(diagnostic.mark)):
                diagnostic = dataclasses.replace(diagnostic, hint=odd)
            self.found.setdefault((*place, diagnostic.message), diagnostic)

    def spoil(self, mark: Mark) -> None:
        """What stands here is known to be wrong: nothing more is said of it."""
        self.spoilt.add(_place(mark))

    @property
    def full(self) -> bool:
        return len(self.found) >= self.most

    def error(self, message: str, mark: Mark | None, hint: str = "", *related: tuple[str, Mark]) -> None:
        self.add(Diagnostic(message, mark, hint, related))

    def warn(self, message: str, mark: Mark | None, hint: str = "", *related: tuple[str, Mark]) -> None:
        self.add(Diagnostic(message, mark, hint, related, warning=True))

    def unknown(self, kind: str, word: str, known: Iterable[str], mark: Mark, say: Say = unknown) -> None:
        """A word that is not among the known ones; the hint is looked for only while it will be read.

        Args:
            say: gives message and hint; see `archdsl.spec.unknown_names`.
        """
        message, hint = ("", "") if self.full else say(kind, word, known)
        self.error(message, mark, hint)

    def near_miss(self, word: str, known: Iterable[str]) -> str:
        """As `archdsl.errors.near_miss`; nothing once no more is shown, since looking for it is the slow part of a mistake."""
        return "" if self.full else near_miss(word, known)

    @property
    def errors(self) -> list[Diagnostic]:
        """Mistakes in the order of the text."""
        found = sorted((d for d in self.found.values() if not d.warning), key=_order)
        return [*found, Diagnostic(f"more mistakes follow; the first {self.most} are shown")] if found and self.cut else found

    @property
    def warnings(self) -> list[Diagnostic]:
        return sorted((d for d in self.found.values() if d.warning), key=_order)

    def stop(self) -> None:
        """Raise what was found, if anything is an error."""
        if errors := self.errors:
            raise SpecError(errors)


def _order(diagnostic: Diagnostic) -> tuple[str, int, int]:
    return _place(diagnostic.mark)


def _place(mark: Mark | None) -> tuple[str, int, int]:
    return (mark.source.name, mark.line, mark.column) if mark else ("", -1, -1)
