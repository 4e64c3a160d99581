"""Python source: a network as one file of PyTorch, for people who go on from there by hand."""

from __future__ import annotations

from collections.abc import Mapping

from archdsl.compilers.source.classes import classes
from archdsl.compilers.source.write import file_text
from archdsl.ir.graph import Graph
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
    whole = f"{graph.name}: (N, {_sizes(graph.input.shape)}) to (N, {_sizes(graph[graph.output].shape)})."
    return file_text(heading or graph.name, whole, classes(graph), docs or {})


def _sizes(shape: Shape) -> str:
    return ", ".join(map(str, shape))
