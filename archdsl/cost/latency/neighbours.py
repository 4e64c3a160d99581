"""What of a layer's kind follows from the layers beside it: norms and activations that go into them, and the layout of maps."""

from __future__ import annotations

from archdsl.ir.folding import FoldedNorms
from archdsl.ir.graph import Graph, Node
from archdsl.ir.wiring import Wiring
from archdsl.ops.activation import Activation
from archdsl.ops.convolution import Conv2d
from archdsl.ops.facts import Layout
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
        self.wiring = Wiring(graph)
        self.folds = FoldedNorms(self.wiring)
        self._inner: dict[str, bool] = {}

    def of(self, node: Node) -> Beside:
        """What stands beside a node.

        First `.folded` of a batch norm, `.behind` or `.sum` of an activation, `.fused` of a sum, or nothing. Then those of `start`,
        `layout.enter` and `layout.leave` that come on top.

        Raises:
            Disagreement: variants of a grid differ in it.
        """
        more = ("start",) if self.wiring.is_first(node) else ()
        if self.folds.layer(node) is not None:
            return ".folded", more
        if isinstance(node.op, Activation):
            return self._stands(node), more
        crosses = self._crosses(node)
        return ".fused" if isinstance(node.op, Add) and self._fuses(node) else "", (*more, crosses) if crosses else more

    def _inside(self, node: Node) -> bool:
        """Whether a map is in the layout of convolutions: what they, and pooling, make, and what is done to it value by value."""
        found = self._inner.get(node.name)
        if found is None:
            layout = LAYOUTS.of(node).layout
            follows = layout is Layout.FOLLOWS
            found = any(map(self._inside, self.wiring.inputs(node))) if follows else layout is Layout.BLOCKED
            if not self.wiring.branched:
                self._inner[node.name] = found
        return found

    def _crosses(self, node: Node) -> str:
        """Whether a map is brought into that layout, or out of it, for a node. The first reader of a map pays for all."""
        layout = LAYOUTS.of(node).layout
        if layout is Layout.FOLLOWS:
            return ""
        inside = layout is Layout.BLOCKED
        for source in self.wiring.inputs(node):
            other = is_map(source.shape) and self._inside(source) != inside
            if other and self._first(source, layout) is node:
                return "layout.enter" if inside else "layout.leave"
        return ""

    def _first(self, source: Node, layout: Layout) -> Node | None:
        """The first reader of a map that wants it in this layout."""
        return next((reader for reader in self.wiring.readers(source.name) if LAYOUTS.of(reader).layout is layout), None)

    def _stands(self, node: Node) -> str:
        maker = self.folds.maker(self.wiring.inputs(node)[0])
        if maker is not None and maker.op.takes_norm:
            return ".behind"
        return ".sum" if maker is not None and isinstance(maker.op, Add) and self._fuses(maker) else ""

    def _fuses(self, node: Node) -> bool:
        makers = [self.folds.maker(source) for source in self.wiring.inputs(node)]
        return len(makers) == 2 and any(maker is not None and isinstance(maker.op, Conv2d) for maker in makers)
