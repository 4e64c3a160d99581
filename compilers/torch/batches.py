"""What a network is called with and what it gives, as tensors: random batches of its inputs, and its outputs in order."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from archdsl.ir.graph import Graph


def batch_of(graph: Graph, count: int, generator: torch.Generator | None = None) -> tuple[Tensor, ...]:
    """A random batch of every input (count, *its shape), in order: what the network is called with."""
    return tuple([torch.randn((count, *node.shape), generator=generator) for node in graph.inputs])


def in_order(returned: Tensor | tuple[Tensor, ...] | list[Tensor] | Mapping[str, Tensor]) -> tuple[Tensor, ...]:
    """The tensors of what a network returned, in the order of its outputs."""
    if isinstance(returned, Tensor):
        return (returned,)
    return tuple(returned.values() if isinstance(returned, Mapping) else returned)
