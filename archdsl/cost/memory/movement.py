"""Bytes that each layer moves between memory and processor, and its arithmetic intensity (roofline model, Williams et al. 2009).

Each operator by itself, as an eager forward pass runs it: it reads its inputs, weights and statistics once and writes its
output once. Views (slice, flatten, identity, dropout at inference) move nothing. Caches and fusion can only lessen this.

In int8, as microcontrollers run it (`archdsl.cost.memory.arena`): norms that are folded and activations that the layer before works out
move nothing but the bias that they leave; a part of a tensor is copied; what is brought to another scale before it is put side by side
(`archdsl.cost.memory.scales`) is read and written once more.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from archdsl.cost.amounts import plain
from archdsl.cost.counting.bill import Bill, having
from archdsl.cost.counting.layer import Layer
from archdsl.cost.dtypes import item_bytes, whole_numbers
from archdsl.cost.memory.arena import Arena
from archdsl.cost.memory.placing import size_of
from archdsl.cost.memory.scales import Scales
from archdsl.cost.memory.stored import Stored
from archdsl.exact import divide, product
from archdsl.exact.partly import NEITHER, Partly, at_least_if
from archdsl.ir.graph import Node
from archdsl.ir.wiring import cases, where
from archdsl.ops.operator import Dim
from archdsl.ops.readers import Facts

MOVEMENT = Facts("movement", __name__, memory="which memory its output lies in")

OPERATIONS_PER_MAC = 2
"""A multiply-accumulate is two floating-point operations, as roofs of processors are stated."""


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """Bytes that a layer moves for a batch.

    Attributes:
        inputs, output: activations, read and written.
        weights: learned values and buffers (running statistics, choices), read once for the batch.
        operations: floating-point operations of its multiply-accumulates, 2 for each; 0 for operators that have none.
    """

    layer: Layer
    inputs: Dim
    weights: Dim
    output: Dim
    operations: Dim

    @property
    def bytes(self) -> Dim:
        return self.inputs + self.weights + self.output

    @property
    def intensity(self) -> int | Fraction | Any:
        """Operations per byte, exactly; 0 where nothing is moved."""
        moved = self.bytes
        return 0 if type(moved) is int and moved == 0 else divide(self.operations, moved)


class Movement:
    """What every layer of a bill moves, in the order in which they run."""

    def __init__(self, bill: Bill, batch: int | None = None, dtype: str | None = None):
        images, dtype = batch or bill.batch, dtype or bill.dtype
        self.opaque = bool(bill.opaque)
        self.layers = []
        moves = (_Quantised if whole_numbers(dtype) else _Eager)(bill, dtype)
        times = Fraction(images, bill.batch)
        kinds = range(len(bill.layers)) if whole_numbers(dtype) else bill.kinds  # in int8 it matters where a layer stands
        known: dict[int, _Bytes] = {}
        for layer, kind in zip(bill, kinds, strict=True):
            if kind not in known:
                with having(layer.node):
                    known[kind] = moves.bytes(layer, images)
            read, weights, written = known[kind]
            operations = layer.macs * OPERATIONS_PER_MAC * times.numerator // times.denominator
            self.layers.append(Moved(layer, read, weights, written, operations))

    @property
    def bytes(self) -> Any:
        """Of all layers: an int, or for a grid an array."""
        return at_least_if(self.opaque, plain(sum(moved.bytes for moved in self.layers)))

    @property
    def operations(self) -> Any:
        return at_least_if(self.opaque, plain(sum(moved.operations for moved in self.layers)))

    @property
    def intensity(self) -> Any:
        """Operations per byte of the whole network."""
        intensity = divide(sum(moved.operations for moved in self.layers), sum(moved.bytes for moved in self.layers))
        return Partly(0, NEITHER) if self.opaque else plain(intensity)


def movement(bill: Bill, batch: int | None = None, dtype: str | None = None) -> Movement:
    """Bytes moved and arithmetic intensity, by layer and in all, for a batch and a dtype, those of the bill where none are given."""
    return Movement(bill, batch, dtype)


_Bytes = tuple[Dim, Dim, Dim]
"""Of the inputs, of what is kept, and of the output."""


class _Eager:
    """Each operator by itself."""

    def __init__(self, bill: Bill, dtype: str):
        self.itemsize = item_bytes(dtype)
        self.stored = Stored(bill.graph, dtype)

    def bytes(self, layer: Layer, batch: int) -> _Bytes:
        op = MOVEMENT.of(layer.node)
        if op.hands_on(len(layer.inputs)):
            return 0, 0, 0
        return self.read(layer) * batch, self.weights(layer), product(layer.output) * self.itemsize * batch

    def read(self, layer: Layer) -> Dim:
        return sum(product(shape) * size_of(shape, self.itemsize) for shape in layer.inputs)

    def weights(self, layer: Layer) -> Dim:
        node, inputs = layer.node, layer.inputs
        kept = self.stored.learned(node, inputs) + self.stored.buffers(node, inputs) + self.stored.constants(node, inputs)
        return kept + Partly() if node.op.opaque else kept  # what it keeps beside its weights is not known


class _Quantised(_Eager):
    """What a microcontroller runs, norms and activations with the layers before them."""

    def __init__(self, bill: Bill, dtype: str):
        super().__init__(bill, dtype)
        self.arena = Arena(bill.graph, self.itemsize)
        self.scales = Scales(bill.graph)

    def bytes(self, layer: Layer, batch: int) -> _Bytes:
        MOVEMENT.of(layer.node)
        moving = [mask for mask, stays in cases(layer.node, self._moves_nothing) if not stays]
        passes = self.scales.rescaled(layer) * self.itemsize
        read, written = self.read(layer) + passes, product(layer.output) * self.itemsize + passes
        return (
            sum([where(read, mask) for mask in moving]) * batch,
            self.weights(layer),
            sum([where(written, mask) for mask in moving]) * batch,
        )

    def _moves_nothing(self, node: Node) -> bool:
        return self.arena.shares(node) is not None or self.arena.fused(node)
