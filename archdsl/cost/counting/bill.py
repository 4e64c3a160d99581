"""The bill of a network: parameters and multiply-accumulates of every layer, and their sums. No weights, no torch.

On a grid of networks every figure is an array; sums broadcast.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from archdsl.exact import elements
from archdsl.exact import key as lookup
from archdsl.ir.graph import Graph, Node
from archdsl.ops.operator import Dim, Shape

if TYPE_CHECKING:
    from archdsl.cost.counting.count import Flops
    from archdsl.cost.latency.device import Device
    from archdsl.cost.latency.predict import Latency


@dataclass(slots=True, eq=False)
class Layer:
    """One operator with what it costs for batch 1.

    Attributes:
        inputs: shapes that arrive.
        params: learned values.
        macs: multiply-accumulates of convolutions and linear layers, biases not counted.
    """

    node: Node
    inputs: tuple[Shape, ...]
    params: Dim
    macs: Dim

    @property
    def output(self) -> Shape:
        return self.node.shape


class Bill:
    """Costs of all layers of a graph, in the order in which they run.

    Attributes:
        distinct: numbers of the layers that differ in what they cost, each the first of its kind.
        kinds: for every layer the index in `distinct` of the one that costs the same.
    """

    def __init__(self, graph: Graph):
        self.graph = graph
        self.layers: list[Layer] = []
        self.distinct: list[int] = []
        self.kinds: list[int] = []
        self._quantities: dict[tuple[int, str], Dim] = {}
        self._fill(graph)

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)

    @cached_property
    def params(self) -> Any:
        """Learned values: an int, or for a grid an array."""
        return plain(sum(layer.params for layer in self.layers))

    @cached_property
    def macs(self) -> Any:
        """Multiply-accumulates of convolutions and linear layers for batch 1, biases not counted."""
        return plain(sum(layer.macs for layer in self.layers))

    @cached_property
    def products(self) -> Any:
        """Multiply-accumulates of two computed tensors for batch 1, as in attention; `macs` leaves them out."""
        return plain(sum(self.quantity(self.distinct[kind], "products") for kind in self.kinds))

    @cached_property
    def flops(self) -> Flops:
        """Counts by convention: `bill.flops["thop"]`, `dict(bill.flops)`, `bill.flops("ptflops-2021")`."""
        from archdsl.cost.counting.count import Flops

        return Flops(self)

    def latency(self, device: Device | str) -> Latency:
        """What a device is predicted to take, by layer and in all: a device, its name, or the path of its file.

        Raises:
            InputError: there is no such device, or it has no time for a kind of layer.
            SpecError: mistakes in its file.
        """
        from archdsl.cost.latency.device import load_device
        from archdsl.cost.latency.predict import latency

        return latency(self, load_device(device) if isinstance(device, str) else device)

    def quantity(self, number: int, name: str) -> Dim:
        """A quantity (see `archdsl.cost.counting.quantities`) of the layer with this number."""
        key = (number, name)
        found = self._quantities.get(key)
        if found is None:
            from archdsl.cost.counting.quantities import QUANTITIES

            found = self._quantities[key] = QUANTITIES[name](self.layers[number])
        return found

    def _repr_html_(self) -> str:
        from archdsl.cost.tables.notebook import bill_card

        return bill_card(self)

    def _fill(self, graph: Graph) -> None:
        # Equal operators on equal shapes cost the same; networks repeat themselves, so most layers are looked up.
        known: dict[Any, int] = {}
        for node in graph:
            inputs = graph.input_shapes(node)
            if not inputs:
                continue
            op = node.op
            key: Any = (id(op), inputs)
            try:
                kind = known.get(key)
            except TypeError:  # a grid has no hash
                key = (id(op), *map(lookup, inputs))
                kind = known.get(key)
            if kind is None:
                params, macs = op.params(*inputs), op.macs(inputs, node.shape)
                kind = len(self.distinct)
                self.distinct.append(len(self.layers))
                known[key] = kind
            else:
                same = self.layers[self.distinct[kind]]
                params, macs = same.params, same.macs
            self.kinds.append(kind)
            self.layers.append(Layer(node, inputs, params, macs))


def plain(value: Any) -> Any:
    """A sum as a user gets it: an int, or a NumPy array of integers."""
    return elements(value)
