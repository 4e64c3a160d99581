"""All forms in which the passes can leave a graph, and the blocks for which that can be decided one by one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from archdsl.compilers.passes import PASSES, Optimized, Pass, optimize
from archdsl.compilers.passes.draft import Choices, Site
from archdsl.ir.canonical import schedule_hash
from archdsl.ir.graph import OUTPUT, Graph, Node
from archdsl.ops.passing import Input

MOST_PLANS = 64
"""Forms of one block that are looked at. The blocks of the zoo have at most 34."""


@dataclass(frozen=True, eq=False)
class Plan:
    """One form of a graph, and the options that lead to it."""

    chosen: dict[Site, str]
    graph: Graph


def plans(graph: Graph, passes: Collection[Pass] = PASSES, given: Choices | None = None) -> list[Plan]:
    """Forms that differ, that of the first options first; at most MOST_PLANS.

    Args:
        given: options of sites that are not up for choice.
    """
    found: dict[str, Plan] = {}
    for chosen, made in islice(_ways(graph, passes, given or {}), MOST_PLANS):
        found.setdefault(schedule_hash(made.graph), Plan(chosen, made.graph))
    return list(found.values())


def plan(graph: Graph, passes: Collection[Pass], chosen: Choices) -> Plan:
    """The one form that these options lead to, and which of them it needed."""
    made = optimize(graph, chosen=chosen, passes=passes)
    return Plan({site: chosen.get(site, site.options[0]) for site in made.sites}, made.graph)


def _ways(graph: Graph, passes: Collection[Pass], given: Choices) -> Iterator[tuple[dict[Site, str], Optimized]]:
    """Every choice at every site that the choices before it lead to, depth first."""
    waiting: list[dict[Site, str]] = [{}]
    while waiting:
        chosen = waiting.pop()
        made = optimize(graph, chosen={**given, **chosen}, passes=passes)
        undecided = [site for site in made.sites if site not in chosen]
        if not undecided:
            yield chosen, made
            continue
        site = undecided[0]
        options = (given[site],) if given.get(site) in site.options else site.options
        waiting += [{**chosen, site: option} for option in reversed(options)]


def blocks(graph: Graph) -> list[Graph]:
    """The outermost block calls that one tensor enters and one leaves, each as a graph of its own, in order.

    Nodes keep their names; the input has the name of what it stands for.
    """
    members: dict[str, list[Node]] = {}
    for node in graph:
        for frame in node.scope:
            if frame.kind == "block":
                members.setdefault(frame.path, []).append(node)
                break
    readers, ends = graph.readers(), graph.ends
    found = []
    for path, nodes in members.items():
        inside = {node.name for node in nodes}
        enters = dict.fromkeys(source for node in nodes for source in node.inputs if source not in inside)
        leaves = [name for name in inside if name in ends or any(reader not in inside for reader in readers[name])]
        if len(enters) == len(leaves) == 1 and not any(isinstance(node.op, Input) for node in nodes):
            (source,) = enters
            entry = Node(source, Input(graph[source].shape), (), graph[source].shape)
            alone = {node.name: _alone(node, inside) for node in nodes}
            found.append(Graph(path, {source: entry, **alone}, {OUTPUT: leaves[0]}))
    return found


def _alone(node: Node, inside: set[str]) -> Node:
    """A node with weights of its own where those that it shares are outside."""
    return replace(node, shared="") if node.shared and node.shared not in inside else node


def pairs(graph: Graph) -> list[Graph]:
    """Every two blocks of which the second alone reads the first, as one graph."""
    found = []
    readers, ends = graph.readers(), graph.ends
    listed = blocks(graph)
    for first, second in pairwise(listed):
        if first.output in ends:
            continue
        if second.input.name == first.output and all(reader in second.nodes for reader in readers[first.output]):
            nodes = {**first.nodes, **{node.name: node for node in second if node.name != first.output}}
            found.append(Graph(f"{first.name} and {second.name}", nodes, second.outputs))
    return found
