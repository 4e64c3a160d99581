"""Where a file says what it imports, and where its head ends."""

from __future__ import annotations

import re

from archdsl.spec.suggest.edits import Edit
from archdsl.spec.suggest.tree import Part, tree

HEAD = ("archdsl", "name", "doc", "source", "extends", "import")
"""Keys that a file begins with, as people write it."""

_KEY = re.compile(r"([A-Za-z_]\w*)\s*:(\s|$)")


def imports(root: Part | None) -> list[str]:
    """What a file imports."""
    node = root.get("import") if root is not None else None
    return [] if node is None else [item.text for item in (node.items if node.kind == "list" else [node]) if item.text]


def add_import(text: str, target: str) -> list[Edit]:
    """Edits that import one more file; none where it is imported already."""
    root = tree(text)
    node = root.get("import") if root is not None else None
    if target in imports(root):
        return []
    if node is None or not (node.text or node.items or node.flow):
        return [_without(text, target)]
    if node.kind == "scalar":
        return [Edit(*node.start, *node.start, "["), Edit(*node.end, *node.end, f", {target}]")]
    if node.flow:
        line, column = node.items[-1].end if node.items else (node.start[0], node.start[1] + 1)
        return [Edit(line, column, line, column, f", {target}" if node.items else target)]
    line, column = node.items[-1].end
    return [Edit(line, column, line, column, f"\n{' ' * node.start[1]}- {target}")]


def add_head(text: str, line: str) -> Edit:
    """An edit that adds a line to the head of a file, after all that stands there."""
    at = _end_of_head(text, HEAD)
    lines = text.splitlines()
    if at >= len(lines) and text and not text.endswith("\n"):
        return Edit(len(lines) - 1, len(lines[-1]), len(lines) - 1, len(lines[-1]), f"\n{line}\n")
    return Edit(at, 0, at, 0, f"{line}\n")


def _without(text: str, target: str) -> Edit:
    """The import of a file that has none, or an empty one."""
    for number, line in enumerate(text.splitlines()):
        if re.match(r"import\s*:\s*~?\s*$", line):
            return Edit(number, 0, number, len(line), f"import: [{target}]")
    return add_head(text, f"import: [{target}]")


def _end_of_head(text: str, head: tuple[str, ...]) -> int:
    """The number of the first line after the head: that of the first other key, with the comments before it."""
    lines = text.splitlines()
    last = len(lines)
    for number, line in enumerate(lines):
        found = _KEY.match(line)
        if found and found[1] not in head:
            last = number
            break
    while last > 0 and (not lines[last - 1].strip() or lines[last - 1].startswith("#")):
        last -= 1
    return last
