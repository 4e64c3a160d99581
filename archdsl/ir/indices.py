"""Which indices a network may be called with."""

from __future__ import annotations

from archdsl.ir.graph import Graph, Node
from archdsl.ops.positions import Embedding
from archdsl.ops.shapes import Ids


def indices_below(graph: Graph, node: Node) -> int:
    """What the indices of an input must be below, which is the least of the vocabularies that they are looked up in.

    2 where they are looked up in none, and 0 for an input that takes no indices but values.
    """
    if not isinstance(node.shape, Ids):
        return 0
    readers = [reader.op for reader in graph if node.name in reader.inputs]
    return min((op.vocabulary for op in readers if isinstance(op, Embedding)), default=2)
