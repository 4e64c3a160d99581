"""What to write where a text is not YAML: the changes that the hints of `yaml_problems` speak of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from archdsl.errors import Fix, Hint, Mark

_DASH = re.compile(r"(?<=[\[{,])(\s*)-(?=\s*[,\]}])")
_DASH_WORD = re.compile(r"^\s*-(?=[A-Za-z$])([^\s:]+)")
_DASH_TAB = re.compile(r"^[\s-]*?-[ ]*\t\s*")
_INDEX = re.compile(r"\$\w+\s*\[")
_BARE = re.compile(r"[\s\[{,][@`%|>!*&]")
_COLON_INSIDE = re.compile(r"^\s*(?:- )?[\w$]+:\s+(?=[^\s\"'\[{|>&*!])(?=.*:(?:\s|$))")
_CLOSING = {"[": "]", "{": "}"}


def yaml_fixes(problem: str, hint: str, place: Mark, begin: Mark) -> tuple[Fix, ...]:
    """Changes that may make a text YAML again; whether one does is for who offers it to try.

    Args:
        problem: what the parser says.
        hint: what is said of it.
        place: where it stopped.
        begin: where what it was reading begins.
    """
    if isinstance(hint, Hint):
        return hint.fixes
    return tuple([fix for make in _MAKERS for fix in make(problem, place, begin)])


def _in_line(place: Mark, pattern: re.Pattern[str], text: Callable[[re.Match[str]], str]) -> Iterator[Fix]:
    """The first fit of a pattern in the line replaced."""
    found = pattern.search(place.line_text)
    if found:
        yield Fix("write", found[0], text(found), at=place._replace(column=found.start(), end=found.end()))


def _tabs(problem: str, place: Mark, begin: Mark) -> Iterator[Fix]:
    text = place.line_text
    indent = text[: len(text) - len(text.lstrip())]
    if "\t" in indent:
        yield Fix("write", indent, indent.replace("\t", "  "), at=place._replace(column=0, end=len(indent)))


def _dashes(problem: str, place: Mark, begin: Mark) -> Iterator[Fix]:
    yield from _in_line(place, _DASH_TAB, lambda found: found[0].split("\t")[0].rstrip() + " ")
    yield from _in_line(place, _DASH_WORD, lambda found: found[0].removesuffix(found[1]) + f" {found[1]}")
    if _DASH.search(place.line_text):
        text = place.line_text
        yield Fix("write", text, _DASH.sub(r"\1~", text), at=place._replace(column=0, end=len(text)))


def _quotes(problem: str, place: Mark, begin: Mark) -> Iterator[Fix]:
    """Quotes around a value that has an index, a sign at its beginning, or a colon inside."""
    text = place.line_text
    for pattern, offset in ((_INDEX, 0), (_BARE, 1)):
        found = pattern.search(text)
        if found:
            column, end = _value_around(text, found.start() + offset)
            yield Fix("quote", at=place._replace(column=column, end=end))
    found = _COLON_INSIDE.match(text)
    if found and "mapping values" in problem:
        yield Fix("quote", at=place._replace(column=found.end(), end=len(text.rstrip())))


def _value_around(line: str, at: int) -> tuple[int, int]:
    """Where the value begins and ends that has this character, in brackets or at the end of a line."""
    before = re.search(r"(?:[\[{,]\s*|:\s|^\s*-\s)(?!.*(?:[{,]\s|:\s|^\s*-\s)).*$", line[:at])
    start = at if before is None else before.start() + len(before[0]) - len(re.sub(r"^(?:[\[{,]|:|\s*-)\s*", "", before[0]))
    depth = 0
    for end in range(start, len(line)):
        depth += (line[end] in "[(") - (line[end] in "])")
        if depth < 0 or (depth == 0 and line[end] in ",}"):
            return start, end
    return start, len(line.rstrip())


def _ends(problem: str, place: Mark, begin: Mark) -> Iterator[Fix]:
    """A quote or bracket that is opened in a line and never closed is closed at the end of that line."""
    text = begin.line_text.rstrip()
    if "end of stream" in problem and text[begin.column : begin.column + 1] in ('"', "'"):
        yield Fix("write", "", text[begin.column], at=begin._replace(column=len(text), end=len(text)))
        return
    if missing := _open_at_end(text):
        yield Fix("write", "", missing, at=begin._replace(column=len(text), end=len(text)))


def _open_at_end(line: str) -> str:
    """What closes the brackets that a line leaves open."""
    missing: list[str] = []
    for sign in re.sub(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'|(?<=\s)#.*", "", line):
        if sign in _CLOSING:
            missing.append(_CLOSING[sign])
        elif missing and sign == missing[-1]:
            missing.pop()
    return "".join(reversed(missing))


_MAKERS = (_tabs, _dashes, _quotes, _ends)
