"""Where the result of each operator lies: the question that the count of memory asks, and its answer for the compiled module.

`AsModule` answers for what the module of archdsl.compilers.torch does in evaluation mode. What an operator does is said by the operator
(`Operator.memory`, `partial`, `scratch`):

- slice, flatten, tokens and the like, identity, dropout, and add or mul of one tensor hand on their input's memory;
- activations that `archdsl.ir.inplace` allows to overwrite their input do so;
- add and mul of more than two tensors make a tensor for each pair, from the left;
- a scaled product of matrices is made twice, without and with the factor;
- some operators need more until they return: max pooling makes indices (int64), shift the groups that it moves, layer
  normalisation a mean and a deviation for each row, sums with weights or choices the parts that they add;
- everything else makes its output.

`archdsl.cost.memory.arena` answers for a quantised network on a microcontroller.
"""

from __future__ import annotations

from archdsl.exact import product
from archdsl.ir.graph import Graph, Node
from archdsl.ir.inplace import Overwriting
from archdsl.ir.wiring import Wiring
from archdsl.ops.facts import INDEX_BYTES
from archdsl.ops.operator import Dim, Shape
from archdsl.ops.readers import Facts
from archdsl.ops.shapes import Ids

MEMORY = Facts("memory", __name__, memory="which memory its output lies in", scratch="what it needs for a moment")


def size_of(shape: Shape, itemsize: int) -> int:
    """Bytes of one element: of indices, and of values of the network."""
    return INDEX_BYTES if type(shape) is Ids else itemsize


class Placing:
    """Where results lie. Questions about a node raise Disagreement where variants of a grid differ in the answer.

    Attributes:
        keeps_inputs: whether the caller holds what the network is called with from beginning to end; otherwise its memory is free once
            it was read for the last time.
    """

    keeps_inputs: bool

    def __init__(self, graph: Graph, itemsize: int):
        self.graph, self.itemsize = graph, itemsize
        self.wiring = Wiring(graph)

    def bytes(self, shape: Shape) -> Dim:
        """Of a tensor of one image."""
        return product(shape) * size_of(shape, self.itemsize)

    def shares(self, node: Node) -> int | None:
        """The number of the input whose memory is that of the output; None where there is none."""
        raise NotImplementedError

    def over(self, node: Node) -> int | None:
        """Of an output that is made: the number of the input that it is written over, as far as that reaches; None where there is none."""
        raise NotImplementedError

    def parts(self, node: Node, shapes: tuple[Shape, ...]) -> list[tuple[str, Shape]]:
        """Tensors that are made one from the other on the way to an output: what each is called, and its shape."""
        raise NotImplementedError

    def scratch(self, node: Node, shapes: tuple[Shape, ...], over: int | None) -> Dim:
        """Bytes that are needed beside that until the operator returns.

        Args:
            over: as `over` answered.
        """
        raise NotImplementedError


class AsModule(Placing):
    """As the compiled module has it."""

    keeps_inputs = True

    def __init__(self, graph: Graph, itemsize: int):
        super().__init__(graph, itemsize)
        self.overwriting = Overwriting(self.wiring)

    def shares(self, node: Node) -> int | None:
        """An activation in place lies where its input lay."""
        return 0 if MEMORY.of(node).hands_on(len(node.inputs)) or self.overwriting.may(node) else None

    def over(self, node: Node) -> int | None:
        return None

    def parts(self, node: Node, shapes: tuple[Shape, ...]) -> list[tuple[str, Shape]]:
        return node.op.partial(shapes, node.shape)

    def scratch(self, node: Node, shapes: tuple[Shape, ...], over: int | None) -> Dim:
        return node.op.scratch(shapes, node.shape, self.itemsize)
