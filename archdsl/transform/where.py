"""Where a transformation applies: everywhere, in blocks by name, in stages of the net, or in rows of its table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archdsl.errors import InputError, near_miss
from archdsl.ir.graph import Graph
from archdsl.spec.model import Call, Spec
from archdsl.spec.row_groups import is_cells, named_rows, rows_of
from archdsl.transform.net_stages import NetStage, net_stages

_RANGE = re.compile(r"(.*?)([0-9]+)-([0-9]+)\Z")


@dataclass(frozen=True)
class Where:
    """`rows`, `stages` and `blocks` that are meant; with none, all of the network is."""

    rows: frozenset[int] = frozenset()
    blocks: frozenset[str] = frozenset()
    stages: tuple[str, ...] = ()

    @property
    def everywhere(self) -> bool:
        return not self.rows and not self.blocks and not self.stages

    @property
    def in_net(self) -> bool:
        """Whether rows or stages are meant, which get blocks of their own."""
        return bool(self.rows or self.stages)

    def has(self, block: str) -> bool:
        """Whether a block is meant by name, or as all are."""
        return self.everywhere or block in self.blocks


EVERYWHERE = Where()
MANY = 1000
"""Stages that a range may count."""


def rows(spec: Spec) -> dict[int, Call]:
    """The rows of a network by their number."""
    return {number: row.call for number, row in rows_of(spec.net).items()}


def parse(texts: list[str] | tuple[str, ...], spec: Spec, graph: Graph) -> Where:
    """`rows.5-9`, `rows.3`, `rows[op=dp_a]`, `stage2`, `stage2-4`, or the name of a block; several by commas.

    Raises:
        InputError: no such row, stage or block.
    """
    found_rows: set[int] = set()
    blocks: set[str] = set()
    stages: list[str] = []
    named = net_stages(spec, graph)
    for text in _pieces(texts):
        if text in spec.blocks:
            blocks.add(text)
        elif is_cells(text):
            found_rows |= _rows(text, spec)
        else:
            stages += _stages(text, named, spec)
    if blocks and (found_rows or stages):
        raise InputError("--where: blocks by name are changed wherever they stand; give rows and stages, or blocks, not both")
    found_rows.update(row for name in stages for row in named[name].rows)
    return Where(
        frozenset(found_rows), frozenset(blocks), tuple(name for name in named if name in stages and not named[name].rows)
    )


def _rows(text: str, spec: Spec) -> set[int]:
    known = rows_of(spec.net)
    if not known:
        raise InputError(f"--where {text}: the net has no table, so it has no rows; give a stage or the name of a block")
    return set(named_rows(text, known, f"--where {text}"))


def _stages(text: str, named: dict[str, NetStage], spec: Spec) -> list[str]:
    """The stages that a text names, by one name or by the first and last number."""
    if text in named:
        return [text]
    found = _RANGE.match(text)
    listed = [f"{found[1]}{number}" for number in _numbers(found)] if found else []
    if listed and any(name in named for name in listed):
        missing = next((name for name in listed if name not in named), None)
        if missing is None:
            return listed
        raise InputError(f"--where {text}: the net has no {missing}; its stages are {', '.join(named)}")
    near = near_miss(text, [*named, *spec.blocks])
    raise InputError(f"--where: unknown place '{text}'; {near + '; ' if near else ''}{_hint(named)}")


def _numbers(found: re.Match[str]) -> range:
    return range(int(found[2]), min(int(found[3]), int(found[2]) + MANY) + 1)


def _hint(named: dict[str, NetStage]) -> str:
    stages = f"stages are {', '.join(named)}" if named else "the net has no stages"
    return f"rows are written rows.5-9, blocks by name; {stages}"


def _pieces(texts: list[str] | tuple[str, ...]) -> Iterator[str]:
    """Places between commas; those in brackets, and between numbers of rows, belong to a place."""
    for text in texts:
        yield from (
            piece.strip() for piece in re.split(r",(?![^\[]*\])(?!\s*[0-9]+(?:-[0-9]+)?\s*(?:,|\[|$))", text) if piece.strip()
        )
