"""Bytes that each layer moves between memory and processor, and its arithmetic intensity (roofline model, Williams et al. 2009).

Each operator by itself, as an eager forward pass runs it: it reads its inputs, weights and statistics once and writes its
output once. Views (slice, flatten, identity, dropout at inference) move nothing. Caches and fusion can only lessen this.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from archdsl.cost.amounts import plain
from archdsl.cost.counting.bill import Bill, having
from archdsl.cost.counting.layer import Layer
from archdsl.cost.memory.peak import buffer_bytes, constant_bytes, item_bytes
from archdsl.cost.memory.storage import size_of
from archdsl.exact import divide, product
from archdsl.exact.partly import NEITHER, Partly, at_least_if
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

    def __init__(self, bill: Bill, batch: int | None = None, dtype: str = "float32"):
        images = batch or bill.batch
        self.opaque = bool(bill.opaque)
        self.layers = []
        for layer in bill:
            with having(layer.node):
                self.layers.append(_moved(layer, images, Fraction(images, bill.batch), item_bytes(dtype)))

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


def movement(bill: Bill, batch: int | None = None, dtype: str = "float32") -> Movement:
    """Bytes moved and arithmetic intensity, by layer and in all, for a batch, that of the bill where none is given."""
    return Movement(bill, batch, dtype)


def _moved(layer: Layer, batch: int, times: Fraction, itemsize: int) -> Moved:
    op = MOVEMENT.of(layer.node)
    if op.hands_on(len(layer.inputs)):
        return Moved(layer, 0, 0, 0, 0)
    weights = layer.used * itemsize + buffer_bytes(op, layer.inputs, itemsize) + constant_bytes(op, layer.inputs, itemsize)
    if op.opaque:  # what it keeps beside its weights is not known
        weights = weights + Partly()
    read = sum(product(shape) * size_of(shape, itemsize) for shape in layer.inputs) * batch
    written = product(layer.output) * itemsize * batch
    return Moved(layer, read, weights, written, layer.macs * OPERATIONS_PER_MAC * times.numerator // times.denominator)
