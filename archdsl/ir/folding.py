"""Which norms fold into which layer: one analysis for the passes, the ONNX that is written directly, and predicted latency."""

from __future__ import annotations

from archdsl.ir.graph import Graph, Node
from archdsl.ops.norm import FoldableNorm
from archdsl.ops.shapes import Sequence


def folded_norms(graph: Graph, over_tokens: bool = False) -> dict[str, str]:
    """Norms that disappear at inference, by name: each with the layer that takes it in.

    Every one reads that layer, or the last norm folded into it, and nothing else does.

    Args:
        over_tokens: whether linear layers of tokens take norms in too. No runtime does that by itself.
    """
    readers = graph.readers()
    found: dict[str, str] = {}
    for node in graph:
        if not isinstance(node.op, FoldableNorm):
            continue
        before = node.inputs[0]
        layer = graph[found.get(before, before)]
        if _takes(layer, over_tokens) and set(readers[before]) == {node.name} and before != graph.output:
            found[node.name] = layer.name
    return found


def _takes(layer: Node, over_tokens: bool) -> bool:
    return layer.op.takes_norm and (over_tokens or not isinstance(layer.shape, Sequence))
