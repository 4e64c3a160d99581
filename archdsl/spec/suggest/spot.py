"""Where in a spec a place is: the keys that lead to it, and what is written there so far. By indentation and brackets alone, so
that a text that is being typed need not be YAML."""

from __future__ import annotations

import re
from typing import NamedTuple

from archdsl.spec.suggest.flow import frames
from archdsl.spec.suggest.lines import Element, Line, elements, is_comment, lines_of

ITEM = ""
"""Stands in a path for an item of a list whose number is not known."""


_COLON = re.compile(r"[\w$./*]*[\"']?\s*:(?:\s|$)")


class Spot(NamedTuple):
    """A place in a text.

    Attributes:
        path: keys, and numbers of items (or `ITEM`), from the root to what is written here.
        role: `key` where a key is written; `value`; `either` behind the dash of a list, where a value or the first key may stand.
        written: the value or key up to the place, without an opening quote.
        start: the column where it begins.
        given: keys that the same map has, items that the same list has.
        colon: whether a colon follows the word.
        flow: whether it stands in brackets.
        first: the line where what is written in brackets begins.
    """

    path: tuple[str | int, ...]
    role: str
    written: str
    start: int
    given: tuple[str, ...]
    colon: bool
    flow: bool
    first: int


def spot(lines: list[str], line: int, column: int) -> Spot | None:
    """Where a place is; None in a comment or in a text of several lines."""
    if not 0 <= line < len(lines):
        lines, line, column = [*lines, ""], len(lines), 0
    facts = lines_of(lines)
    here = lines[line][:column]
    if facts[line].prose or is_comment(here, column):
        return None
    first = facts[line].begin
    begun = here if first == line else lines[first]
    leading, at = elements(begun)
    rest = "\n".join([begun[at:], *lines[first + 1 : line], *([here] if first != line else [])])
    colon = bool(_COLON.match(lines[line][column:]))
    open_ = frames(rest) if rest.lstrip()[:1] in ("[", "{") else []
    if open_:
        inner = open_[-1]
        above = _above(lines, facts, first, leading)
        path = (*above, *[part for frame in open_ for part in _parts(frame.key, frame.sign, len(frame.items))])
        role = "key" if inner.sign == "{" and inner.key is None else "value" if inner.key is not None else "either"
        given = tuple(inner.keys if inner.sign == "{" else inner.items)
        return Spot(path, role, *_trimmed(rest[inner.start :], column), given, colon, True, first)
    if rest.lstrip()[:1] in ("[", "{") or (begun[:at].endswith(":") and not rest):
        return None  # behind a bracket that is closed; directly behind a colon, where a space comes first
    written, start = _trimmed(rest, column)
    if leading and leading[-1].key:
        return Spot(_above(lines, facts, first, leading), "value", written, start, (), colon, False, first)
    if leading:
        path = _above(lines, facts, first, leading)
        return Spot(path, "either", written, start, tuple(_beside(lines, facts, first, at)), colon, False, first)
    path = _above(lines, facts, first, [Element(at, "?")])[:-1]
    return Spot(path, "key", written, start, tuple(_beside(lines, facts, first, at)), colon, False, first)


def _parts(key: str | None, sign: str, number: int) -> list[str | int]:
    """What a collection in brackets adds to a path."""
    here: list[str | int] = [] if sign == "{" else [number]
    return here if key is None else [*here, key]


def _trimmed(written: str, column: int) -> tuple[str, int]:
    """What is written without spaces and an opening quote before it, and its column in the line of the place."""
    text = written.lstrip()
    text = text[1:] if text[:1] in ("'", '"') else text
    return text, max(0, column - len(text.rsplit("\n", 1)[-1]))


def _above(lines: list[str], facts: list[Line], number: int, own: list[Element]) -> tuple[str | int, ...]:
    """The path of a line that begins with these elements."""
    path: list[str | int] = [element.key or ITEM for element in own]
    limit, dashed = (own[0].column, not own[0].key) if own else (_indent(lines[number]), False)
    for above in range(number - 1, -1, -1):
        if limit == 0 and not dashed:
            break
        if facts[above].begin != above or facts[above].prose or lines[above].lstrip()[:1] in ("", "#"):
            continue
        for element in reversed(elements(lines[above])[0]):
            if element.column < limit or (element.column == limit and dashed and element.key):
                path.insert(0, element.key or ITEM)
                limit, dashed = element.column, not element.key
    return tuple(path)


def _beside(lines: list[str], facts: list[Line], number: int, column: int) -> list[str]:
    """Keys of the map that has a key in this column of this line."""
    found: list[str] = []
    for step in (-1, 1):
        at = number + step
        while 0 <= at < len(lines):
            line, fact = lines[at], facts[at]
            at += step
            if fact.begin != at - step or fact.prose or line.lstrip()[:1] in ("", "#"):
                continue
            leading = elements(line)[0]
            if not leading or (step == 1 and leading[0].column < column):
                if _indent(line) < column:
                    break
                continue
            found += [element.key for element in leading if element.key and element.column == column]
            if leading[0].column < column:
                break
    return found


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
