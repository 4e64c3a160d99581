"""Which tensors of a quantised network have the same scale, and which must be brought to another: requantisation.

Scales are per tensor. What only moves values or cuts them off keeps the scale of its input (`Operator.keeps_scale`: views, slices,
shuffles, largest values, relu). Every other operator gives its output a scale of its own, and brings its result to it as part of its own
work, as convolutions and sums do. Tensors that are put side by side must have one scale: unless all have the same already, each is
rescaled, at the cost of reading and writing it once more. A concatenation of the parts of one tensor costs nothing so.

A quantiser that gives the output the scale of the input with the widest range leaves that one as it is. Which one it is depends on the
data, so what is counted here is the most that there may be.
"""

from __future__ import annotations

from archdsl.cost.counting.bill import Bill, having
from archdsl.cost.counting.layer import Layer
from archdsl.exact import product
from archdsl.exact.partly import Partly
from archdsl.ir.graph import Graph, Node
from archdsl.ir.wiring import Mask, Wiring, cases, where
from archdsl.ops.operator import Dim


class Scales:
    """The scales of the tensors of a graph."""

    def __init__(self, graph: Graph):
        self.wiring = Wiring(graph)
        self._known: dict[str, str] = {}

    def of(self, node: Node) -> str:
        """The node whose output first had the scale of a tensor. Raises Disagreement where variants of a grid differ in it."""
        if node.name not in self._known:
            found = self._first(node)
            if self.wiring.branched:
                return found
            self._known[node.name] = found
        return self._known[node.name]

    def _first(self, node: Node) -> str:
        while node.inputs and (node.op.keeps_scale or (node.op.side_by_side and not self.differ(node))):
            node = self.wiring.inputs(node)[0]
        return node.name

    def differ(self, node: Node) -> bool:
        """Whether a node puts tensors side by side whose scales are not the same."""
        if not node.op.side_by_side:
            return False
        return len({self.of(source) for source in self.wiring.inputs(node)}) > 1

    def where_differing(self, node: Node) -> list[Mask]:
        """The variants of a grid in which they are not; for one network a mask that means all, or none at all."""
        return [mask for mask, differing in cases(node, self.differ) if differing] if node.op.side_by_side else []

    def rescaled(self, layer: Layer) -> Dim:
        """Elements of the inputs of a layer that are rescaled, for one image."""
        masks = self.where_differing(layer.node)
        if not masks:
            return 0
        elements = sum([product(shape) for shape in layer.inputs])
        return sum([where(elements, mask) for mask in masks])


def requantised(bill: Bill) -> list[Dim]:
    """Elements that each layer of a bill rescales, for the batch: ints or, on a grid, arrays."""
    scales = Scales(bill.graph)
    found = []
    for layer in bill:
        with having(layer.node):
            amount = Partly() if layer.node.op.opaque else scales.rescaled(layer) * bill.batch
        found.append(bill.present(amount, layer.node))
    return found
