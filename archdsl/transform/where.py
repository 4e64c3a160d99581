"""Where a transformation applies: everywhere, in blocks by name, or in rows of the table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archdsl.errors import InputError, unknown
from archdsl.spec.model import Call, Spec
from archdsl.spec.rows import tables

_ROWS = re.compile(r"rows\.([0-9]+)(?:-([0-9]+))?\Z")


@dataclass(frozen=True)
class Where:
    """`rows` and `blocks` that are meant; with neither, all of the network is."""

    rows: frozenset[int] = frozenset()
    blocks: frozenset[str] = frozenset()

    @property
    def everywhere(self) -> bool:
        return not self.rows and not self.blocks

    def has(self, block: str) -> bool:
        """Whether a block is meant by name, or as all are."""
        return self.everywhere or block in self.blocks


EVERYWHERE = Where()


def rows(spec: Spec) -> dict[int, Call]:
    """The rows of a network by their number."""
    return {call.row: call for table in tables(spec.net) for call in table.calls() if call.row is not None}


def parse(texts: list[str] | tuple[str, ...], spec: Spec) -> Where:
    """`rows.5-9`, `rows.3`, or the name of a block; several by commas.

    Raises:
        InputError: no such row or block.
    """
    found_rows: set[int] = set()
    blocks: set[str] = set()
    known = rows(spec)
    for text in _pieces(texts):
        found = _ROWS.match(text)
        if found is None:
            if text not in spec.blocks:
                message, near = unknown("block", text, list(spec.blocks))
                raise InputError(f"--where: {message}; {near or 'rows are written rows.5-9'}")
            blocks.add(text)
            continue
        first, last = int(found[1]), int(found[2] or found[1])
        if not known:
            raise InputError(f"--where {text}: the net has no table, so it has no rows; give the name of a block")
        asked = list(range(first, min(last, max(known) + 1) + 1))
        missing = [row for row in asked if row not in known]
        if missing or not asked:
            raise InputError(f"--where {text}: the tables have rows 1 to {max(known)}")
        found_rows.update(asked)
    return Where(frozenset(found_rows), frozenset(blocks))


def _pieces(texts: list[str] | tuple[str, ...]) -> Iterator[str]:
    for text in texts:
        yield from (piece.strip() for piece in text.split(",") if piece.strip())
