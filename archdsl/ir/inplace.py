"""Which activations may overwrite their input: one analysis for the torch back end, which does it, and for memory's count."""

from __future__ import annotations

from archdsl.ir.graph import Graph, Node


def in_place(graph: Graph) -> set[str]:
    """Names of the activations that may overwrite their input, for inference and for training alike.

    An input or an output belongs to the caller, slice and flatten give views, identity and dropout may hand on what came in, and
    sigmoid, tanh or an earlier activation keep their output for the gradient: none of these may be overwritten.
    """
    readers, ends = graph.readers(), graph.ends
    return {node.name for node in graph if _may_overwrite(graph, node, readers, ends)}


def _may_overwrite(graph: Graph, node: Node, readers: dict[str, list[str]], ends: frozenset[str]) -> bool:
    if not node.op.overwrites():
        return False
    (name,) = node.inputs
    producer = graph[name]
    if not producer.op.overwritable or name in ends:
        return False
    if producer.op.joins and len(producer.inputs) < 2:  # a join of one tensor is that tensor
        return False
    return len(readers[name]) == 1
