"""Weights while a graph is rewritten: arrays that are worked out when somebody asks for them.

A rewrite of a graph says of each new weight how it follows from the old ones. Who only wants the graph (a count, a drawing, a
measurement with random weights) never pays for that, and needs no weights to begin with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from archdsl.errors import BackendError
from archdsl.ir.graph import Graph
from archdsl.ops.operator import Operator, Shape

Array = npt.NDArray[Any]
Lazy = Callable[[], Array]
"""Gives one weight, the same array each time. What no pass touches stays the array that was given."""


def lazy(make: Callable[[], Array]) -> Lazy:
    """A weight that is made once, when it is first needed."""
    return cache(make)


def zeros(size: int) -> Lazy:
    return lazy(lambda: np.zeros(size))


def stacked(parts: Iterable[Lazy]) -> Lazy:
    """Weights of layers side by side, along their output channels."""
    kept = list(parts)
    return lazy(lambda: np.concatenate([part() for part in kept]))


def regrouped(weight: Array, groups: int, fewer: int) -> Array:
    """The weight (out, in / groups, ...) of a convolution for fewer groups, a divisor of theirs: zeros between those that were apart."""
    if groups == fewer:
        return weight
    out, width = weight.shape[:2]
    inside = groups // fewer  # that come together in one
    whole = np.zeros((fewer, inside, out // groups, inside, width, *weight.shape[2:]))
    apart = weight.reshape(fewer, inside, out // groups, width, *weight.shape[2:])
    for index in range(inside):
        whole[:, index, :, index] = apart[:, index]
    return whole.reshape(out, inside * width, *weight.shape[2:])


def load(graph: Graph, given: Mapping[str, Array] | None) -> dict[str, Lazy]:
    """The weights and statistics of every node by name, `<node>.weight`; without any given, those that fail when they are read.

    Raises:
        BackendError: one is missing.
    """
    names = [f"{node.name}.{key}" for node in graph if not node.shared for key in tensors(graph, node.name)]
    if given is None:
        return _shared(graph, {name: _absent(name) for name in names})
    if missing := [name for name in names if name not in given]:
        raise BackendError(f"the weights {', '.join(missing[:3])} are missing")
    return _shared(graph, {name: _given(given[name]) for name in names})


def _shared(graph: Graph, found: dict[str, Lazy]) -> dict[str, Lazy]:
    """The same with the weights of nodes that use those of others, under their names too."""
    for node in graph:
        if node.shared:
            found |= {f"{node.name}.{key}": found[f"{node.shared}.{key}"] for key in tensors(graph, node.name)}
    return found


def tensors(graph: Graph, name: str) -> tuple[str, ...]:
    """Names of the weights and statistics of a node."""
    node = graph[name]
    return names(node.op, graph.input_shapes(node))


def names(op: Operator, shapes: tuple[Shape, ...]) -> tuple[str, ...]:
    """Names of the weights and statistics of an operator."""
    return (*op.weights(*shapes), *op.buffers(*shapes)) if shapes else ()


def double(weight: Lazy) -> Lazy:
    """The same in float64, so that folding many layers loses nothing."""
    return lazy(lambda: np.asarray(weight(), np.float64))


def _given(array: Array) -> Lazy:
    return lambda: array


def _absent(name: str) -> Lazy:
    def fail() -> Array:
        raise BackendError(f"the graph was rewritten without weights, and {name} was asked for")

    return fail
