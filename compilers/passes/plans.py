"""All forms in which the passes can leave a graph, and the blocks for which that can be decided one by one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from archdsl.compilers.passes import PASSES, Optimized, Pass, optimize
from archdsl.compilers.passes.draft import Site
from archdsl.ir.canonical import schedule_hash
from archdsl.ir.graph import OUTPUT, Graph, Node
from archdsl.ir.ranges import Range
from archdsl.ops.convolution import Conv2d
from archdsl.ops.operator import Operator
from archdsl.ops.passing import Input
from archdsl.ops.shapes import is_map

MOST_PLANS = 64
"""Forms of one block that are looked at. The blocks of the zoo have at most 34."""


@dataclass(frozen=True, eq=False)
class Plan:
    """One form of a graph, and the options that lead to it."""

    chosen: dict[Site, str]
    graph: Graph


def plans(graph: Graph, passes: Collection[Pass] = PASSES, known: Mapping[str, Range] | None = None) -> list[Plan]:
    """Forms that differ, that of the first options first; at most MOST_PLANS.

    Args:
        known: ranges of what enters.
    """
    found = (Plan(chosen, made.graph) for chosen, made in islice(_ways(graph, passes, known or {}), MOST_PLANS))
    return distinct(found)


def distinct(found: Iterable[Plan]) -> list[Plan]:
    """Those that differ in what runs, in order."""
    kept: dict[str, Plan] = {}
    for plan in found:
        kept.setdefault(schedule_hash(plan.graph), plan)
    return list(kept.values())


def _ways(graph: Graph, passes: Collection[Pass], known: Mapping[str, Range]) -> Iterator[tuple[dict[Site, str], Optimized]]:
    """Every choice at every site that the choices before it lead to, depth first."""
    waiting: list[dict[Site, str]] = [{}]
    while waiting:
        chosen = waiting.pop()
        made = optimize(graph, chosen=chosen, passes=passes, known=known)
        undecided = [site for site in made.sites if site not in chosen]
        if not undecided:
            yield chosen, made
            continue
        site = undecided[0]
        waiting += [{**chosen, site: option} for option in reversed(site.options)]


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


def between(graph: Graph) -> Graph:
    """A block as it stands in a network, between two convolutions."""
    entry = graph.input
    nodes: dict[str, Node] = {"x": Node("x", entry.op, (), entry.shape)}
    names = {entry.name: "x"}
    if is_map(entry.shape):
        names[entry.name] = "before"
        nodes["before"] = Node("before", _pointwise(entry.shape[0]), ("x",), entry.shape)
    for node in graph:
        if node.name != entry.name:
            inputs = tuple(names.get(source, source) for source in node.inputs)
            nodes[node.name] = Node(node.name, node.op, inputs, node.shape)
    shape = graph[graph.output].shape
    output = names.get(graph.output, graph.output)
    if is_map(shape):
        nodes["after"] = Node("after", _pointwise(shape[0]), (output,), shape)
        output = "after"
    return Graph(graph.name, nodes, {OUTPUT: output})


def _pointwise(channels: int) -> Operator:
    return Conv2d.read({"out": channels})
