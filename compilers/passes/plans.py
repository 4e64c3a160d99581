"""All forms in which the passes can leave a graph, and the blocks for which that can be decided one by one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from archdsl.compilers.passes import PASSES, Optimized, Pass, optimize
from archdsl.compilers.passes.draft import Site
from archdsl.ir.canonical import schedule_hash
from archdsl.ir.graph import OUTPUT, Graph, Node
from archdsl.ir.ranges import Range
from archdsl.ops.passing import Input

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


def rows_of_blocks(graph: Graph) -> list[list[Graph]]:
    """Blocks one after the other, as long as nothing but the next one reads what each gives."""
    readers, ends = graph.readers(), graph.ends
    found: list[list[Graph]] = []
    for block in blocks(graph):
        before = found[-1][-1] if found else None
        if before and before.output == block.input.name and before.output not in ends and _reads_alone(block, readers):
            found[-1].append(block)
        else:
            found.append([block])
    return found


def _reads_alone(block: Graph, readers: Mapping[str, Sequence[str]]) -> bool:
    """Whether nothing else reads what enters a block."""
    return all(reader in block.nodes for reader in readers[block.input.name])


def joined(row: Sequence[Graph]) -> Graph:
    """Blocks of a row as one graph."""
    nodes = dict(row[0].nodes)
    for block in row[1:]:
        nodes |= {node.name: node for node in block if node.inputs}
    return Graph(f"{row[0].name} to {row[-1].name}", nodes, row[-1].outputs)
