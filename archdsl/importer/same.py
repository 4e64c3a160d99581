"""Two graphs of one network: which node of the one is which of the other."""

from __future__ import annotations

import hashlib
from collections import defaultdict

from archdsl.ir.canonical import node_digests
from archdsl.ir.graph import Graph
from archdsl.ops.passing import Identity


def counterparts(one: Graph, other: Graph) -> dict[str, str]:
    """For every node of a graph that reaches an output the node of another graph of equal canonical hash.

    Nodes are told apart by what they compute and by what is computed from them. Where paths are equal in both, any of them is taken,
    and the nodes of one path stay together.
    """
    kinds, others = _kinds(one), _kinds(other)
    left: dict[str, list[str]] = defaultdict(list)
    for node in other:
        if node.name in others and not isinstance(node.op, Identity):
            left[others[node.name]].append(node.name)
    found: dict[str, str] = {}
    for node in one:
        if node.name not in kinds:
            continue
        if isinstance(node.op, Identity):
            found[node.name] = found[node.inputs[0]]
            continue
        candidates = left[kinds[node.name]]
        wanted = [found[name] for name in node.inputs]
        fits = [name for name in candidates if _reads(other, name, wanted, node.op.pairwise)]
        chosen = (fits or candidates)[0]
        candidates.remove(chosen)
        found[node.name] = chosen
    return found


def _reads(graph: Graph, name: str, wanted: list[str], any_order: bool) -> bool:
    inputs = [_behind(graph, source) for source in graph[name].inputs]
    return sorted(inputs) == sorted(wanted) if any_order else inputs == wanted


def _behind(graph: Graph, name: str) -> str:
    """The node whose tensor arrives through identities."""
    while isinstance(graph[name].op, Identity):
        name = graph[name].inputs[0]
    return name


def _kinds(graph: Graph) -> dict[str, str]:
    """What each node computes and what is computed from it, as one text."""
    found = node_digests(graph)
    after: dict[str, list[str]] = {name: [] for name in found}
    for label, name in graph.outputs.items():
        after[_behind(graph, name)].append(f"output {label if graph.returns == 'dict' else list(graph.outputs).index(label)}")
    kinds: dict[str, str] = {}
    for node in reversed(graph.nodes.values()):
        if node.name not in found:
            continue
        text = " ".join([found[node.name], *sorted(after[node.name])])
        kinds[node.name] = hashlib.sha256(text.encode()).hexdigest()
        passed = isinstance(node.op, Identity)
        for place, source in enumerate(node.inputs):
            if passed:
                after[source] += after[node.name]
            else:
                after[source].append(f"{kinds[node.name]} {0 if node.op.pairwise else place}")
    return kinds
