"""The lines of a text while it is typed: which go on with what an earlier one began, and what each begins with."""

from __future__ import annotations

import re
from typing import NamedTuple

_TOKEN = re.compile(r"""(?<![^\s\[{,(])(?:"(?:[^"\\]|\\.)*"?|'[^']*'?)|[\[\]{}]|(?:(?<=\s)|^)\#.*""")
_DASH = re.compile(r"-(?:\s+|$)")
_KEY = re.compile(r"""("[^"]*"|'[^']*'|[\w$][\w$.:*-]*?|\*)\s*:(?=\s|$)""")
_TEXT_FOLLOWS = re.compile(r"(?::|-)\s+[>|][-+]?\d*\s*(?:#.*)?$")
_VALUE_BEGINS = re.compile(r"(?:^|:\s|-\s|[\[{,(])\s*$")


class Element(NamedTuple):
    """A dash or a key that a line begins with; the text of a dash is empty."""

    column: int
    key: str


class Line(NamedTuple):
    """One line.

    Attributes:
        begin: the line in which a bracket was opened that is not closed before this one; the line itself where none was.
        prose: whether it belongs to a text of several lines.
    """

    begin: int
    prose: bool


def lines_of(lines: list[str]) -> list[Line]:
    """What each line is. A bracket that is never closed goes no further than the indentation does."""
    made: list[Line] = []
    open_: list[str] = []
    begin, prose_above = 0, -1
    for number, line in enumerate(lines):
        indent = _indent(line)
        if prose_above >= 0 and (not line.strip() or indent > prose_above):
            made.append(Line(number, prose=True))
            continue
        prose_above = -1
        if open_ and line.strip() and indent <= _indent(lines[begin]) and line.lstrip()[0] not in "]},":
            open_ = []
        if not open_:
            begin = number
            if _TEXT_FOLLOWS.search(line):
                prose_above = indent
        made.append(Line(begin, prose=False))
        _brackets(line, open_)
    return made


def _brackets(line: str, open_: list[str]) -> None:
    for token in _TOKEN.finditer(line):
        sign = token[0]
        if sign in ("[", "{"):
            if open_ or _VALUE_BEGINS.search(line[: token.start()]):
                open_.append(sign)
        elif sign in ("]", "}") and open_:
            open_.pop()


def elements(line: str) -> tuple[list[Element], int]:
    """The dashes and the key that a line begins with, and the column behind them."""
    found: list[Element] = []
    at = _indent(line)
    while dash := _DASH.match(line, at):
        found.append(Element(at, ""))
        at = dash.end()
    if key := _KEY.match(line, at):
        found.append(Element(at, key[1].strip("\"'")))
        at = key.end()
    return found, at


def is_comment(line: str, column: int) -> bool:
    """Whether a place stands in a comment."""
    return any(token[0].startswith("#") and token.start() < column for token in _TOKEN.finditer(line))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
