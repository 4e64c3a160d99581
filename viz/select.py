"""One block out of a network."""

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


def _first(graph: Graph, matches: Callable[[Frame], bool]) -> tuple[Frame, int] | None:
    for node in graph:
        for depth, frame in enumerate(node.scope):
            if frame.kind != "stage" and matches(frame):
                return frame, depth
    return None
