"""Which norms fold into which layer: one analysis for the passes, the ONNX that is written directly, and predicted latency."""

from __future__ import annotations

from archdsl.ir.graph import Graph, Node
from archdsl.ir.wiring import Wiring
from archdsl.ops.facts import Memory
from archdsl.ops.norm import FoldableNorm
from archdsl.ops.shapes import Sequence


class FoldedNorms:
    """Norms that disappear at inference, and the layers that take them in.

    Every one reads that layer, or the last norm folded into it, and nothing else does. A layer that
    shares its weights takes in norms that share theirs.
    """

    def __init__(self, wiring: Wiring, over_tokens: bool = False):
        """
        Args:
            over_tokens: whether linear layers of tokens take norms in too. No runtime does that by itself.
        """
        self.wiring, self.over_tokens = wiring, over_tokens
        self._known: dict[str, Node | None] = {}
        self._refused: frozenset[str] = frozenset()
        if any(node.shared for node in wiring.graph):
            self._refused = _disagreeing(
                wiring.graph, {n.name: layer for n in wiring.graph if (layer := self.layer(n)) is not None}
            )

    def layer(self, node: Node) -> Node | None:
        """The layer that takes a norm in; None of what is none, or stays.

        Raises:
            Disagreement: variants of a grid differ in it.
        """
        if not isinstance(node.op, FoldableNorm) or node.name in self._refused:
            return None
        if node.name in self._known:
            return self._known[node.name]
        (before,) = self.wiring.inputs(node)
        layer = self.layer(before) or before
        alone = all(reader is node for reader in self.wiring.readers(before.name)) and not self.wiring.is_end(before.name)
        found = layer if _takes(layer, self.over_tokens) and alone else None
        if not self.wiring.branched:
            self._known[node.name] = found
        return found

    def maker(self, node: Node) -> Node | None:
        """What makes the tensor of a node, past what is folded or does nothing; None where others read it too."""
        while len(self.wiring.readers(node.name)) == 1 and not self.wiring.is_end(node.name):
            if self.layer(node) is None and node.op.memory is not Memory.PASSED:
                return node
            node = self.wiring.inputs(node)[0]
        return None


def folded_norms(graph: Graph, over_tokens: bool = False) -> dict[str, str]:
    """The names of the norms that disappear at inference, each with that of the layer that takes it in; see `FoldedNorms`."""
    folds = FoldedNorms(Wiring(graph), over_tokens)
    return {node.name: layer.name for node in graph if (layer := folds.layer(node)) is not None}


def _disagreeing(graph: Graph, found: dict[str, Node]) -> frozenset[str]:
    """The norms of layers that share weights, where not all of them take in the same norms: one set of weights serves all."""
    sets: dict[str, list[str]] = {}
    for node in graph:
        if node.shared:
            sets.setdefault(node.shared, [node.shared]).append(node.name)
    refused: set[str] = set()
    for layers in sets.values():
        norms = [[norm for norm, taken_by in found.items() if taken_by.name == layer] for layer in layers]
        alike = [[(graph[norm].owner, graph[norm].op) for norm in those] for those in norms]
        if any(other != alike[0] for other in alike):
            refused.update(norm for those in norms for norm in those)
    return frozenset(refused)


def _takes(layer: Node, over_tokens: bool) -> bool:
    return layer.op.takes_norm and (over_tokens or not isinstance(layer.shape, Sequence))
