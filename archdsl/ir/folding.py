"""Which norms fold into which layer: one analysis for the passes, the ONNX that is written directly, and predicted latency."""

from __future__ import annotations

from archdsl.ir.graph import Graph, Node
from archdsl.ops.norm import FoldableNorm
from archdsl.ops.shapes import Sequence


def folded_norms(graph: Graph, over_tokens: bool = False) -> dict[str, str]:
    """Norms that disappear at inference, by name: each with the layer that takes it in.

    Every one reads that layer, or the last norm folded into it, and nothing else does. A layer that
    shares its weights takes in norms that share theirs.

    Args:
        over_tokens: whether linear layers of tokens take norms in too. No runtime does that by itself.
    """
    readers, ends = graph.readers(), graph.ends
    found: dict[str, str] = {}
    for node in graph:
        if not isinstance(node.op, FoldableNorm):
            continue
        before = node.inputs[0]
        layer = graph[found.get(before, before)]
        if _takes(layer, over_tokens) and set(readers[before]) == {node.name} and before not in ends:
            found[node.name] = layer.name
    return _agreeing(graph, found)


def _agreeing(graph: Graph, found: dict[str, str]) -> dict[str, str]:
    """Without the norms of layers that share weights, where not all of them take in the same norms: one set of weights serves all."""
    sets: dict[str, list[str]] = {}
    for node in graph:
        if node.shared:
            sets.setdefault(node.shared, [node.shared]).append(node.name)
    for layers in sets.values():
        norms = [[norm for norm, taken_by in found.items() if taken_by == layer] for layer in layers]
        alike = [[(graph[norm].owner, graph[norm].op) for norm in those] for those in norms]
        if any(other != alike[0] for other in alike):
            for norm in [norm for those in norms for norm in those]:
                del found[norm]
    return found


def _takes(layer: Node, over_tokens: bool) -> bool:
    return layer.op.takes_norm and (over_tokens or not isinstance(layer.shape, Sequence))
