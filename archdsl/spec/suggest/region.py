"""Names and labels that are in reach where a place is: found by their words, in the block or net around it."""

from __future__ import annotations

import re

from archdsl.spec.suggest.spot import Spot

_AS = re.compile(r"\b(?:as|inputs):\s*(?:\[([^\]]*)\]|([^\s,}\]\[{]+))")
_APPEND = re.compile(r"\bappend:\s*([\w$]+)")
_FOR = re.compile(r"\bfor:\s*\{((?:[^{}\[\]]|\[[^\]]*\])*)\}")
_VARIABLE = re.compile(r"([A-Za-z_]\w*)\s*:")
_COLUMNS = re.compile(r"\bcolumns:(?:\s*\[([^\]]*)\]|((?:[ \t]*(?:#[^\n]*)?\n+[ \t]*-[ \t]+[^\n]*)+))")
_COMMENT = re.compile(r"(?:^|\s)#[^\n]*")


def region(lines: list[str], spot: Spot) -> str:
    """The text of the block, or of the whole entry of the file, that the place is in."""
    depth = 2 if spot.path[:1] == ("blocks",) and len(spot.path) > 1 else 1
    begin = end = spot.first
    limit = _indent(lines[begin]) if begin < len(lines) else 0
    wanted = 0 if depth == 1 else _entry_indent(lines, begin)
    while begin > 0 and not (lines[begin].strip() and _indent(lines[begin]) <= wanted and limit >= wanted):
        begin -= 1
    end += 1
    while end < len(lines) and not (lines[end].strip() and _indent(lines[end]) <= wanted):
        end += 1
    return "\n".join(lines[begin:end])


def _entry_indent(lines: list[str], number: int) -> int:
    """How far the blocks of the file that has this line are indented."""
    indent = 0
    for line in reversed(lines[: number + 1]):
        if line.strip():
            if _indent(line) == 0:
                break
            indent = _indent(line) if not indent else min(indent, _indent(line))
    return indent


def labels(text: str) -> list[str]:
    """Labels that steps give or a block is called with, in their order."""
    found = [word.strip() for match in _AS.finditer(text) for word in (match[1] or match[2] or "").split(",")]
    return list(dict.fromkeys(word for word in [*found, *_APPEND.findall(text)] if re.fullmatch(r"[\w$]+", word)))


def variables(text: str) -> list[str]:
    """Loop variables."""
    return list(dict.fromkeys(name for match in _FOR.finditer(text) for name in _VARIABLE.findall(match[1])))


def columns(lines: list[str], number: int) -> list[str]:
    """The columns of the table that has this line, or of the last one before it."""
    found = _COLUMNS.findall("\n".join(lines[: number + 1]))
    return _listed(*found[-1]) if found else []


def all_columns(text: str) -> list[str]:
    """The columns of all tables of a text."""
    return list(dict.fromkeys(word for listed in _COLUMNS.findall(text) for word in _listed(*listed)))


def _listed(bracketed: str, below: str) -> list[str]:
    """The names of columns, from what stands in brackets, or in lines with dashes."""
    words = (
        _COMMENT.sub("", bracketed).split(",")
        if bracketed
        else [line.strip().removeprefix("-") for line in _COMMENT.sub("", below).split("\n")]
    )
    return [bare for word in words if (bare := word.strip().strip("\"'"))]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
