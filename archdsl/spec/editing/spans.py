"""Neighbours in one list that are edited together, as a box of a drawing stands for several of them."""

from __future__ import annotations

from dataclasses import dataclass

from archdsl.spec.editing.places import Place, Text


@dataclass(frozen=True)
class Span:
    """Where something begins, and what else belongs to it.

    Attributes:
        line, column: of the first; the column where several stand on a line.
        last: line and column of the last; None for one alone. One in another list is none of them.
        stage: whether the heading of a stage stands for its rows too.
    """

    line: int
    column: int | None = None
    last: tuple[int, int | None] | None = None
    stage: bool = False


def span_of(text: Text, where: int | Span, column: int | None = None) -> list[Place]:
    """The steps, rows or paths that are meant, in the order in which they stand.

    Raises:
        EditError: there are none.
    """
    if isinstance(where, int):
        return [text.at(where, column)]
    first = text.at(where.line, where.column)
    places = first.listing.places
    end = first.number
    if where.last is not None:
        last = text.at(*where.last)
        while last.listing is not first.listing and last.listing.owner is not None:
            last = last.listing.owner
        if last.listing is first.listing:
            end = max(end, last.number)
    if where.stage and first.kind == "heading":
        while end + 1 < len(places) and places[end + 1].kind != "heading":
            end += 1
    return places[first.number : end + 1]
