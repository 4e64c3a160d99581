"""Graphs built by hand, for tests that need no spec."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archdsl.exact import exact
from archdsl.ir.graph import OUTPUT, Frame, Graph, Node
from archdsl.ops import OPERATORS, Shape
from archdsl.ops.passing import Input


class Builder:
    """A graph that grows call by call: `build("stem.conv", "conv", out=8)` adds a node behind the last one and gives its name.

    `build.again("head.conv", "stem.conv")` adds one with the operator and the weights of another.
    """

    def __init__(self, shape: Shape, name: str = "Net", init: dict[str, Any] | None = None):
        self.graph = Graph(name, {"input": Node("input", Input(shape), (), shape)}, {OUTPUT: "input"}, init or {})

    def __call__(self, name: str, word: str, *inputs: str, scope: tuple[Frame, ...] = (), **arguments: Any) -> str:
        graph = self.graph
        inputs = inputs or (graph.output,)
        op = OPERATORS[word].read({key: _exact(value) for key, value in arguments.items()})
        graph.nodes[name] = Node(name, op, inputs, op.shape(*(graph[i].shape for i in inputs)), scope)
        graph.output = name
        return name

    def again(self, name: str, other: str, *inputs: str, **changed: Any) -> str:
        """A node that shares the weights of another, with the same operator or one with some arguments `changed`."""
        first = self.graph[other]
        self(name, first.op.word, *inputs, **{**dict(zip(first.op.fields, first.op.values(), strict=True)), **changed})
        self.graph[name].shared = first.owner
        return name

    @property
    def shape(self) -> Shape:
        """Output shape of the last node."""
        return self.graph[self.graph.output].shape


def block(path: str, name: str, kind: str = "block") -> Frame:
    """One level of a scope."""
    return Frame(path, kind, name, None)


def chain(shape: Shape, *words: str | tuple[str, dict[str, Any]]) -> Graph:
    """Operators one after the other, each named after its word and position."""
    build = Builder(shape)
    for position, item in enumerate(words):
        word, arguments = (item, {}) if isinstance(item, str) else item
        build(f"{word}_{position}", word, **arguments)
    return build.graph


def _exact(value: Any) -> Any:
    return [exact(v) for v in value] if isinstance(value, (list, tuple)) else exact(value)


MOST_ORDERS = 800


def orders(graph: Graph) -> Iterator[list[str]]:
    """Every topological order, up to a number."""
    names, found = list(graph.nodes), 0

    def grow(order: list[str]) -> Iterator[list[str]]:
        nonlocal found
        if len(order) == len(names):
            found += 1
            yield list(order)
        for name in names:
            if found < MOST_ORDERS and name not in order and all(source in order for source in graph[name].inputs):
                yield from grow([*order, name])

    yield from grow([])
