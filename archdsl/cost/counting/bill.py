"""The bill of a network: parameters and multiply-accumulates of every layer, and their sums. No weights, no torch.

On a grid of networks every figure is an array; sums broadcast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from typing import Any

from archdsl.cost.amounts import Parts, Sum, plain
from archdsl.cost.counting.convention import Convention
from archdsl.cost.counting.conventions import TOOLS, load_convention
from archdsl.cost.counting.layer import Layer
from archdsl.cost.counting.quantities import QUANTITIES
from archdsl.cost.dtypes import USUAL
from archdsl.exact import key as lookup
from archdsl.exact.grid_context import current
from archdsl.exact.partly import Partly, any_partly, at_least_if
from archdsl.ir.graph import Graph, Node
from archdsl.ir.wiring import Reaching, where
from archdsl.ops.operator import Dim
from archdsl.ops.select import Select

ONCE = frozenset(["params", "own_params", "bias_params", "macs"])
"""Quantities that a layer has for the batch as they are: learned values, and what `Layer.macs` holds."""


class Bill:
    """Costs of all layers of a graph, in the order in which they run.

    Attributes:
        dtype: of weights and activations, for what is counted in bytes.
        batch: images that multiply-accumulates, counts of conventions, activations and what is moved are for; weights are read once.
        distinct: numbers of the layers that differ in what they cost, each the first of its kind.
        kinds: for every layer the index in `distinct` of the one that costs the same.
        opaque: the layers of unknown cost. Numbers that they enter are lower bounds (see `archdsl.exact.partly`).
    """

    def __init__(self, graph: Graph, batch: int = 1, dtype: str = USUAL):
        self.graph = graph
        self.batch = batch
        self.dtype = dtype
        self.layers: list[Layer] = []
        self.distinct: list[int] = []
        self.kinds: list[int] = []
        self.opaque: list[Layer] = []
        self.branched = graph.branched
        self._quantities: dict[tuple[int, str], Dim] = {}
        self._fill(graph)

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)

    @cached_property
    def params(self) -> Any:
        """Learned values: an int, or for a grid an array."""
        if self.branched:
            return self.sum("own_params").total
        known = plain(sum([layer.params for layer in self.layers]))  # as self.sum, quicker: it is asked after every change
        return at_least_if(any_partly(layer.params for layer in self.opaque), known)

    @cached_property
    def macs(self) -> Any:
        """Multiply-accumulates of convolutions and linear layers for the batch, biases not counted."""
        if self.branched:
            return self.sum("macs").total
        return at_least_if(self.opaque, plain(sum([layer.macs for layer in self.layers])))

    @cached_property
    def products(self) -> Any:
        """Multiply-accumulates of two computed tensors for the batch, as in attention; `macs` leaves them out."""
        return self.sum("products").total

    @cached_property
    def flops(self) -> Flops:
        """Counts by convention: `bill.flops["thop"]`, `dict(bill.flops)`, `bill.flops("ptflops-2021")`."""
        return Flops(self.count)

    def count(self, convention: Convention | str) -> Sum:
        """What a convention, or the shipped one of that name, counts of every layer for the batch.

        Raises:
            InputError: no such convention.
        """
        chosen = load_convention(convention) if isinstance(convention, str) else convention
        terms: list[Parts | None] = []
        for number in self.distinct:
            layer = self.layers[number]
            if layer.node.op.opaque:
                terms.append(((Partly(), 1),))
                continue
            with having(layer.node):
                weights = chosen.terms(layer.node, layer.inputs)
                counts = None if weights is None else tuple([(self.quantity(number, name), weight) for name, weight in weights])
            terms.append(counts)
        if chosen.dead_counted:
            return self.summed(terms)
        if self.branched:
            return self._reaching(terms)
        if not self.dead:
            return self.summed(terms)
        left_out = len(terms)
        kinds = [left_out if number in self.dead else kind for number, kind in enumerate(self.kinds)]
        return Sum(kinds, [*terms, None])

    def _reaching(self, terms: Sequence[Parts | None]) -> Sum:
        """A sum over the layers whose output reaches an output of the network, in each variant of a grid that differs in structure."""
        reaching = Reaching(self.graph)
        found: list[Parts | None] = []
        for layer, kind in zip(self.layers, self.kinds, strict=True):
            parts, mask = terms[kind], reaching.of(layer.node)
            found.append(parts and tuple([(where(value, mask), weight) for value, weight in parts]))
        return Sum(range(len(found)), found)

    @cached_property
    def dead(self) -> frozenset[int]:
        """Numbers of the layers whose output reaches nothing: they are built and run, and change no result."""
        alive = self.graph.alive()
        return frozenset(number for number, layer in enumerate(self.layers) if layer.node.name not in alive)

    def sum(self, quantity: str, times: int = 1) -> Sum:
        """A quantity (see `archdsl.cost.counting.quantities`) of every layer, as many times."""
        rule, layers = QUANTITIES[quantity], self.layers
        times = times if quantity in ONCE else times * self.batch
        terms: list[Parts | None] = []
        for number in self.distinct:
            with having(layers[number].node):
                terms.append(((rule(layers[number]), times),))
        return self.summed(terms)

    def summed(self, terms: Sequence[Parts | None]) -> Sum:
        """A cost that adds up, from what a layer of each kind costs. Variants of a grid that have no such layer cost nothing of it."""
        return Sum(self.kinds, self._present(terms))

    def each(self, rule: Callable[[Layer], Parts]) -> Sum:
        """A cost that adds up, from a rule that depends on where a layer stands too, so that equal layers may cost different amounts."""
        terms: list[Parts | None] = []
        for layer in self.layers:
            with having(layer.node):
                terms.append(tuple([(self.present(value, layer.node), weight) for value, weight in rule(layer)]))
        return Sum(range(len(terms)), terms)

    def _present(self, terms: Sequence[Parts | None]) -> Sequence[Parts | None]:
        if not self.branched:
            return terms
        found: list[Parts | None] = []
        for number, parts in zip(self.distinct, terms, strict=True):
            node = self.layers[number].node
            found.append(parts if parts is None else tuple([(self.present(value, node), weight) for value, weight in parts]))
        return found

    def present(self, value: Dim, node: Node) -> Dim:
        """A number of a node for the variants of a grid that have it, and 0 for the others."""
        return where(value, node.present)

    def quantity(self, number: int, name: str) -> Dim:
        """A quantity of the layer with this number. Each is worked out once."""
        key = (number, name)
        found = self._quantities.get(key)
        if found is None:
            found = QUANTITIES[name](self.layers[number])
            found = self._quantities[key] = found if name == "macs" or self.batch == 1 else found * self.batch
        return found

    def _fill(self, graph: Graph) -> None:
        # Equal operators on equal shapes cost the same; networks repeat themselves, so most layers are looked up.
        known: dict[Any, int] = {}
        for node in graph:
            inputs = graph.input_shapes(node)
            if not inputs or type(node.op) is Select:
                continue
            op = node.op
            own = not node.shared
            key: Any = (id(op), inputs, own, id(node.present))
            try:
                kind = known.get(key)
            except TypeError:  # a grid has no hash
                key = (id(op), *map(lookup, inputs), own, id(node.present))
                kind = known.get(key)
            if kind is None:
                with having(node):
                    params, macs = op.params(*inputs) if own else 0, op.macs(inputs, node.shape)
                macs = macs if self.batch == 1 else macs * self.batch
                kind = len(self.distinct)
                self.distinct.append(len(self.layers))
                known[key] = kind
            else:
                same = self.layers[self.distinct[kind]]
                params, macs = same.params, same.macs
            self.kinds.append(kind)
            self.layers.append(Layer(node, inputs, params, macs))
            if op.opaque:
                self.opaque.append(self.layers[-1])


def having(node: Node) -> AbstractContextManager[Any]:
    """A context in which only the variants of a grid count that have a node."""
    return nullcontext() if node.present is None else current().branch(node.present)


class Flops(Mapping[str, Any]):
    """Totals by convention. As a mapping it holds the tools of today; called with any name or convention it gives that total."""

    def __init__(self, count: Callable[[Convention | str], Sum]):
        self.count = count
        self.known: dict[str, Any] = {}

    def __call__(self, convention: Convention | str) -> Any:
        if isinstance(convention, Convention):
            return self.count(convention).total
        if convention not in self.known:
            self.known[convention] = self.count(convention).total
        return self.known[convention]

    def __getitem__(self, name: str) -> Any:
        if name not in TOOLS:
            raise KeyError(name)
        return self(name)

    def __iter__(self) -> Iterator[str]:
        return iter(TOOLS)

    def __len__(self) -> int:
        return len(TOOLS)

    def __repr__(self) -> str:
        return f"Flops({dict(self)})"
