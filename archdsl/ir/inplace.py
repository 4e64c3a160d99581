"""Which activations may overwrite their input: one analysis for the torch back end, which does it, and for memory's count."""

from __future__ import annotations

from archdsl.ir.graph import Graph, Node
from archdsl.ops.activation import HardSigmoid, HardSwish, LeakyReLU, ReLU, ReLU6, SiLU
from archdsl.ops.convolution import Conv2d
from archdsl.ops.join import Add, Concat
from archdsl.ops.linear import Linear
from archdsl.ops.norm import BatchNorm
from archdsl.ops.operator import Operator

OVERWRITERS: tuple[type[Operator], ...] = (ReLU, ReLU6, HardSwish, HardSigmoid, SiLU, LeakyReLU)
"""Activations that frameworks offer in place."""

FRESH: tuple[type[Operator], ...] = (Conv2d, BatchNorm, Linear, Add, Concat)
"""Operators whose output is memory of its own that their gradient does not need again.

An image belongs to the caller, slice and flatten give views, identity and dropout may hand on what came in, and sigmoid, tanh or
an earlier activation keep their output for the gradient: none of these may be overwritten.
"""


def in_place(graph: Graph) -> set[str]:
    """Names of the activations that may overwrite their input, for inference and for training alike."""
    readers = graph.readers()
    return {node.name for node in graph if _may_overwrite(graph, node, readers)}


def _may_overwrite(graph: Graph, node: Node, readers: dict[str, list[str]]) -> bool:
    if not isinstance(node.op, OVERWRITERS):
        return False
    if isinstance(node.op, LeakyReLU) and node.op.slope < 0:  # the sign of the output no longer tells that of the input
        return False
    (name,) = node.inputs
    producer = graph[name]
    if not isinstance(producer.op, FRESH) or name == graph.output:
        return False
    if producer.op.joins and len(producer.inputs) < 2:  # a join of one tensor is that tensor
        return False
    return len(readers[name]) == 1
