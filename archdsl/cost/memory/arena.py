"""Where results lie in the one arena of a microcontroller that runs a network of int8, as TinyEngine (Lin et al. 2020) has it.

- Norms are folded into the layer before them, and lie where its output lies.
- What looks at the whole of a tensor in another way (flatten, tokens), identity and dropout hand on memory. A part (slice, crop, one of
  the heads) is a copy: channels of a place lie beside each other, so those of a part do not.
- What works value by value (activations, sums, products, norms that stay) is written over an input of the same shape that nothing else
  reads.
- A depthwise convolution is written over its input likewise, one channel after the other: it needs its input and the output of one
  channel. Where it has a stride, what it leaves of the input's memory is free afterwards.
- The image is in the arena too, until it was read for the last time; outputs stay.

Kernels' own buffers (rows of a convolution as a matrix, the channel that a depthwise convolution pads) are no tensors of the network
and are left out, and so is code, stack, and what a runtime keeps of each operator.
"""

from __future__ import annotations

from archdsl.cost.memory.placing import MEMORY, Placing
from archdsl.exact import product
from archdsl.ir.folding import FoldedNorms
from archdsl.ir.graph import Graph, Node
from archdsl.ops.activation import Activation
from archdsl.ops.convolution import Convolving
from archdsl.ops.facts import Layout, Memory
from archdsl.ops.join import Add
from archdsl.ops.operator import Dim, Shape


class Arena(Placing):
    """As microcontrollers have it.

    Args:
        in_place: whether depthwise convolutions are written over their input; without, each has an output of its own, as in
            TensorFlow Lite.
    """

    keeps_inputs = False

    def __init__(self, graph: Graph, itemsize: int = 1, in_place: bool = True):
        super().__init__(graph, itemsize)
        self.in_place = in_place
        self.folds = FoldedNorms(self.wiring)
        self._shared: dict[str, int | None] = {}

    def shares(self, node: Node) -> int | None:
        if node.name not in self._shared:
            found = 0 if self._hands_on(node) else None
            if self.wiring.branched:
                return found
            self._shared[node.name] = found
        return self._shared[node.name]

    def _hands_on(self, node: Node) -> bool:
        op = MEMORY.of(node)
        if op.memory is Memory.VIEW:
            (arriving,) = self.graph.input_shapes(node)
            return bool(product(arriving) == product(node.shape))
        return op.hands_on(len(node.inputs)) or (op.neutral and len(node.inputs) == 1) or self.folds.layer(node) is not None

    def over(self, node: Node) -> int | None:
        sources = self.wiring.inputs(node)
        if self._by_channel(node):
            return 0 if self._only_for(sources[0], node) else None
        if MEMORY.of(node).layout is not Layout.FOLLOWS:
            return None
        for number, source in enumerate(sources):
            if bool(source.shape == node.shape) and self._only_for(source, node):
                return number
        return None

    def _by_channel(self, node: Node) -> bool:
        """Whether a node is a depthwise convolution that may be written over its input."""
        op = node.op
        if not self.in_place or not isinstance(op, Convolving):
            return False
        channels = self.graph.input_shapes(node)[0][0]
        return bool(op.groups == channels) and bool(op.out == channels)

    def _only_for(self, source: Node, node: Node) -> bool:
        """Whether a node alone needs the memory in which a tensor lies."""
        while True:
            if len(self.wiring.readers(source.name)) != 1 or self.wiring.is_end(source.name):
                return False
            if not source.inputs or (shared := self.shares(source)) is None:
                return True
            source = self.wiring.inputs(source)[shared]

    def parts(self, node: Node, shapes: tuple[Shape, ...]) -> list[tuple[str, Shape]]:
        """None: sums and products of several tensors are added up in one."""
        return []

    def scratch(self, node: Node, shapes: tuple[Shape, ...], over: int | None) -> Dim:
        """Of a depthwise convolution over its input, the output of one channel."""
        return product(node.shape[1:]) * self.itemsize if over is not None and isinstance(node.op, Convolving) else 0

    def fused(self, node: Node) -> bool:
        """Whether an activation is worked out by the layer or sum before it, while that writes its output."""
        if not isinstance(node.op, Activation):
            return False
        maker = self.folds.maker(self.wiring.inputs(node)[0])
        return maker is not None and (maker.op.takes_norm or isinstance(maker.op, Add))
