"""How large a network may become while it is put together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds of elaboration, so that any spec ends in bounded time and memory.

    Attributes:
        nodes: operators in the graph.
        steps: steps that are taken, those whose `when` is false counted too.
        depth: block calls inside each other.
    """

    nodes: int = 200_000
    steps: int = 1_000_000
    depth: int = 64
