"""What of a layer's kind follows from the layers beside it: norms and activations that go into them, and the layout of maps."""

from __future__ import annotations

from archdsl.ir.folding import folded_norms
from archdsl.ir.graph import Graph, Node
from archdsl.ops.activation import Activation
from archdsl.ops.convolution import Conv2d
from archdsl.ops.facts import Layout, Memory
from archdsl.ops.join import Add
from archdsl.ops.readers import Facts
from archdsl.ops.shapes import is_map

LAYOUTS = Facts("predicted latency", __name__, layout="what layout its maps are in", memory="which memory its output lies in")

Beside = tuple[str, tuple[str, ...]]
"""Where a layer stands, and what comes on top of it."""


class Neighbours:
    """What of a layer's kind follows from what stands beside it, worked out once for a graph."""

    def __init__(self, graph: Graph):
        self.graph = graph
        self.readers = graph.readers()
        self.ends = graph.ends
        self.folded = folded_norms(graph)
        self.inner = self._inner()
        self.first = next((node.name for node in graph if node.inputs), "")

    def of(self, node: Node) -> Beside:
        """What stands beside a node.

        First `.folded` of a batch norm, `.behind` or `.sum` of an activation, `.fused` of a sum, or nothing. Then those of `start`,
        `layout.enter` and `layout.leave` that come on top.
        """
        more = ("start",) if node.name == self.first else ()
        if node.name in self.folded:
            return ".folded", more
        if isinstance(node.op, Activation):
            return self._stands(node), more
        crosses = self._crosses(node)
        return ".fused" if isinstance(node.op, Add) and self._fuses(node) else "", (*more, crosses) if crosses else more

    def _inner(self) -> dict[str, bool]:
        """Which maps are in the layout of convolutions: what they, and pooling, make, and what is done to it value by value."""
        found: dict[str, bool] = {}
        for node in self.graph:
            layout = LAYOUTS.of(node).layout
            if layout is Layout.FOLLOWS:
                found[node.name] = any(found[source] for source in node.inputs)
            else:
                found[node.name] = layout is Layout.BLOCKED
        return found

    def _crosses(self, node: Node) -> str:
        """Whether a map is brought into that layout, or out of it, for a node. The first reader of a map pays for all."""
        layout = node.op.layout
        if layout is Layout.FOLLOWS:
            return ""
        inside = layout is Layout.BLOCKED
        for source in node.inputs:
            other = is_map(self.graph[source].shape) and self.inner[source] != inside
            if other and self._first(source, layout) == node.name:
                return "layout.enter" if inside else "layout.leave"
        return ""

    def _first(self, source: str, layout: Layout) -> str:
        """The first reader of a map that wants it in this layout."""
        return next((name for name in self.readers[source] if self.graph[name].op.layout is layout), "")

    def _maker(self, name: str) -> Node | None:
        """What makes the tensor of a node, past what is folded or does nothing; None where others read it too."""
        while len(self.readers[name]) == 1 and name not in self.ends:
            node = self.graph[name]
            if node.name not in self.folded and node.op.memory is not Memory.PASSED:
                return node
            name = node.inputs[0]
        return None

    def _stands(self, node: Node) -> str:
        maker = self._maker(node.inputs[0])
        if maker is not None and maker.op.takes_norm:
            return ".behind"
        return ".sum" if maker is not None and isinstance(maker.op, Add) and self._fuses(maker) else ""

    def _fuses(self, node: Node) -> bool:
        makers = [self._maker(source) for source in node.inputs]
        return len(makers) == 2 and any(maker is not None and isinstance(maker.op, Conv2d) for maker in makers)
