"""Plain data as YAML that a person would write: short things on one line, steps one below the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Plain = dict[str, Any] | list[Any] | str | None
"""Scalars are texts as they stand in YAML, quoted where a word could be read as something else; None is nothing at all."""

WIDTH = 140
"""Characters up to which a mapping or list stays on one line."""


class Columns(dict[str, Any]):
    """A mapping whose values stand below each other."""


PARALLEL = frozenset({"fork", "split", "stage", "table"})
NESTED = frozenset({"body", "end", "else", "join", "paths", "then", "path"})
"""Keys under which steps stand: a mapping that has one is not written on one line inside another."""
_PLAIN_FLOW = re.compile(r'[^\[\]{},"\'&*!|>%@`#\s:?-]([^\[\]{},:#]|:(?! |$))*\Z')
_PLAIN_BLOCK = re.compile(r'[^\[\]{},"\'&*!|>%@`#\s:?-]([^:#]|:(?! |$)|(?<! )#)*\Z')
LIST = re.compile(r"\[[^$]*\]\Z")
"""A list of numbers and words that is text already."""
_FIGURE = re.compile(r"[-0-9./~]+\Z")
_NUMBER = re.compile(r"-[0-9.]")


def lines(data: dict[str, Any], indent: int = 0) -> Iterator[str]:
    """A mapping, key below key."""
    pad = " " * indent
    width = max(map(len, data)) + 1 if isinstance(data, Columns) else 0
    for key, item in data.items():
        if item is None:
            yield f"{pad}{key}:"
            continue
        if key == "table":
            yield f"{pad}{key}:"
            yield from _table(item, indent + 2)
            continue
        flat = None if _nested(item) or _steps(key, item) else _flat(item)
        if flat is not None and len(pad) + len(key) + 2 + len(flat) <= WIDTH:
            yield f"{pad}{key + ':':<{width}} {flat}"
        elif isinstance(item, str):
            yield from [f"{pad}{key}: {flat}"] if LIST.match(item) or "$" in item else _folded(key, item, indent)
        elif _is_brief(item):
            yield from _filled(f"{pad}{key}: ", item)
        else:
            yield f"{pad}{key}:"
            yield from below(item, indent + 2)


def _is_brief(item: Any) -> bool:
    """Whether something holds scalars alone, of which several fit a line."""
    inner = list(item.values() if isinstance(item, dict) else item)
    return len(inner) > 2 and all(isinstance(each, str) and len(each) < WIDTH / 3 for each in inner)


def _filled(head: str, item: Any) -> Iterator[str]:
    """Scalars in braces or brackets, over as many lines as it takes."""
    parts = (
        [f"{key}: {flow(inner)}" for key, inner in item.items()] if isinstance(item, dict) else [flow(inner) for inner in item]
    )
    opening, closing = "{}" if isinstance(item, dict) else "[]"
    line, pad = head + opening, " " * (len(head) + 1)
    for number, part in enumerate(parts):
        end = "," if number < len(parts) - 1 else closing
        if len(line) + len(part) + 2 > WIDTH and line.strip() != opening:
            yield line.rstrip()
            line = pad
        line += f"{part}{end} "
    yield line.rstrip()


def below(item: Any, indent: int) -> Iterator[str]:
    """What stands below a key: a mapping, or the entries of a list."""
    if isinstance(item, dict):
        yield from lines(item, indent)
        return
    for each in item:
        yield from _item(each, indent)


def _item(item: Any, indent: int) -> Iterator[str]:
    """One entry of a list."""
    pad = " " * indent
    if isinstance(item, dict) and len(item) == 1 and not _nested(item):
        (key, inner) = next(iter(item.items()))
        flat = flow(inner) if not isinstance(inner, str) else scalar(inner, flow=False)
        if inner is not None and len(pad) + len(key) + 4 + len(flat) <= WIDTH:
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
    if LIST.match(text):
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
        if not PARALLEL.isdisjoint(item):
            return True
        return any(key in NESTED and _steps(key, inner) for key, inner in item.items()) or any(map(_nested, item.values()))
    if isinstance(item, list):
        several = len(item) > 1 and any(isinstance(each, dict) for each in item)
        return several or any(map(_nested, item))
    return False


def _steps(key: str, item: Any) -> bool:
    """Whether what stands under a key is steps that are more than words."""
    if key == "paths" and isinstance(item, dict):
        return True
    return key in ("body", "end") and isinstance(item, list) and any(isinstance(each, dict) for each in item)


def _table(data: dict[str, Any], indent: int) -> Iterator[str]:
    """A table whose cells stand below each other and below the names of their columns: words to the left, figures to the right."""
    pad = " " * indent
    cells = [[flow(cell) or "~" for cell in row] for row in [data["columns"], *data["rows"]] if isinstance(row, list)]
    columns = list(zip(*cells, strict=True))
    widths = [max(map(len, column)) for column in columns]
    widths[0] = max([len(columns[0][0]) + len("columns: [") - len("  - ["), *map(len, columns[0][1:])])
    right = [all(map(_FIGURE.match, column[1:])) for column in columns]

    def line(row: list[str], first: int) -> str:
        ends = [*[","] * (len(row) - 1), ""]
        parts = [
            f"{cell:>{width}}{end}" if figures else f"{cell}{end}".ljust(width + len(end))
            for cell, end, width, figures in zip(row, ends, [first, *widths[1:]], right, strict=True)
        ]
        return "[" + " ".join(parts).rstrip() + "]"

    yield f"{pad}columns: {line(cells.pop(0), widths[0] + len('  - [') - len('columns: ['))}"
    yield from lines({key: item for key, item in data.items() if key not in ("columns", "rows")}, indent)
    yield f"{pad}rows:"
    for row in data["rows"]:
        text = line(cells.pop(0), widths[0]) if isinstance(row, list) else flow({key: item or "~" for key, item in row.items()})
        yield f"{pad}  - {text}"


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
