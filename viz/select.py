"""One block or one row out of a network."""

from __future__ import annotations

from collections.abc import Callable

from archdsl.errors import InputError, unknown
from archdsl.ir.graph import Frame, Graph, Node


def first_call(graph: Graph, block: str) -> tuple[list[Node], int]:
    """The nodes of the first call of a block, and how many of their outermost frames are around it.

    Args:
        block: its name, or the full name of one call of it (`dp_a_3`).

    Raises:
        InputError: the network has no such block.
    """
    found = _first(graph, lambda frame: frame.path == block) or _first(graph, lambda frame: frame.block == block)
    if found is None:
        names = dict.fromkeys(frame.block for node in graph for frame in node.scope if frame.kind == "block")
        message, hint = unknown("block", block, names)
        raise InputError(f"{graph.name}: {message}; {hint}" if hint else f"{graph.name}: {message}")
    frame, depth = found
    return [node for node in graph if len(node.scope) > depth and node.scope[depth] == frame], depth + 1


def row(graph: Graph, number: int) -> tuple[list[Node], int, str]:
    """The nodes of one row of the table, how many of their outermost frames are around it, and its name.

    Args:
        number: as it is printed, from 1. Of several tables the first that has it; of a row that repeats the first time.

    Raises:
        InputError: there is no such row.
    """
    rows: dict[int, None] = {}
    for node in graph:
        at, frame = next(((at, frame) for at, frame in enumerate(node.scope) if frame.kind == "block"), (0, None))
        here = frame.row if frame is not None else node.row
        if here is None:
            continue
        rows[here] = None
        if here != number:
            continue
        if frame is None:
            return [node], len(node.scope), node.name
        return [other for other in graph if len(other.scope) > at and other.scope[at] == frame], at + 1, frame.path
    if not rows:
        raise InputError(f"{graph.name} has no table, so no rows; name a block instead")
    raise InputError(f"{graph.name} has no row {number}; its table has rows {min(rows)} to {max(rows)}")


def _first(graph: Graph, matches: Callable[[Frame], bool]) -> tuple[Frame, int] | None:
    for node in graph:
        for depth, frame in enumerate(node.scope):
            if frame.kind != "stage" and matches(frame):
                return frame, depth
    return None
