"""The bill of a network: parameters and multiply-accumulates of every layer, and their sums. No weights, no torch.

On a grid of networks every figure is an array; sums broadcast.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from archdsl.ir.graph import Graph, Node
from archdsl.ops.operator import Dim, Shape


@dataclass(slots=True, eq=False)
class Layer:
    """One operator with what it costs for batch 1.

    Attributes:
        inputs: shapes that arrive.
        params: learned values.
        macs: multiply-accumulates of convolutions and matrix products, biases not counted.
    """

    node: Node
    inputs: tuple[Shape, ...]
    params: Dim
    macs: Dim

    @property
    def output(self) -> Shape:
        return self.node.shape


class Bill:
    """Costs of all layers of a graph, in the order in which they run."""

    def __init__(self, graph: Graph):
        self.graph = graph
        self.layers = list(_layers(graph))

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)

    @cached_property
    def params(self) -> Any:
        """Learned values: an int, or for a grid an array."""
        return plain(sum(layer.params for layer in self.layers))

    @cached_property
    def macs(self) -> Any:
        """Multiply-accumulates of convolutions and matrix products for batch 1, biases not counted."""
        return plain(sum(layer.macs for layer in self.layers))


def plain(value: Any) -> Any:
    """A sum as a user gets it: an int, or a NumPy array of integers."""
    return getattr(value, "values", value)


def _layers(graph: Graph) -> Iterator[Layer]:
    # Equal operators on equal shapes cost the same; networks repeat themselves, so most layers are looked up.
    known: dict[Any, tuple[Dim, Dim]] = {}
    for node in graph:
        inputs = graph.input_shapes(node)
        if not inputs:
            continue
        op = node.op
        try:
            key: Any = (id(op), inputs)
            found = known.get(key)
        except TypeError:  # a grid has no hash
            key, found = None, None
        if found is None:
            found = (op.params(*inputs), op.macs(inputs, node.shape))
            if key is not None:
                known[key] = found
        yield Layer(node, inputs, found[0], found[1])
