"""Collecting mistakes, so that all of a file come at once."""

from __future__ import annotations

from archdsl.errors import Diagnostic, Mark, SpecError, unknown


class Report:
    """Mistakes found so far, each place and message once."""

    def __init__(self, most: int = 100) -> None:
        self.found: dict[tuple[str, int, int, str], Diagnostic] = {}
        self.most = most

    def add(self, diagnostic: Diagnostic) -> None:
        mark = diagnostic.mark
        place = (mark.source.name, mark.line, mark.column) if mark else ("", 0, 0)
        if len(self.found) < self.most:
            self.found.setdefault((*place, diagnostic.message), diagnostic)

    def error(self, message: str, mark: Mark | None, hint: str = "", *related: tuple[str, Mark]) -> None:
        self.add(Diagnostic(message, mark, hint, related))

    def warn(self, message: str, mark: Mark | None, hint: str = "", *related: tuple[str, Mark]) -> None:
        self.add(Diagnostic(message, mark, hint, related, warning=True))

    def unknown(self, kind: str, word: str, known: object, mark: Mark) -> None:
        message, hint = unknown(kind, word, list(known))  # type: ignore[call-overload]
        self.error(message, mark, hint)

    @property
    def errors(self) -> list[Diagnostic]:
        return sorted((d for d in self.found.values() if not d.warning), key=_place)

    @property
    def warnings(self) -> list[Diagnostic]:
        return sorted((d for d in self.found.values() if d.warning), key=_place)

    def stop(self) -> None:
        """Raise what was found, if anything is an error."""
        if errors := self.errors:
            raise SpecError(errors)


def _place(diagnostic: Diagnostic) -> tuple[str, int, int]:
    mark = diagnostic.mark
    return (mark.source.name, mark.line, mark.column) if mark else ("", -1, -1)
