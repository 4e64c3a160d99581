"""One line of a bill: an operator with what it costs."""

from __future__ import annotations

from dataclasses import dataclass

from archdsl.ir.graph import Node
from archdsl.ops.operator import Dim, Shape


@dataclass(slots=True, eq=False)
class Layer:
    """One operator with what it costs for the batch of its bill.

    Attributes:
        inputs: shapes that arrive.
        params: learned values of its own; 0 where it uses those of another.
        macs: multiply-accumulates of convolutions and linear layers, biases not counted.
    """

    node: Node
    inputs: tuple[Shape, ...]
    params: Dim
    macs: Dim

    @property
    def used(self) -> Dim:
        """Learned values that it computes with, its own or another's."""
        return self.node.op.params(*self.inputs) if self.node.shared else self.params

    @property
    def output(self) -> Shape:
        return self.node.shape
