"""Does the compiled network do what the graph says: one forward pass, every tensor's shape against the one predicted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, fx

from archdsl.compilers.torch.batches import batch_of, in_order
from archdsl.compilers.torch.network import NODE, Network
from archdsl.errors import BackendError
from archdsl.ir.graph import Graph
from archdsl.ops.operator import Shape
from archdsl.ops.shapes import size


@dataclass(frozen=True)
class Mismatch:
    """A node whose tensor is not what the graph predicts. Shapes are without the batch axis."""

    node: str
    predicted: Shape
    measured: Shape | None

    def __str__(self) -> str:
        came = "no tensor" if self.measured is None else size(self.measured)
        return f"'{self.node}' should give {size(self.predicted)}, {came} came"


@dataclass(frozen=True, eq=False)
class Measured:
    """What a forward pass gave.

    Attributes:
        shapes: of every node's tensor, by name, without the batch axis.
        mismatches: the nodes that differ from the graph, in its order.
        outputs: what the network gives, by the names of its outputs, each (batch, *its shape).
    """

    shapes: dict[str, Shape]
    mismatches: list[Mismatch]
    outputs: dict[str, Tensor]


def check_shapes(graph: Graph, module: Network, batch: int = 2) -> Measured:
    """Run a random batch through the network in evaluation mode and compare the shape of every node's tensor.

    Leaves the network's mode, gradients and torch's global generator alone.

    Raises:
        BackendError: an operator failed; names its node.
    """
    like = next(module.parameters(), torch.empty(0))
    given = batch_of(graph, batch, torch.Generator().manual_seed(0))
    training = module.training
    recorder = _Recorder(module.eval(), graph)
    try:
        with torch.no_grad():
            output = recorder.run(*[tensor.to(like if tensor.is_floating_point() else like.device) for tensor in given])
    finally:
        module.train(training)
    measured = {name: shape[1:] if shape[:1] == (batch,) else shape for name, shape in recorder.shapes.items()}
    wrong = [Mismatch(n.name, n.shape, measured.get(n.name)) for n in graph if measured.get(n.name) != n.shape]
    return Measured(measured, wrong, dict(zip(graph.outputs, in_order(output), strict=True)))


class _Recorder(fx.Interpreter):
    """Runs the fx graph node by node and keeps the shapes."""

    def __init__(self, module: Network, graph: Graph):
        super().__init__(module)
        self.extra_traceback = False  # the error below says more than fx would add
        self.source = graph
        self.shapes: dict[str, Shape] = {}

    def run_node(self, n: fx.Node) -> Any:
        name = n.meta.get(NODE)
        try:
            value = super().run_node(n)
        except Exception as error:
            if name is None or name not in self.source.nodes:
                raise
            node = self.source[name]
            arriving = " and ".join(size(shape) for shape in self.source.input_shapes(node))
            raise BackendError(f"torch: '{name}' ({node.op.word} of {arriving}) failed: {error}") from error
        if name is not None:
            self.shapes[name] = tuple(value.shape)
        return value
