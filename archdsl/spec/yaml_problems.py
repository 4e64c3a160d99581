"""What is wrong with a text that is not YAML, in words that help: PyYAML's message, the place, and the likely cause."""

from __future__ import annotations

import re

import yaml

from archdsl.errors import Diagnostic, Hint, Mark, Source
from archdsl.spec.look_alikes import in_text
from archdsl.spec.yaml_fixes import yaml_fixes

QUOTES = "inside { } or [ ] an expression with a comma or a bracket must stand in quotes"
NO_DASH = "a bare - is no value in a flow list: write ~ for a cell that is not given"
NO_MERGE = "write the keys out; what several steps share is a block, what all of an operator share stands under 'defaults'"

_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CUT_FORMULA = re.compile(r"[({][^)},]*+,[^)}]*+\)|\$\w++\s*+\[")
_DASH = re.compile(r"[\[{,]\s*-\s*[,\]}]")
_DASH_TAB = re.compile(r"^[\s-]*-[ ]*\t")
_DASH_WORD = re.compile(r"^\s*-[A-Za-z$]")
_BARE_SIGN = re.compile(r"[\s\[{,]([@`%|>!*&])")
_AROUND = 1000  # characters on either side of a mistake in which its cause is looked for: lines may have any length


def first_forbidden(text: str) -> re.Match[str] | None:
    """The first character that no YAML text may hold."""
    return _FORBIDDEN.search(text)


def forbidden_character(source: Source) -> Diagnostic | None:
    """The mistake that the first such character is."""
    found = first_forbidden(source.text)
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
    hint = _hint(str(error.problem), place)
    return Diagnostic(message, place, Hint(hint, *yaml_fixes(str(error.problem), hint, place, begin)), related)


def _mark(place: yaml.Mark | None, source: Source) -> Mark:
    """A place inside the text: an error at its end is placed after the last character."""
    line = place.line if place is not None else 0
    column = place.column if place is not None else 0
    if line >= len(source.lines):
        line = max(len(source.lines) - 1, 0)
        column = len(source.lines[line].rstrip()) if source.lines else 0
    return Mark(source, line, column, column + 1)


_LINES: tuple[tuple[re.Pattern[str], str], ...] = (
    (_DASH_WORD, "an item of a list is written '- relu', with a space"),
    (_DASH, NO_DASH),
    (_CUT_FORMULA, QUOTES),
)
"""Hints by what stands in the line, the first that fits."""

_MESSAGES: tuple[tuple[str, str], ...] = (
    (
        "mapping values are not allowed",
        "a ':' inside a value must stand in quotes, and the lines of one mapping share one indentation",
    ),
    ("end of stream", "a quote that is opened is never closed"),
    ("',' or", "a bracket is never closed, or a comma is missing"),
    ("did not find expected key", "the lines of one list or mapping share one indentation"),
    ("block", "the lines of one list or mapping share one indentation"),
    ("expected ':'", "a key and its value are written 'key: value'"),
)
"""Hints by what PyYAML says."""


def _hint(message: str, place: Mark) -> str:
    text = place.line_text
    indent = text[: len(text) - len(text.lstrip())]
    text = text[max(0, place.column - _AROUND) : place.column + _AROUND]
    if "\t" in indent:
        return "YAML indents with spaces, not tabs"
    if _DASH_TAB.search(text):
        return "a tab follows the -: write a space"
    if odd := in_text(text):
        return odd
    if hint := next((hint for pattern, hint in _LINES if pattern.search(text)), ""):
        return hint
    if "cannot start any token" in message and (sign := _BARE_SIGN.search(text)):
        return f"a value that begins with {sign[1]} must stand in quotes"
    return next((hint for part, hint in _MESSAGES if part in message), "")
