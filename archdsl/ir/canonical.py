"""A hash of what a network computes: equal for equal networks, whatever their names, blocks and spelling."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any

from archdsl.exact import key
from archdsl.ir.graph import Graph, Node
from archdsl.ops.axes import told
from archdsl.ops.passing import Identity, Input


def canonical_hash(graph: Graph) -> str:
    """SHA-256 over operators and connections, as hexadecimal.

    Names, scopes and source lines do not count; identities and nodes that never reach an output are left out; the order of
    the inputs of add and mul is free. Every node is counted, so two layers with weights of their own differ from one that is
    read twice, and from two that share weights. The hash of a grid is that of all its networks: shapes and elements of the arrays count.
    """
    alive = graph.alive()
    found = node_digests(graph)
    counted = sorted(found[node.name] for node in graph if node.name in alive and not isinstance(node.op, Identity))
    ends = [found[name] for name in graph.outputs.values()]
    return hashlib.sha256("\n".join([*_interface(graph), *ends, *counted]).encode()).hexdigest()


def node_digests(graph: Graph) -> dict[str, str]:
    """For every node that reaches an output what it computes from the input: equal for nodes that compute the same."""
    alive = graph.alive()
    found = _digests(graph, alive, {})
    sets = _sets(graph, alive, found)
    return _digests(graph, alive, sets) if sets else found


def _interface(graph: Graph) -> list[str]:
    """What the outputs are returned as; the names by which a dictionary has them are part of it."""
    if graph.returns == "tensor":
        return []
    return [graph.returns, *(graph.outputs if graph.returns == "dict" else ())]


def _digests(graph: Graph, alive: set[str], sets: dict[str, str]) -> dict[str, str]:
    """What every node that is needed computes from the input. `sets`: which weights it uses, where it shares them."""
    first = graph.input.name
    digests: dict[str, str] = {}
    for node in graph:
        if node.name not in alive:
            continue
        inputs = [digests[name] for name in node.inputs]
        if isinstance(node.op, Identity):
            digests[node.name] = inputs[0]
            continue
        if isinstance(node.op, Input) and node.name != first:  # arguments are told apart by their place
            inputs = [str(len(digests))]
        digests[node.name] = _digest(node, graph, inputs, sets.get(node.name, ""))
    return digests


def _sets(graph: Graph, alive: set[str], digests: dict[str, str]) -> dict[str, str]:
    """For nodes that share weights what tells their set from others: what its nodes compute, whichever of them is run first.

    Sets whose nodes compute the same are numbered. A set of which one node is needed shares nothing.
    """
    members: dict[str, list[str]] = {}
    for node in graph:
        if node.name in alive:
            members.setdefault(node.owner, []).append(node.name)
    sets: dict[str, str] = {}
    times: Counter[str] = Counter()
    for names in members.values():
        if len(names) > 1:
            text = " ".join(sorted(digests[name] for name in names))
            times[text] += 1
            sets.update(dict.fromkeys(names, f"{text} {times[text]}"))
    return sets


def schedule_hash(graph: Graph) -> str:
    """SHA-256 over all operators in the order in which they run, with their connections: equal for graphs of equal costs.

    Nodes that never reach an output count here, and so does the order: both change parameters or memory.
    """
    number = {name: index for index, name in enumerate(graph.nodes)}
    parts: list[list[Any]] = [[_description(node, graph), [number[name] for name in node.inputs]] for node in graph]
    for part, node in zip(parts, graph, strict=True):
        if node.shared:
            part.append(number[node.shared])
        if node.present is not None:
            part.append([node.present.shape, node.present.tobytes().hex()])
    return hashlib.sha256(
        json.dumps([parts, *(number[name] for name in graph.outputs.values())], sort_keys=True, default=_plain).encode()
    ).hexdigest()


def _description(node: Node, graph: Graph) -> list[Any]:
    arguments = {"size": node.op.size} if isinstance(node.op, Input) else told(node.op.arguments(), graph.input_shapes(node))
    return [type(node.op).__name__, arguments]


def _digest(node: Node, graph: Graph, inputs: list[str], weights: str) -> str:
    if node.op.pairwise:
        inputs = sorted(inputs)
    more = [weights] if weights else []
    text = json.dumps([*_description(node, graph), inputs, *more], sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> str:
    """A grid as its shape and elements."""
    return repr(key(value))
