"""Which activations may overwrite their input: one analysis for the torch back end, which does it, and for memory's count."""

from __future__ import annotations

from archdsl.ir.graph import Graph, Node
from archdsl.ir.wiring import Wiring


class Overwriting:
    """Which activations may overwrite their input, for inference and for training alike.

    An input or an output belongs to the caller, slice and flatten give views, identity and dropout may hand on what came in, and
    sigmoid, tanh or an earlier activation keep their output for the gradient: none of these may be overwritten.
    """

    def __init__(self, wiring: Wiring):
        self.wiring = wiring

    def may(self, node: Node) -> bool:
        """Whether a node may. Raises Disagreement where variants of a grid differ in it."""
        if not node.op.overwrites():
            return False
        (producer,) = self.wiring.inputs(node)
        if not producer.op.overwritable or self.wiring.is_end(producer.name):
            return False
        if producer.op.joins and len(producer.inputs) < 2:  # a join of one tensor is that tensor
            return False
        return len(self.wiring.readers(producer.name)) == 1


def in_place(graph: Graph) -> set[str]:
    """Names of the activations that may overwrite their input; see `Overwriting`."""
    overwriting = Overwriting(Wiring(graph))
    return {node.name for node in graph if overwriting.may(node)}
