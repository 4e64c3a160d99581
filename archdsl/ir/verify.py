"""The verifier: what must hold of every graph, checked after every stage that makes or changes one."""

from __future__ import annotations

from archdsl.errors import ArchdslError
from archdsl.ir.graph import Graph, Node
from archdsl.ops import ShapeError
from archdsl.ops.operator import Shape
from archdsl.ops.passing import Input
from archdsl.ops.shapes import size

RETURNS = ("tensor", "tuple", "dict")
"""What a network may return its outputs as."""


class BrokenGraph(ArchdslError):
    """A graph that breaks a rule that all graphs keep: a mistake of archdsl or of who made the graph, not of a spec."""


def verify(graph: Graph, stage: str) -> Graph:
    """The graph itself, if it is sound: inputs first, what is read before its readers, the right number of them, shapes as
    inferred, shared weights of one shape.

    Args:
        stage: what made the graph, for the message.

    Raises:
        BrokenGraph: names the stage, the node and the rule.
    """
    if not graph.nodes:
        raise BrokenGraph(f"after {stage}: the graph is empty")
    for output in graph.outputs.values() or [""]:
        if output not in graph.nodes:
            raise BrokenGraph(f"after {stage}: the output '{output}' is no node")
    if graph.returns not in RETURNS or (graph.returns == "tensor" and len(graph.outputs) != 1):
        raise BrokenGraph(f"after {stage}: {len(graph.outputs)} outputs are returned as '{graph.returns}'")
    seen: set[str] = set()
    begun = False
    for name, node in graph.nodes.items():
        begun = begun or (bool(seen) and not isinstance(node.op, Input))
        problem = _problem(graph, node, name, not begun, seen)
        if problem:
            raise BrokenGraph(f"after {stage}: {name} ({node.op!r}): {problem}")
        seen.add(name)
    return graph


def _problem(graph: Graph, node: Node, name: str, first: bool, seen: set[str]) -> str:
    if node.name != name:
        return f"is named '{node.name}'"
    if isinstance(node.op, Input) != first:
        return "the inputs must be the first nodes"
    if first:
        return "the input reads something" if node.inputs else ""
    if missing := [source for source in node.inputs if source not in seen]:
        return f"reads {', '.join(missing)}, which does not come before it"
    if len(node.inputs) != 1 and not (node.op.joins and node.inputs):
        return f"reads {len(node.inputs)} tensors"
    if node.shared and (problem := _sharing(graph, node, seen)):
        return problem
    try:
        expected = node.op.shape(*graph.input_shapes(node))
    except ShapeError as error:
        return error.message
    if not _same(expected, node.shape):
        return f"has shape {size(node.shape)}, its rule gives {size(expected)}"
    return ""


def _sharing(graph: Graph, node: Node, seen: set[str]) -> str:
    """What is wrong with the weights that a node uses of another."""
    if node.shared not in seen:
        return f"shares the weights of '{node.shared}', which does not come before it"
    owner = graph[node.shared]
    if owner.shared:
        return f"shares the weights of '{owner.name}', which are those of '{owner.shared}'"
    ours, theirs = weights_of(graph, node), weights_of(graph, owner)
    if not ours or ours.keys() != theirs.keys() or any(not _same(shape, theirs[name]) for name, shape in ours.items()):
        return f"shares the weights of '{owner.name}' ({owner.op!r}), which are others"
    return ""


def weights_of(graph: Graph, node: Node) -> dict[str, Shape]:
    """Shapes of what nodes have in common that share weights, by name: what is learned, running statistics and other buffers."""
    if not node.inputs:
        return {}
    shapes = graph.input_shapes(node)
    return {**node.op.weights(*shapes), **node.op.buffers(*shapes)}


def _same(one: Shape, other: Shape) -> bool:
    return len(one) == len(other) and all(a is b or a == b for a, b in zip(one, other, strict=True))


def dead(graph: Graph) -> list[Node]:
    """Nodes whose tensors never reach an output, in order."""
    alive = graph.alive()
    return [node for node in graph if node.name not in alive]
