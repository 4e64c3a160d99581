"""Telling names for tensors that steps ask for by name."""

from __future__ import annotations

from collections.abc import Sequence

from archdsl.importer.write.values import PLAIN
from archdsl.ir.graph import Graph
from archdsl.ops.attention import MatMul, Softmax

TAKEN = frozenset(["in", "true", "false", "null", "rest", "even", "y", "n", "yes", "no", "on", "off"])


def name_labels(graph: Graph, made: Sequence[tuple[str, str]]) -> dict[str, str]:
    """A label for each tensor, by the name of its node.

    Args:
        made: tensors, each with the word of the step that gives it.
    """
    roles = _attention(graph)
    if graph.returns == "dict":
        roles.update((tensor, name) for name, tensor in graph.outputs.items() if PLAIN.match(name))
    used = set(TAKEN) | {node.name for node in graph.inputs}
    found: dict[str, str] = {}
    for tensor, step in made:
        word = base = roles.get(tensor) or _own(tensor, step.strip("*"), graph[tensor].op.word)
        number = 1
        while word in used:
            number += 1
            word = f"{base}_{number}" if base[-1].isdigit() else f"{base}{number}"
        used.add(word)
        found[tensor] = word
    return found


def _own(tensor: str, word: str, op: str) -> str:
    """The last part of a module's path that tells anything, or what the step is called."""
    if word in ("fork", "split"):
        word = op
    parts = [part for part in tensor.split(".") if PLAIN.match(part)]
    if word not in (op, "activation"):  # a block, of which the tensor comes out
        parts = parts[:-1]
    return parts[-1] if parts else word


def _attention(graph: Graph) -> dict[str, str]:
    """Queries, keys, weights and values, by what is multiplied."""
    found: dict[str, str] = {}
    for node in graph:
        if not isinstance(node.op, MatMul) or len(node.inputs) != 2:
            continue
        one, other = node.inputs
        if node.op.transpose:
            found.setdefault(one, "q")
            found.setdefault(other, "k")
        elif isinstance(graph[one].op, Softmax):
            found.setdefault(one, "weights")
            found.setdefault(other, "v")
    return found
