"""What a network is called with and what it gives, as tensors: random batches of its inputs, and its outputs in order."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from archdsl.ir.graph import Graph, Node
from archdsl.ir.indices import indices_below


def batch_of(graph: Graph, count: int, generator: torch.Generator | None = None) -> tuple[Tensor, ...]:
    """A random batch of every input (count, *its shape), in order: what the network is called with. Indices are within all
    vocabularies that they are looked up in."""
    return tuple([_batch(graph, node, count, generator) for node in graph.inputs])


def _batch(graph: Graph, node: Node, count: int, generator: torch.Generator | None) -> Tensor:
    size = (count, *node.shape)
    if below := indices_below(graph, node):
        return torch.randint(below, size, generator=generator)
    return torch.randn(size, generator=generator)


def in_order(returned: Tensor | tuple[Tensor, ...] | list[Tensor] | Mapping[str, Tensor]) -> tuple[Tensor, ...]:
    """The tensors of what a network returned, in the order of its outputs."""
    if isinstance(returned, Tensor):
        return (returned,)
    return tuple(returned.values() if isinstance(returned, Mapping) else returned)
