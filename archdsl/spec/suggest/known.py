"""What a text knows: its knobs and blocks, those of what it imports and extends. Each part of the text is read for itself, so that a
mistake in one hides nothing of the others."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from archdsl.errors import ArchdslError, Source
from archdsl.spec.library import files_of_blocks
from archdsl.spec.locate import locate, read, zoo
from archdsl.spec.model import Block, File, Override, Parameter
from archdsl.spec.read_file import read_file
from archdsl.spec.report import Report
from archdsl.spec.suggest.imports import imports
from archdsl.spec.suggest.region import all_columns
from archdsl.spec.suggest.tree import Part, tree
from archdsl.spec.yaml import TextLimits

KEPT = 64
"""Parts of texts that are kept, so that a keystroke reads the one that it changes."""

MOST = 100
"""Files that are followed."""

_TOP = re.compile(r"[A-Za-z_]\w*\s*:(?:\s|$)")
_ENTRY = re.compile(r" +[\w\"'$]+\s*:(?:\s|$)")


@dataclass
class Known:
    """What can be called and read.

    Attributes:
        knobs, blocks: by name.
        places: by the name of a knob or block where it is declared, in words.
        columns: of the tables of what it extends.
        imported: files that are read already, by the name that an import gives them.
    """

    knobs: dict[str, Parameter | Override] = field(default_factory=dict)
    blocks: dict[str, Block] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)
    imported: set[str] = field(default_factory=set)

    def take(self, file: File, where: str) -> None:
        """Put in what a file declares. A knob that is known already gets what the file says anew."""
        for name, knob in file.knobs.items():
            old = self.knobs.get(name)
            self.knobs[name] = knob if old is None else _renewed(old, knob)
            self.places[name] = where or f"line {knob.mark.line + 1}"
        for name, block in file.blocks.items():
            self.blocks[name] = block
            self.places[name] = where or f"line {block.mark.line + 1}"


def known(text: str, path: Path | None) -> Known:
    """What a text knows. Files that cannot be found or read are passed over."""
    found = Known()
    _follow(found, text, path.parent.resolve() if path is not None else None, path.parent.resolve() if path is not None else None)
    for file in _own(text):
        found.take(file, "")
    return found


@cache
def zoo_blocks() -> dict[str, tuple[Block, str]]:
    """The blocks that ship, each with the import that brings it."""
    made: dict[str, tuple[Block, str]] = {}
    for name, file in files_of_blocks().items():
        for word, block in file.blocks.items():
            made.setdefault(word, (block, name))
    return made


def _renewed(old: Parameter | Override, knob: Parameter | Override) -> Parameter | Override:
    """A knob with what a further declaration says of it."""
    if isinstance(old, Override):
        return knob
    keys = ("default", "range", "choices", "doc", "step", "reading", "readings")
    given: dict[str, Any] = {key: value for key in keys if (value := getattr(knob, key, None))}
    return dataclasses.replace(old, **given)


def _follow(found: Known, text: str, beside: Path | None, root: Path | None) -> None:
    """Put in what a text imports and extends."""
    parsed = tree(_head(text))
    extended = list(_extended(parsed))
    for target in (*extended, *imports(parsed)):
        if target in found.imported or len(found.imported) >= MOST:
            continue
        found.imported.add(target)
        try:
            path = locate(target, beside, root)
            content = _content(path, path.stat().st_mtime_ns) if path is not None else None
        except (ArchdslError, ValueError, OSError):
            continue
        if path is None or content is None:
            continue
        file, inner = content
        within = root if root is not None and path.is_relative_to(root) else zoo()
        _follow(found, inner, path.parent, within)
        found.take(file, target)
        if target in extended:
            found.columns += all_columns(inner)


def _extended(parsed: Part | None) -> Iterator[str]:
    node = parsed.get("extends") if parsed is not None else None
    if node is not None and node.text:
        yield node.text


@lru_cache(KEPT)
def _content(path: Path, changed: int) -> tuple[File, str] | None:
    """A file as it was read, and its text. `changed`: when it was written, so that a new one is read anew."""
    source = read(path, TextLimits())
    file = read_file(source, Report())
    return (file, source.text) if file is not None else None


def _head(text: str) -> str:
    """The parts of a text that say what it imports and extends."""
    return "".join(part for _, part in _parts(text) if part.startswith(("import", "extends")))


def _own(text: str) -> Iterator[File]:
    """The knobs and blocks of a text: each part as a file of its own, one that cannot be read by its entries."""
    for line, part in _parts(text):
        if not part.startswith(("knobs", "blocks")):
            continue
        file = _file(line, part)
        if file is not None:
            yield file
            continue
        head, *rest = part.splitlines(keepends=True)
        for offset, entry in _entries(rest):
            if (one := _file(line + offset, head.split(":")[0] + ":\n" + entry)) is not None:
                yield one


def _parts(text: str) -> list[tuple[int, str]]:
    """A text cut before each of its keys, each part with the number of its first line."""
    return _cut(text.splitlines(keepends=True), lambda line: _TOP.match(line) is not None)


def _entries(lines: list[str]) -> list[tuple[int, str]]:
    """The entries of a part in lines: each key with the indentation of the first."""
    first = next((line for line in lines if _ENTRY.match(line)), "")
    indent = len(first) - len(first.lstrip())
    return _cut(lines, lambda line: _ENTRY.match(line) is not None and len(line) - len(line.lstrip()) == indent)


def _cut(lines: list[str], begins: Callable[[str], bool]) -> list[tuple[int, str]]:
    parts: list[tuple[int, list[str]]] = []
    for number, line in enumerate(lines):
        if begins(line) or not parts:
            parts.append((number, []))
        parts[-1][1].append(line)
    return [(number, "".join(part)) for number, part in parts]


@lru_cache(KEPT)
def _file(line: int, part: str) -> File | None:
    """A part of a text read as a file, its marks counted from the beginning of the whole."""
    try:
        return read_file(Source("", "\n" * line + part), Report())
    except ArchdslError:
        return None
