"""The graph of an imported network while it grows: nodes with their weights, values with views that nothing needed yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor

from archdsl.errors import BackendError
from archdsl.importer.place import Place, shared
from archdsl.importer.values import Const, Value
from archdsl.importer.views import plain
from archdsl.ir.graph import Graph, Node
from archdsl.ops import OPERATORS, Shape
from archdsl.ops.operator import Operator
from archdsl.ops.passing import Input
from archdsl.ops.shapes import Typed


class NotSaid(Exception):
    """What a call does is not in the language; its text says what, for the report."""


class AcrossImages(BackendError):
    """A call works out something over the images of a batch, which no network of the language can."""


class Returned(NamedTuple):
    """What of the things that the original returns the network gives.

    Attributes:
        places: of those that it gives, among all that the original returns, in their order.
        left_out: names of the others, which no input changes.
    """

    places: tuple[int, ...] | None = None
    left_out: tuple[str, ...] = ()


class Draft:
    """A network that is being imported.

    Attributes:
        graph: what is known of it so far.
        weights: values of the tensors of its nodes, by `<node>.<tensor>`.
        batch: of the example that it was traced with.
        owners: of weights that may be used again, the node that has them, by their names and shapes.
        reasons: for each opaque step why there is none better.
        settled: nodes that give another one in an order that was asked for, so that it is worked out once; see `settle`.
        seen_at: by node and view of a value, where the call stands that made it.
        rounded: whether a table was taken for one that follows from sizes, which the original works out in single precision.
        place: where the call stands that is being turned into nodes; a front end sets it.
        returned: what of the original's outputs there is; a front end sets it.
    """

    def __init__(self, name: str, batch: int):
        self.graph = Graph(name)
        self.weights: dict[str, Tensor] = {}
        self.held: dict[str, int] = {}
        self.batch = batch
        self.seen_at: dict[Value, Place] = {}
        self.place = Place()
        self.returned = Returned()
        self.opaque_parameters: set[str] = set()
        self.owners: dict[tuple[str, ...], str] = {}
        self.reasons: dict[str, str] = {}
        self.settled: dict[Any, str] = {}
        self.rounded = False
        self._taken: Counter[str] = Counter()

    def input(self, name: str, shape: Typed) -> Value:
        """An input of the network; its shape is without the batch."""
        self._taken[name] += 1
        self.graph.nodes[name] = Node(name, Input(shape), (), shape)
        return self.value(name)

    def value(self, node: str) -> Value:
        """What a node gives, as it is."""
        return Value(node, plain((self.batch, *self.graph[node].shape)))

    def shape(self, value: Value) -> Shape:
        return self.graph[value.node].shape

    def counts(self, const: Const) -> bool:
        """Whether an opaque step is the first that has a parameter, so that it is counted there."""
        name = const.name or str(const.tensor.data_ptr())
        new = name not in self.opaque_parameters
        self.opaque_parameters.add(name)
        return new

    def remember(self, made: Any) -> None:
        """Note where a value was made that is not worked out yet."""
        if isinstance(made, Value) and not made.view.is_plain:
            self.seen_at.setdefault(made, self.place)
        elif isinstance(made, (list, tuple)) and not isinstance(made, (Value, Const)):
            for item in made:
                self.remember(item)

    @contextmanager
    def where_seen(self, value: Value) -> Iterator[None]:
        """Add nodes where a value was made, as far as no module is entered again for it."""
        here, seen = self.place, self.seen_at.get(value, self.place)
        last = next(reversed(self.graph.nodes.values())).scope
        ahead = shared(seen.frames, here.frames)
        if shared(last, here.frames) <= ahead:
            self.place = seen.up_to(max(ahead, shared(seen.frames, last)))
        yield
        self.place = here

    def add(self, word: str, *inputs: Value, weights: Mapping[str, Const] | None = None, **arguments: Any) -> Value:
        """A node with an operator, over the nodes of values as they are in the graph, whatever the views on them.

        Args:
            weights: the operator's tensors by name, in its shapes. Where a node before has the very same ones, they are shared.

        Raises:
            NotSaid: the operator cannot have these arguments, or not over these shapes.
        """
        try:
            op = OPERATORS[word].read({name: value for name, value in arguments.items() if value is not None})
            shape = op.shape(*[self.shape(value) for value in inputs])
        except Exception as error:  # ArgumentError, ShapeError: what the language does not take is said in the report
            raise NotSaid(str(error)) from error
        name = self._name(op)
        node = Node(name, op, tuple([value.node for value in inputs]), shape, self.place.frames)
        if not op.opaque:
            self._give(node, op, weights or {})
        self.graph.nodes[name] = node
        return self.value(name)

    @property
    def fixed(self) -> int:
        """Elements of learned tensors that are no parameters where they come from: buffers, and numbers put beside parameters."""
        return sum(count for name, count in self.held.items() if name in self.graph.nodes)

    def forget(self, known: set[str]) -> None:
        """Take back the nodes that are not among those that were there before."""
        for name in [name for name in self.graph.nodes if name not in known]:
            del self.graph.nodes[name]
            self._taken[name] = 0
            self.owners = {key: owner for key, owner in self.owners.items() if owner != name}
            for key in [key for key in self.weights if key.rpartition(".")[0] == name]:
                del self.weights[key]

    def drop_unread(self) -> None:
        """Take out the nodes that no output depends on, unless another one has its weights from them."""
        read, left = set(self.graph.outputs.values()), list(self.graph.nodes.values())
        for node in reversed(left):
            if node.name in read:
                read |= {*node.inputs, *([node.shared] if node.shared else [])}
        self.forget({node.name for node in left if node.name in read or not node.inputs})

    def _name(self, op: Operator) -> str:
        layer = self.place.layer
        name = layer.path if layer else self.place.prefix + op.word
        self._taken[name] += 1
        count = self._taken[name]
        if name not in self.graph.nodes:
            return name
        while f"{name}_{count}" in self.graph.nodes:
            count += 1
        return f"{name}_{count}"

    def _owner(self, name: str, named: tuple[str, ...], weights: Mapping[str, Const]) -> str:
        """The node that has these very weights. Parts of one parameter, and what follows from it in several ways, are not the same."""
        number = 0
        while (owner := self.owners.setdefault((*named, str(number)), name)) != name:
            if all(torch.equal(self.weights[f"{owner}.{tensor}"], const.tensor) for tensor, const in weights.items()):
                break
            number += 1
        return owner

    def _give(self, node: Node, op: Operator, weights: Mapping[str, Const]) -> None:
        """The weights of a node; what it shares with a node before is not held twice."""
        inputs = self.graph.input_shapes(node) if node.inputs else ()
        wanted = {**op.weights(*inputs), **op.buffers(*inputs)}
        if set(wanted) != set(weights):
            raise NotSaid(f"{op.word} with {', '.join(sorted(set(wanted) ^ set(weights)))}")
        for tensor, shape in wanted.items():
            if weights[tensor].sizes != tuple(shape):
                raise NotSaid(f"{op.word} whose {tensor} is {weights[tensor].sizes}")
        named = tuple([f"{tensor} {const.name} {const.sizes}" for tensor, const in sorted(weights.items()) if const.name])
        if named and (owner := self._owner(node.name, named, weights)) != node.name:
            node.shared = owner
            return
        for tensor, const in weights.items():
            self.weights[f"{node.name}.{tensor}"] = const.tensor
        self.held[node.name] = sum(weights[tensor].held for tensor in op.weights(*inputs))
