"""A training step by liveness: the tensors at every moment of the forward pass, the loss, the backward pass and the optimizer.

In the forward pass a tensor is there until the last operator that reads it has returned; what is kept for a gradient, until that
operator's backward pass is done. The loss is the cross-entropy of the outputs, which keeps the logarithm of a softmax.

The backward pass runs the operators in reverse order. While one does, there are the gradient of its output, what it kept, the
gradients that it makes of its inputs and weights, and what it needs for a moment (`Operator.gradient`). Then the first two go. Where
several operators read a tensor its gradients are added up as they come: into the first, unless something else lies in that memory
too.

The optimizer runs weight by weight, as PyTorch's does on a CPU, with weight decay. Its state is there from the beginning, as from the
second step on.

Kernels' own workspaces are not counted, and the caller holds the batch, its targets and the outputs until the step is over.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

from archdsl.cost.memory.placing import MEMORY, size_of
from archdsl.cost.memory.saved import Saving, owners, savings
from archdsl.exact import maximum, product
from archdsl.ir.graph import Graph, Node
from archdsl.ops.facts import INDEX_BYTES
from archdsl.ops.operator import Dim
from archdsl.ops.shapes import channel_axis


class _Held(NamedTuple):
    bytes: Dim
    holders: int


class _Ledger:
    """Bytes that are there, and the most that ever were. A tensor is there while something holds it."""

    def __init__(self) -> None:
        self.now: Dim = 0
        self.peak: Dim = 0
        self.held: dict[Hashable, _Held] = {}

    def take(self, key: Hashable, size: Dim) -> None:
        """New memory, with one holder."""
        self.held[key] = _Held(size, 1)
        self.now = self.now + size
        self.peak = maximum(self.peak, self.now)

    def share(self, key: Hashable) -> None:
        self.held[key] = self.held[key]._replace(holders=self.held[key].holders + 1)

    def drop(self, key: Hashable) -> None:
        size, holders = self.held.pop(key)
        if holders > 1:
            self.held[key] = _Held(size, holders - 1)
        else:
            self.now = self.now - size

    def moment(self, size: Dim) -> None:
        """Memory that is given back at once."""
        self.peak = maximum(self.peak, self.now + size)


class _Arriving(NamedTuple):
    """A gradient: the memory that it lies in, and whether only in a part of it."""

    key: Hashable
    part: bool


class _Step:
    def __init__(self, graph: Graph, batch: int, itemsize: int):
        self.graph, self.batch, self.itemsize = graph, batch, itemsize
        self.memory_of = owners(graph)
        self.savings = {saving.node.name: saving for saving in savings(graph, self.memory_of, batch, itemsize)}
        self.ledger = _Ledger()
        self.gradients: dict[str, _Arriving] = {}

    def size(self, name: str) -> Dim:
        shape = self.graph[name].shape
        return product(shape) * size_of(shape, self.itemsize) * self.batch

    def given(self) -> None:
        """The batch, and for every place of an output the index of its class."""
        for node in self.graph.inputs:
            self.ledger.take(node.name, self.size(node.name))
        for output, name in self.graph.outputs.items():
            shape = self.graph[name].shape
            places = product(shape) // shape[channel_axis(shape)]
            self.ledger.take(("targets", output), places * INDEX_BYTES * self.batch)

    def forward(self) -> None:
        last = self._last()
        for number, node in enumerate(self.graph):
            if not node.inputs:
                continue
            saving = self.savings.get(node.name)
            gone = list(last.get(number, ()))
            own = saving.bytes if saving else 0
            self.ledger.take(("kept", node.name), own)
            for name in saving.tensors if saving else ():
                if name != node.name:
                    self.ledger.share(name)
            meanwhile = saving.meanwhile if saving else 0
            if self.memory_of[node.name] == node.name:
                self._fold(node, own, gone)
                self.ledger.take(node.name, self.size(node.name))
                scratch = MEMORY.of(node).scratch(self.graph.input_shapes(node), node.shape, self.itemsize)
                times = 1 if node.op.shared_scratch else self.batch
                # What is kept is part of what is needed until the operator returns.
                self.ledger.moment(maximum(scratch * times - own, meanwhile))
            if saving is None:
                self.ledger.drop(("kept", node.name))
            elif node.name in saving.tensors:
                self.ledger.share(node.name)
            for name in gone:
                self.ledger.drop(name)

    def _fold(self, node: Node, own: Dim, gone: list[str]) -> None:
        """What there is before the last of several steps: what was made so far, and inputs that go before it."""
        parts = node.op.partial(self.graph.input_shapes(node), node.shape)
        if not parts:
            return
        sizes = [product(shape) * self.itemsize * self.batch for _, shape in parts]
        before = {self.memory_of[name] for name in node.inputs[:-1]} - {self.memory_of[node.inputs[-1]]}
        self.ledger.moment(maximum(sum(sizes[:2]) - own, 0))
        for name in [name for name in gone if name in before]:
            self.ledger.drop(name)
            gone.remove(name)
        self.ledger.moment(maximum(sizes[-1] + self.size(node.name) - own, 0))

    def _last(self) -> dict[int, list[str]]:
        """For the number of a node the tensors that are read last there. Inputs and outputs are held by the caller."""
        number_of: dict[str, int] = {}
        for number, node in enumerate(self.graph):
            for name in (node.name, *node.inputs):
                number_of[self.memory_of[name]] = number
        held = {self.memory_of[name] for name in (*[node.name for node in self.graph.inputs], *self.graph.outputs.values())}
        found: dict[int, list[str]] = {}
        for name, number in number_of.items():
            if name not in held:
                found.setdefault(number, []).append(name)
        return found

    def loss(self) -> None:
        for output, name in self.graph.outputs.items():
            self.ledger.take(("loss", output), self.size(name))
        for output, name in reversed(self.graph.outputs.items()):
            self.ledger.take(("likelihood", output), self.size(name))  # the gradient of the logarithm
            if name in self.savings:
                self.ledger.take(("output", output), self.size(name))
                self._arrive(name, _Arriving(("output", output), False))
            self.ledger.drop(("likelihood", output))
            self.ledger.drop(("loss", output))

    def backward(self) -> None:
        for saving in reversed(self.savings.values()):
            node = saving.node
            if node.name in self.gradients:
                self._run_back(saving)
            else:  # nothing that it leads to is an output
                self._let_go(saving, saving.tensors)

    def _run_back(self, saving: Saving) -> None:
        node, shapes = saving.node, self.graph.input_shapes(saving.node)
        arriving = self.gradients.pop(node.name)
        needs = node.op.gradient(shapes, node.shape)
        kept = set(saving.tensors)
        made: list[tuple[str, _Arriving]] = []
        several = (needs.values * self.batch + needs.once) * self.itemsize
        if needs.plain and arriving.part:
            several = several + self.size(node.name)
        reached = list(enumerate(zip(node.inputs, saving.passing, strict=True)))[: needs.reached]
        for index, (name, passing) in reversed(reached):
            if passing:
                key: Hashable = arriving.key
                if needs.passes:
                    self.ledger.share(key)
                else:
                    key = ("gradient", node.name, index)
                    self.ledger.take(key, self.size(name))
                made.append((name, _Arriving(key, needs.parts or (needs.passes and arriving.part))))
            if needs.in_turn and index:
                self.ledger.moment(several)
                if self.memory_of[name] in kept:
                    kept.remove(self.memory_of[name])
                    self.ledger.drop(self.memory_of[name])
        self._weigh(node)
        self.ledger.moment(0 if needs.in_turn else several)
        self.ledger.drop(arriving.key)
        self._let_go(saving, kept)
        for name, gradient in reversed(made):
            self._arrive(name, gradient)

    def _weigh(self, node: Node) -> None:
        """The gradients of weights; of shared ones they are added to those that are there already."""
        key = ("weights", node.shared or node.name)
        size = node.op.params(*self.graph.input_shapes(node)) * self.itemsize
        if key in self.ledger.held:
            self.ledger.moment(size)
        else:
            self.ledger.take(key, size)

    def _let_go(self, saving: Saving, kept: set[str]) -> None:
        self.ledger.drop(("kept", saving.node.name))
        for name in kept:
            self.ledger.drop(name)

    def _arrive(self, name: str, gradient: _Arriving) -> None:
        there = self.gradients.get(name)
        if there is None:
            self.gradients[name] = gradient
            return
        if there.part or self.ledger.held[there.key].holders > 1:
            key = ("sum", name, gradient.key)
            self.ledger.take(key, self.size(name))
            self.ledger.drop(there.key)
            self.gradients[name] = _Arriving(key, False)
        self.ledger.drop(gradient.key)


def step_peak(graph: Graph, batch: int, itemsize: int, passing: Dim) -> Dim:
    """The most bytes at once in a training step on a batch, beside what stands from step to step: weights, buffers, the optimizer's state.

    An int or, on a grid, an array.

    Args:
        passing: bytes that the optimizer needs for a moment.
    """
    step = _Step(graph, batch, itemsize)
    step.given()
    step.forward()
    step.loss()
    step.backward()
    step.ledger.moment(passing)
    return step.ledger.peak
