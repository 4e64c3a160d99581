"""Weights that come with a network: those of the model that it was imported from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archdsl.compilers.passes.weights import Array
from archdsl.ir.graph import Graph

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, eq=False)
class Held:
    """The weights of a model under the names of its spec.

    Attributes:
        origin: what they are of, for the reader.
        arrays: by `<node>.<tensor>`.
    """

    origin: str
    arrays: Mapping[str, Array]

    def unfit(self, graph: Graph) -> str:
        """Why they are not those of a network, for which knobs may have other values than when it was imported; empty where they fit."""
        for node in graph:
            if not node.inputs or node.shared or node.op.opaque:
                continue
            shapes = graph.input_shapes(node)
            for tensor, shape in {**node.op.weights(*shapes), **node.op.buffers(*shapes)}.items():
                array = self.arrays.get(f"{node.name}.{tensor}")
                if array is None or tuple(array.shape) != tuple(shape):
                    here = "×".join(map(str, shape)) or "a number"
                    there = "not there" if array is None else "×".join(map(str, array.shape)) or "a number"
                    return f"those of {self.origin} do not fit: {node.name}.{tensor} is {here}, there {there}"
        return ""

    def fill(self, module: nn.Module, graph: Graph) -> None:
        """Give them to the compiled module of a graph that they fit."""
        from archdsl.compilers.optimized import fill

        fill(module, graph, self.arrays)
