"""Python source: a network as one file of PyTorch, for people who go on from there by hand."""

from __future__ import annotations

from collections.abc import Mapping

from archdsl.compilers.source.classes import classes
from archdsl.compilers.source.write import file_text
from archdsl.ir.graph import OUTPUT, Graph
from archdsl.ops.operator import Shape

__all__ = ["python_source"]


def python_source(graph: Graph, heading: str = "", docs: Mapping[str, str] | None = None) -> str:
    """A file that defines the network with torch alone. Its state dict has the keys of the compiled module.

    Args:
        heading: docstring of the file.
        docs: what each block is, by its name in the spec.

    Raises:
        BackendError: an operator has no form in Python source.
    """
    given = " and ".join([_named(node.name, node.shape, "input") for node in graph.inputs])
    made = " and ".join([_named(name, graph[node].shape, OUTPUT) for name, node in graph.outputs.items()])
    whole = f"{graph.name}: {given} to {made}."
    return file_text(heading or graph.name, whole, classes(graph), docs or {})


def _named(name: str, shape: Shape, usual: str) -> str:
    """The shape of an input or output, after its name where it has one of its own."""
    return f"(N, {_sizes(shape)})" if name == usual else f"{name} (N, {_sizes(shape)})"


def _sizes(shape: Shape) -> str:
    return ", ".join(map(str, shape))
