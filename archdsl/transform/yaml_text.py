"""Plain data as YAML that a person would write: short things on one line, steps one below the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from archdsl.transform.plain import Plain, Rows

WIDTH = 120


class _Written(str):
    """A scalar that stands as it is."""


NESTED = frozenset({"body", "end", "else", "join", "paths", "rows", "then", "path"})
"""Keys under which steps stand: a mapping that has one is not written on one line inside another."""
_PLAIN_FLOW = re.compile(r'[^\[\]{},"\'&*!|>%@`#\s:?-]([^\[\]{},:#]|:(?! |$))*\Z')
_PLAIN_BLOCK = re.compile(r'[^\[\]{},"\'&*!|>%@`#\s:?-]([^:#]|:(?! |$)|(?<! )#)*\Z')
_NUMBER = re.compile(r"-[0-9.]")


def lines(data: dict[str, Any], indent: int = 0) -> Iterator[str]:
    """A mapping, key below key."""
    pad = " " * indent
    for key, item in data.items():
        if item is None:
            yield f"{pad}{key}:"
            continue
        flat = None if _nested(item) or _steps(key, item) else _flat(item)
        if flat is not None and len(pad) + len(key) + 2 + len(flat) <= WIDTH:
            yield f"{pad}{key}: {flat}"
        elif isinstance(item, str):
            yield from _folded(key, item, indent)
        else:
            yield f"{pad}{key}:"
            yield from below(item, indent + 2)


def below(item: Any, indent: int) -> Iterator[str]:
    """What stands below a key: a mapping, or the entries of a list."""
    if isinstance(item, dict):
        yield from lines(item, indent)
        return
    rows = _aligned(item)
    for place, each in enumerate(item):
        yield from _item(rows[place] if rows else each, indent)


def _item(item: Any, indent: int) -> Iterator[str]:
    """One entry of a list."""
    pad = " " * indent
    if isinstance(item, dict) and len(item) == 1 and not _nested(item):
        (key, inner) = next(iter(item.items()))
        flat = flow(inner) if not isinstance(inner, str) else scalar(inner, flow=False)
        if inner is not None and key != "stage" and len(pad) + len(key) + 4 + len(flat) <= WIDTH:
            yield f"{pad}- {key}: {flat}"
            return
    flat = _flat(item)
    if not _nested(item) and len(pad) + 2 + len(flat) <= WIDTH:
        yield f"{pad}- {flat}"
    elif isinstance(item, str):
        yield f"{pad}- {item}"
    else:
        first, *rest = below(item, indent + 2)
        yield f"{pad}- {first[indent + 2 :]}"
        yield from rest


def _flat(item: Plain) -> str:
    return scalar(item, flow=False) if isinstance(item, str) else flow(item)


def flow(item: Plain) -> str:
    """Anything on one line."""
    if item is None:
        return ""
    if isinstance(item, str):
        return scalar(item, flow=True)
    if isinstance(item, dict):
        return "{" + ", ".join(f"{key}: {flow(inner) or '~'}" for key, inner in item.items()) + "}"
    return "[" + ", ".join(flow(inner) for inner in item) + "]"


def scalar(text: str, flow: bool) -> str:
    """A scalar, in quotes where YAML would read its signs as its own."""
    if isinstance(text, _Written):
        return text
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        return text
    pattern = _PLAIN_FLOW if flow else _PLAIN_BLOCK
    if text == "~" or pattern.match(text) or (_NUMBER.match(text) and pattern.match("0" + text)):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _nested(item: Any) -> bool:
    """Whether something holds steps that want lines of their own."""
    if isinstance(item, dict):
        return any(key in NESTED and _steps(key, inner) for key, inner in item.items()) or any(map(_nested, item.values()))
    if isinstance(item, list):
        several = len(item) > 1 and any(isinstance(each, dict) for each in item)
        return several or isinstance(item, Rows) or any(map(_nested, item))
    return False


def _steps(key: str, item: Any) -> bool:
    """Whether what stands under a key is steps that are more than words."""
    if key == "paths" and isinstance(item, dict):
        return True
    return key in ("body", "end") and isinstance(item, list) and any(isinstance(each, dict) for each in item)


def _aligned(item: list[Any]) -> list[Any] | None:
    """Rows of a table with their cells below each other, as scalars that are written already."""
    if not isinstance(item, Rows):
        return None
    cells = [[flow(cell) or "~" for cell in row] if isinstance(row, list) else None for row in item]
    widths = [max(map(len, column)) for column in zip(*[row for row in cells if row is not None], strict=True)]
    made: list[Any] = []
    for row, given in zip(cells, item, strict=True):
        if row is None:
            made.append(_Written(flow({key: inner or "~" for key, inner in given.items()})))
        else:
            padded = [f"{cell}," + " " * (width - len(cell)) for cell, width in zip(row[:-1], widths, strict=False)]
            made.append(_Written("[" + " ".join([*padded, row[-1]]) + "]"))
    return made


def _folded(key: str, text: str, indent: int) -> Iterator[str]:
    """A long text over several lines."""
    bare = text[1:-1].replace('\\"', '"').replace("\\\\", "\\") if text.startswith('"') else text
    yield f"{' ' * indent}{key}: >-"
    line = " " * (indent + 1)
    for piece in bare.split():
        if len(line) + 1 + len(piece) > WIDTH and line.strip():
            yield line
            line = " " * (indent + 1)
        line += " " + piece
    yield line
