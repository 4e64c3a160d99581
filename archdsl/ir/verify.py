"""The verifier: what must hold of every graph, checked after every stage that makes or changes one."""

from __future__ import annotations

from archdsl.errors import ArchdslError
from archdsl.ir.graph import Graph, Node
from archdsl.ops import ShapeError
from archdsl.ops.passing import Input
from archdsl.ops.shapes import size


class BrokenGraph(ArchdslError):
    """A graph that breaks a rule that all graphs keep: a mistake of archdsl or of who made the graph, not of a spec."""


def verify(graph: Graph, stage: str) -> Graph:
    """The graph itself, if it is sound: one input, inputs before their readers, the right number of them, shapes as inferred.

    Args:
        stage: what made the graph, for the message.

    Raises:
        BrokenGraph: names the stage, the node and the rule.
    """
    if not graph.nodes:
        raise BrokenGraph(f"after {stage}: the graph is empty")
    if graph.output not in graph.nodes:
        raise BrokenGraph(f"after {stage}: the output '{graph.output}' is no node")
    seen: set[str] = set()
    for index, (name, node) in enumerate(graph.nodes.items()):
        problem = _problem(graph, node, name, index == 0, seen)
        if problem:
            raise BrokenGraph(f"after {stage}: {name} ({node.op!r}): {problem}")
        seen.add(name)
    return graph


def _problem(graph: Graph, node: Node, name: str, first: bool, seen: set[str]) -> str:
    if node.name != name:
        return f"is named '{node.name}'"
    if isinstance(node.op, Input) != first:
        return "the input must be the first node, and the only one of its kind"
    if first:
        return "the input reads something" if node.inputs else ""
    if missing := [source for source in node.inputs if source not in seen]:
        return f"reads {', '.join(missing)}, which does not come before it"
    if len(node.inputs) != 1 and not (node.op.joins and node.inputs):
        return f"reads {len(node.inputs)} tensors"
    try:
        expected = node.op.shape(*graph.input_shapes(node))
    except ShapeError as error:
        return error.message
    if len(expected) != len(node.shape) or not all(a is b or a == b for a, b in zip(expected, node.shape, strict=True)):
        return f"has shape {size(node.shape)}, its rule gives {size(expected)}"
    return ""


def dead(graph: Graph) -> list[Node]:
    """Nodes whose tensors never reach the output, in order."""
    alive = {graph.output}
    for node in reversed(list(graph)):
        if node.name in alive:
            alive.update(node.inputs)
    return [node for node in graph if node.name not in alive]
