"""The data of a spec as YAML, as the zoo has it: short mappings in braces, the columns of tables in line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

WIDTH = 110
"""Characters up to which a mapping or list stays on one line."""

SPECIAL = re.compile(r"[,\[\]{}]|: |:$| #|^[*&!%\"'>|@`?-]|^$")


def flow(value: Any, top: bool = False) -> str:
    """A value on one line."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return _scalar(str(value), top)


def _scalar(value: str, top: bool) -> str:
    """A scalar, in quotes where YAML would read it otherwise. Lists and mappings come as text too and stay as they are."""
    if value.startswith(("[", "{")) and value.endswith(("]", "}")) and "$" not in value:
        return value
    if value.startswith('"') or not SPECIAL.search(value) or re.fullmatch(r"-[0-9./e-]+", value):
        return value
    if top and not re.search(r": | #|^[*&!%\"'>|@`?\[{-]|^$", value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def step_lines(step: Any, indent: str) -> Iterator[str]:
    """A step of a list."""
    yield from _hung(f"{indent}- ", indent + "  ", step)


def _hung(head: str, indent: str, step: Any) -> Iterator[str]:
    if not isinstance(step, dict):
        yield f"{head}{flow(step, True)}"
        return
    one = _one_line(step)
    if one is not None and len(head) + len(one) <= WIDTH:
        yield f"{head}{one}"
        return
    for number, (key, value) in enumerate(step.items()):
        yield from _entry(head if number == 0 else indent, key, value, indent)


def _one_line(step: dict[str, Any]) -> str | None:
    """A step in one line, where no steps stand in it."""
    if any(key in step for key in ("fork", "split", "stage", "table", "body")):
        return None
    if len(step) == 1:
        ((key, value),) = step.items()
        return f"{key}: {flow(value, True)}"
    return flow(step)


def _entry(head: str, key: str, value: Any, indent: str) -> Iterator[str]:
    if key == "table":
        yield f"{head}table:"
        yield from _table(value, indent + "  ")
    elif key == "paths":
        yield f"{head}paths:"
        yield from _paths(value, indent + "  ")
    elif key == "body" and isinstance(value, list) and value:
        yield f"{head}body:"
        for step in value:
            yield from step_lines(step, indent + "  ")
    else:
        yield f"{head}{key}: {flow(value, True)}".rstrip()


def _paths(paths: Any, indent: str) -> Iterator[str]:
    if isinstance(paths, list):
        for path in paths:
            yield from _path(f"{indent}- ", path, indent + "  ")
    else:
        for name, path in paths.items():
            yield from _path(f"{indent}{name}: ", path, indent + "  ")


def _path(head: str, path: Any, indent: str) -> Iterator[str]:
    """A path: a list of steps, one step alone, or one that may be absent, with its condition."""
    simple = flow(path)
    nested = re.search(r"\b(fork|split|stage|table):", simple)
    several = isinstance(path, list) and len(path) > 1 and any(isinstance(step, dict) for step in path)
    if head.endswith("- ") and isinstance(path, dict) and len(path) == 1 and not nested:
        yield from _hung(head, indent, path)
        return
    if not nested and len(head) + len(simple) <= WIDTH and not several:
        yield f"{head}{simple}"
        return
    if isinstance(path, dict) and "body" in path:
        lines = [line for key, value in path.items() for line in _entry(indent, key, value, indent)]
    else:
        lines = [line for step in (path if isinstance(path, list) else [path]) for line in step_lines(step, indent)]
    if head.endswith("- "):
        yield head + lines[0][len(indent) :]
        yield from lines[1:]
    else:
        yield head.rstrip()
        yield from lines


def _table(data: dict[str, Any], indent: str) -> Iterator[str]:
    """A table whose columns stand in line: words to the left, numbers to the right."""
    rows = [data["columns"], *data["rows"]]
    cells = [[flow(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    numeric = [all(re.fullmatch(r"[-0-9./~]+", row[column]) for row in cells[1:]) for column in range(len(cells[0]))]

    def line(row: list[str]) -> str:
        parts = []
        for column, cell in enumerate(row):
            comma = "," if column < len(row) - 1 else ""
            pad = " " * (widths[column] - len(cell))
            parts.append(f"{pad}{cell}{comma}" if numeric[column] else f"{cell}{comma}{pad}")
        return "[" + " ".join(parts).rstrip() + "]"

    yield f"{indent}columns: {line(cells[0])}"
    if "scale" in data:
        yield f"{indent}scale: {flow(data['scale'])}"
    yield f"{indent}rows:"
    for row in cells[1:]:
        yield f"{indent}  - {line(row)}"


def mapping_lines(name: str, items: dict[str, Any], indent: str = "") -> Iterator[str]:
    """A mapping of names to values with the values in line."""
    yield f"{indent}{name}:"
    width = max(map(len, items)) + 1
    for key, value in items.items():
        yield f"{indent}  {key + ':':<{width}} {flow(value, True)}"
