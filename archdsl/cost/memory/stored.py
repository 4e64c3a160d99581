"""Bytes of what a network keeps from one image to the next: learned values, statistics, and tables that follow from sizes.

In the floating-point types every value takes the bytes of its type. In int8, as TensorFlow Lite and TinyEngine store it:

- learned tensors of two axes or more (kernels, matrices, embeddings) take one byte for a value;
- vectors (biases, factors and summands of norms) are int32, since what they are added to is;
- a norm that is folded leaves a bias of the layer before it, which it may have had already; its statistics go into both. One that stays is
  a factor and a summand for each channel;
- a file of weights also holds a scale for each output channel of a layer, and one for each tensor of other operators, in float32. Zero
  points of weights are 0; scales and zero points of activations are few and are left out.
"""

from __future__ import annotations

from typing import Any

from archdsl.cost.dtypes import USUAL, item_bytes, whole_numbers
from archdsl.exact import product
from archdsl.exact.partly import Partly
from archdsl.ir.folding import FoldedNorms
from archdsl.ir.graph import Graph, Node
from archdsl.ir.wiring import Wiring, cases, where
from archdsl.ops.convolution import Grouped
from archdsl.ops.facts import INDEX_BYTES
from archdsl.ops.norm import FoldableNorm
from archdsl.ops.operator import Dim, Operator, Shape
from archdsl.ops.shapes import channel_axis

INTEGER_BYTES = 4
"""Bytes of a value of the buffers that hold integers, whatever the dtype of the network."""

SCALE_BYTES = 4
"""Bytes of a scale, in float32."""


class Stored:
    """What the operators of a graph keep, in bytes: ints or, on a grid, arrays.

    Raises:
        InputError: a dtype that is not known.
    """

    def __init__(self, graph: Graph, dtype: str = USUAL):
        self.itemsize = item_bytes(dtype)
        self.quantised = whole_numbers(dtype)
        self.graph = graph
        self.wiring = Wiring(graph)
        self.folds = FoldedNorms(self.wiring)

    def context(self, node: Node) -> Any:
        """What the bytes of a node depend on beside its operator and the shapes of its inputs; equal for what stores the same."""
        return tuple([alone for _, alone in cases(node, self._form)]) if self.quantised else None

    def learned(self, node: Node, inputs: tuple[Shape, ...]) -> Dim:
        """Bytes of the learned values that an operator reads, its own or another's."""
        if not self.quantised or node.op.opaque:
            return node.op.params(*inputs) * self.itemsize
        return self._by_form(node, lambda form: self._learned(node.op, inputs, form))

    def kept(self, node: Node, inputs: tuple[Shape, ...]) -> Dim:
        """Bytes of all that an operator learns not and a file of weights holds: buffers and counters, in int8 scales."""
        if node.op.opaque:
            return Partly()
        if not self.quantised:
            return buffer_bytes(node.op, inputs, self.itemsize) + node.op.counters * INDEX_BYTES
        return self._by_form(node, lambda form: _statistics(node.op, inputs, form)) + _scales(node, inputs)

    def buffers(self, node: Node, inputs: tuple[Shape, ...]) -> Dim:
        """Bytes of the buffers that an operator reads at inference, counters and scales left out."""
        if not self.quantised:
            return buffer_bytes(node.op, inputs, self.itemsize)
        return self._by_form(node, lambda form: _statistics(node.op, inputs, form))

    def constants(self, node: Node, inputs: tuple[Shape, ...]) -> Dim:
        """Bytes of what an operator keeps beside its buffers and follows from sizes alone; no file of weights holds it."""
        return _bytes(node.op, node.op.constants(*inputs), self.itemsize)

    def _by_form(self, node: Node, rule: Any) -> Dim:
        """A number that depends on whether a norm is folded."""
        if not isinstance(node.op, FoldableNorm):
            return rule("")
        total: Dim = 0
        for mask, form in cases(node, self._form):
            total = total + where(rule(form), mask)
        return total

    def _form(self, node: Node) -> str:
        """Of a norm that is folded `folded`, of the first after a layer without a bias `bias`; empty of everything else."""
        layer = self.folds.layer(node)
        if layer is None:
            return ""
        (before,) = self.wiring.inputs(node)
        return "bias" if before is layer and not getattr(layer.op, "bias", True) else "folded"

    def _learned(self, op: Operator, inputs: tuple[Shape, ...], form: str) -> Dim:
        if isinstance(op, FoldableNorm):
            vectors = {"bias": 1, "folded": 0}.get(form, 2 if op.weights(*inputs) else 0)
            return inputs[0][channel_axis(inputs[0])] * vectors * INTEGER_BYTES
        return sum([product(s) * (INTEGER_BYTES if len(s) == 1 else self.itemsize) for s in op.weights(*inputs).values()])


def _statistics(op: Operator, inputs: tuple[Shape, ...], form: str) -> Dim:
    """Of norms that stay and learn nothing the factor and the summand; of other operators their buffers."""
    if not isinstance(op, FoldableNorm):
        return buffer_bytes(op, inputs, 1)
    return 0 if form or op.weights(*inputs) else 2 * inputs[0][channel_axis(inputs[0])] * INTEGER_BYTES


def _scales(node: Node, inputs: tuple[Shape, ...]) -> Dim:
    """Bytes of the scales of weights."""
    matrices = [shape for shape in node.op.weights(*inputs).values() if len(shape) > 1]
    by_channel = node.op.takes_norm or isinstance(node.op, Grouped)
    return sum([node.shape[channel_axis(node.shape)] if by_channel else 1 for _ in matrices]) * SCALE_BYTES


def buffer_bytes(op: Operator, inputs: tuple[Shape, ...], itemsize: int) -> Dim:
    """Bytes of the buffers of an operator, counters left out. `itemsize` is the number of bytes of a value of the network."""
    return _bytes(op, op.buffers(*inputs), itemsize)


def _bytes(op: Operator, tensors: dict[str, Shape], itemsize: int) -> Dim:
    return sum([product(shape) * (INTEGER_BYTES if name in op.integers else itemsize) for name, shape in tensors.items()])
