"""Graphs that grow operator by operator, for networks that have no spec."""

from __future__ import annotations

from typing import Any

from archdsl.ir.graph import OUTPUT, Graph, Node
from archdsl.ops import OPERATORS, Shape
from archdsl.ops.passing import Input
from archdsl.ops.shapes import channel_axis


class Chain:
    """A graph that grows at its end: `chain("conv", out=8)` adds a node after the last one and gives its name.

    Attributes:
        breadth: its channels over those of most networks with such maps.
    """

    def __init__(self, shape: Shape, name: str, breadth: float = 1.0):
        self.breadth = breadth
        op = Input(shape)
        self.graph = Graph(name, {"input": Node("input", op, (), op.size)}, {OUTPUT: "input"})

    def __call__(self, word: str, *inputs: str, **arguments: Any) -> str:
        """Add an operator that reads the given nodes, or the last one."""
        graph = self.graph
        inputs = inputs or (graph.output,)
        op = OPERATORS[word].read(arguments)
        name = f"{word}_{len(graph)}"
        graph.nodes[name] = Node(name, op, inputs, op.shape(*(graph[source].shape for source in inputs)))
        graph.output = name
        return name

    @property
    def shape(self) -> Shape:
        """Output shape of the last node."""
        return self.graph[self.graph.output].shape

    @property
    def channels(self) -> int:
        count: int = self.shape[channel_axis(self.shape)]
        return count
