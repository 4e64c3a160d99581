"""What a program of torch.export is called with and what it returns: kinds of its inputs, names of its outputs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from torch import fx

from archdsl.importer.idiom import word_of
from archdsl.ir.graph import OUTPUT
from archdsl.ops.shapes import Ids, Map, Sequence, Typed, Vector

OVER_PLACES = frozenset(["conv1d", "conv_transpose1d", "max_pool1d", "avg_pool1d", "adaptive_avg_pool1d", "adaptive_max_pool1d"])
"""What takes an input of two axes, apart from the batch, for channels and places along one axis and not for tokens."""


def kind_of_input(node: fx.Node) -> Typed:
    """The kind of an input, from its number of axes, whether it holds whole numbers, and what reads it."""
    example = node.meta["val"]
    shape = tuple(map(int, example.shape[1:]))
    if not example.is_floating_point():
        return Ids(shape)
    if len(shape) == 2 and any(word_of(reader) in OVER_PLACES for reader in node.users if reader.op == "call_function"):
        return Map(shape)
    return {1: Vector, 2: Sequence}.get(len(shape), Map)(shape)


def outputs_of(returned: Any, count: int, kept: Collection[int]) -> tuple[str, list[str]]:
    """What a network returns for a model, and a name for each thing that the model gives: those of its dictionary, if it gives one.

    Args:
        returned: how torch.export says what the model returns.
        count: of things that it gives.
        kept: places of those that the network gives; alone, it is no tuple.
    """
    of_dict = returned is not None and isinstance(returned.type, type) and issubclass(returned.type, dict)
    named = returned.context if of_dict and returned.num_leaves == count else None
    if isinstance(named, list) and len(named) == count and all(isinstance(name, str) and name.isidentifier() for name in named):
        names = named
    else:
        named, names = None, [f"output_{number}" for number in range(1, count + 1)]
    if len(kept) == 1:
        return "tensor", [OUTPUT if place in kept else name for place, name in enumerate(names)]
    return "dict" if named else "tuple", names
