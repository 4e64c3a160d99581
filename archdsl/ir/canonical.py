"""A hash of what a network computes: equal for equal networks, whatever their names, blocks and spelling."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from archdsl.exact import key
from archdsl.ir.graph import Graph, Node
from archdsl.ops.passing import Identity, Input


def canonical_hash(graph: Graph) -> str:
    """SHA-256 over operators and connections, as hexadecimal.

    Names, scopes and source lines do not count; identities and nodes that never reach an output are left out; the order of
    the inputs of add and mul is free. Every node is counted, so two layers with weights of their own differ from one that is
    read twice. The hash of a grid is that of all its networks: shapes and elements of the arrays count.
    """
    alive = graph.alive()
    first = graph.input.name
    digests: dict[str, str] = {}
    counted: list[str] = []
    for node in graph:
        if node.name not in alive:
            continue
        inputs = [digests[name] for name in node.inputs]
        if isinstance(node.op, Identity):
            digests[node.name] = inputs[0]
            continue
        if isinstance(node.op, Input) and node.name != first:  # arguments are told apart by their place
            inputs = [str(len(counted))]
        digests[node.name] = _digest(node, inputs)
        counted.append(digests[node.name])
    ends = [digests[name] for name in graph.outputs.values()]
    return hashlib.sha256("\n".join([*_interface(graph), *ends, *sorted(counted)]).encode()).hexdigest()


def _interface(graph: Graph) -> list[str]:
    """What the outputs are returned as; the names by which a dictionary has them are part of it."""
    if graph.returns == "tensor":
        return []
    return [graph.returns, *(graph.outputs if graph.returns == "dict" else ())]


def schedule_hash(graph: Graph) -> str:
    """SHA-256 over all operators in the order in which they run, with their connections: equal for graphs of equal costs.

    Nodes that never reach an output count here, and so does the order: both change parameters or memory.
    """
    number = {name: index for index, name in enumerate(graph.nodes)}
    parts = [[_description(node), [number[name] for name in node.inputs]] for node in graph]
    return hashlib.sha256(
        json.dumps([parts, *(number[name] for name in graph.outputs.values())], sort_keys=True, default=_plain).encode()
    ).hexdigest()


def _description(node: Node) -> list[Any]:
    arguments = {"size": node.op.size} if isinstance(node.op, Input) else node.op.arguments()
    return [type(node.op).__name__, arguments]


def _digest(node: Node, inputs: list[str]) -> str:
    if node.op.pairwise:
        inputs = sorted(inputs)
    text = json.dumps([*_description(node), inputs], sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> str:
    """A grid as its shape and elements."""
    return repr(key(value))
