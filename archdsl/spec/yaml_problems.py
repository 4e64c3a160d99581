"""What is wrong with a text that is not YAML, in words that help: PyYAML's message, the place, and the likely cause."""

from __future__ import annotations

import re

import yaml

from archdsl.errors import Diagnostic, Mark, Source

QUOTES = "inside { } or [ ] an expression with a comma or a bracket must stand in quotes"
NO_DASH = "a bare - is no value in a flow list: write ~ for a cell that is not given"

_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CUT_FORMULA = re.compile(r"[({][^)},]*+,[^)}]*+\)|\$\w++\s*+\[")
_DASH = re.compile(r"[\[{,]\s*-\s*[,\]}]")
_BARE_SIGN = re.compile(r"[\s\[{,]([@`%|>!*&])")
_AROUND = 1000  # characters on either side of a mistake in which its cause is looked for: lines may have any length


def forbidden_character(source: Source) -> Diagnostic | None:
    """The first character that no YAML text may hold."""
    found = _FORBIDDEN.search(source.text)
    if found is None:
        return None
    before = source.text[: found.start()].splitlines(keepends=True)
    line, column = max(len(before) - 1, 0), len(before[-1]) if before else 0
    if before and before[-1][-1] in "\n\r\x85\u2028\u2029":
        line, column = line + 1, 0
    text = f"not YAML: the control character U+{ord(found[0]):04X} is not allowed"
    return Diagnostic(text, Mark(source, line, column, column + 1))


def problem(error: yaml.MarkedYAMLError, source: Source) -> Diagnostic:
    """PyYAML's error with its place and a hint."""
    place = _mark(error.problem_mark or error.context_mark, source)
    begin = _mark(error.context_mark, source)
    related = ((str(error.context), begin),) if error.context_mark is not None and begin.line != place.line else ()
    message = f"not YAML: {error.problem or error.context}"
    return Diagnostic(message, place, _hint(str(error.problem), place), related)


def _mark(place: yaml.Mark | None, source: Source) -> Mark:
    """A place inside the text: an error at its end is placed after the last character."""
    line = place.line if place is not None else 0
    column = place.column if place is not None else 0
    if line >= len(source.lines):
        line = max(len(source.lines) - 1, 0)
        column = len(source.lines[line].rstrip()) if source.lines else 0
    return Mark(source, line, column, column + 1)


def _hint(message: str, place: Mark) -> str:
    lines = place.source.lines
    text = lines[place.line] if place.line < len(lines) else ""
    indent = text[: len(text) - len(text.lstrip())]
    text = text[max(0, place.column - _AROUND) : place.column + _AROUND]
    if "\t" in indent:
        return "YAML indents with spaces, not tabs"
    if _DASH.search(text):
        return NO_DASH
    if _CUT_FORMULA.search(text):
        return QUOTES
    if "mapping values are not allowed" in message:
        return "a ':' inside a value must stand in quotes, and the lines of one mapping share one indentation"
    if "end of stream" in message:
        return "a quote that is opened is never closed"
    if "',' or" in message:
        return "a bracket is never closed, or a comma is missing"
    if "did not find expected key" in message or "block" in message:
        return "the lines of one list or mapping share one indentation"
    if "cannot start any token" in message and (sign := _BARE_SIGN.search(text)):
        return f"a value that begins with {sign[1]} must stand in quotes"
    if "expected ':'" in message:
        return "a key and its value are written 'key: value'"
    return ""
