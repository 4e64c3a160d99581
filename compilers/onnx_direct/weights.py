"""Weights of a graph's nodes as NumPy arrays: those that are given, and seeded random ones for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archdsl.compilers.passes.fold_norms import rows_times
from archdsl.errors import InputError
from archdsl.ir.graph import Graph, Node
from archdsl.ops.norm import FoldableNorm
from archdsl.ops.shapes import size

Tensor = NDArray[Any]
Tensors = dict[str, Tensor]


@dataclass(eq=False)
class Weights:
    """The tensors of every node: those of `given` by `<node>.<tensor>`, others drawn when they are asked for."""

    graph: Graph
    given: Mapping[str, Any]
    seed: int = 0

    def __post_init__(self) -> None:
        self.generator = np.random.default_rng(self.seed)
        self.owners = {node.shared for node in self.graph if node.shared}
        self.drawn: dict[str, Tensor] = {}

    def of(self, node: Node) -> Tensors:
        """Learned tensors and buffers of a node, float32 (choices: int64). Raises InputError where a given shape differs."""
        shapes = self.graph.input_shapes(node)
        wanted = {**node.op.weights(*shapes), **node.op.buffers(*shapes)}
        return {name: self._tensor(node, name, shape) for name, shape in wanted.items()}

    def folded(self, node: Node, norms: list[Node]) -> Tensors:
        """Weight and bias of a convolution or linear layer with the norms after it folded in, worked out in float64."""
        tensors = self._double(node)
        weight, bias = tensors["weight"], tensors.get("bias", np.zeros(len(tensors["weight"])))
        for norm in norms:
            assert isinstance(norm.op, FoldableNorm)
            factor, summand = norm.op.affine_form(self._double(norm))
            weight, bias = rows_times(weight, factor), bias * factor + summand
        return {"weight": weight.astype(np.float32), "bias": bias.astype(np.float32)}

    def _double(self, node: Node) -> Tensors:
        return {name: tensor.astype(np.float64) for name, tensor in self.of(node).items()}

    def _tensor(self, node: Node, name: str, shape: tuple[int, ...]) -> Tensor:
        kind = np.int64 if name in node.op.integers else np.float32
        found = self.given.get(f"{node.owner}.{name}")
        if found is None and node.shared and (key := f"{node.shared}.{name}") in self.drawn:
            return self.drawn[key]
        if found is None:
            drawn = self._drawn(node, name, shape).astype(kind, copy=False)
            return self.drawn.setdefault(f"{node.owner}.{name}", drawn) if node.name in self.owners else drawn
        array = np.asarray(found, dtype=kind)
        if array.shape != tuple(shape):
            raise InputError(f"'{node.name}.{name}' has the shape {size(array.shape)}, the network's is {size(shape)}")
        return array

    def _drawn(self, node: Node, name: str, shape: tuple[int, ...]) -> Tensor:
        if name in ("bias", "running_mean"):
            return np.zeros(shape, np.float32)
        if name == "running_var" or (name == "weight" and len(shape) == 1):
            return np.ones(shape, np.float32)
        if name in node.op.integers:
            return self._chosen(node, shape)
        inputs = int(np.prod(shape[1:])) or 1
        drawn: Tensor = self.generator.standard_normal(shape, dtype=np.float32)
        scaled: Tensor = drawn * np.float32(np.sqrt(2 / inputs))
        return scaled

    def _chosen(self, node: Node, shape: tuple[int, ...]) -> Tensor:
        """For each output and group one of the group's maps."""
        maps = self.graph.input_shapes(node)[0][0] // shape[-1]
        found: Tensor = np.arange(np.prod(shape)).reshape(shape) % maps
        return found
