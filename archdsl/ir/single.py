"""Whether a graph is that of one network, for readers that can take no other."""

from __future__ import annotations

from typing import Any

from archdsl.errors import BackendError, InputError
from archdsl.exact import is_array
from archdsl.ir.graph import Graph


def need_numbers(graph: Graph, takes: str) -> None:
    """One network has ints for dimensions; a grid of networks has arrays, a generic block symbols.

    Args:
        takes: who reads the graph, and a verb: `torch compiles`.

    Raises:
        InputError: the graph is a grid of networks; says which knobs hold several values.
        BackendError: a dimension is a symbol.
    """
    knobs: set[str] = set()
    unclear: list[str] = []
    for node in graph:
        for value in _flat([node.shape, *vars(node.op).values()]):
            if is_array(value):
                knobs |= value.knobs
        if any(type(d) is not int for d in node.shape):
            unclear.append(node.name)
    if knobs:
        listed = " and ".join(f"knob '{knob}'" for knob in sorted(knobs))
        hold = "holds several values; choose one" if len(knobs) == 1 else "hold several values; choose one for each"
        raise InputError(f"{takes} one network, but {listed} {hold}")
    if unclear:
        raise BackendError(f"{takes} networks of known size, but the shape of '{unclear[0]}' is {graph[unclear[0]].shape}")


def _flat(value: Any) -> list[Any]:
    return [part for item in value for part in _flat(item)] if isinstance(value, (list, tuple)) else [value]
