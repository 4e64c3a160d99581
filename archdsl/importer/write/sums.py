"""Sums of sums as one: code adds two tensors at a time, a reader adds all paths at once."""

from __future__ import annotations

from dataclasses import replace

from archdsl.ir.graph import Graph, Node
from archdsl.ops.join import Add


def summed(graph: Graph) -> Graph:
    """The graph with a sum that only another sum of the same scope reads taken into it. Tensors of other shapes are added as they were."""
    readers = graph.readers()
    found: dict[str, Node] = {}
    for node in graph:
        if _is_sum(graph, node):
            inputs: list[str] = []
            for name in node.inputs:
                inner = found[name]
                once = len(readers[name]) == 1 and name not in graph.ends
                if once and _is_sum(graph, inner) and _place(inner) == _place(node):
                    inputs += found.pop(name).inputs
                else:
                    inputs.append(name)
            node = replace(node, inputs=tuple(inputs))
        found[node.name] = node
    return replace(graph, nodes=found)


def _is_sum(graph: Graph, node: Node) -> bool:
    return isinstance(node.op, Add) and all(graph[name].shape == node.shape for name in node.inputs)


def _place(node: Node) -> tuple[str, ...]:
    return tuple(frame.path for frame in node.scope)
