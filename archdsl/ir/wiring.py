"""What reads what in a graph, for one network or for a grid whose variants differ in structure.

In such a grid a node stands for some variants only (`Node.present`) and a `Select` where alternatives meet. `Wiring` looks past both: asked
for the inputs or the readers of a node it gives those of the variants that count at that moment, and raises `Disagreement` where they
have different ones. `cases` asks a question about a node for all of its variants, a group for each answer. So whoever reads a graph by its
wiring is written as for one network.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

from archdsl.exact import Disagreement
from archdsl.exact.grid_context import current
from archdsl.ir.graph import Graph, Node
from archdsl.ops.select import Select

T = TypeVar("T")

Mask = Any
"""A boolean array that broadcasts over a grid; None for all variants."""


class Wiring:
    """Inputs and readers of the nodes of a graph, as the variants that count have them."""

    def __init__(self, graph: Graph):
        self.graph = graph
        self.branched = graph.branched
        self._known: dict[str, list[tuple[Node, Mask]]] = {}

    def inputs(self, node: Node) -> list[Node]:
        """The nodes that a node reads, in order."""
        return [self.made(self.graph[name]) for name in node.inputs]

    def readers(self, name: str) -> list[Node]:
        """The nodes that read a tensor; one that reads it twice stands twice."""
        if not self.branched:
            nodes = self.graph.nodes
            return [nodes[reader] for reader in self._plain[name]]
        return [reader for reader, mask in self._readers(name) if decided(mask)]

    def is_end(self, name: str) -> bool:
        """Whether the network returns a tensor."""
        return name in self.graph.ends or (self.branched and any(decided(mask) for mask in self._ends.get(name, ())))

    def is_first(self, node: Node) -> bool:
        """Whether a node is the first that runs."""
        for other in self._starts:
            if other is node:
                return True
            if decided(other.present):
                return False
        return False

    def made(self, node: Node) -> Node:
        """What makes a tensor: of alternatives that meet, the one that is taken."""
        while isinstance(node.op, Select):
            taken = [name for name, mask in zip(node.inputs, node.op.masks, strict=True) if decided(mask)]
            node = self.graph[taken[0]]
        return node

    @cached_property
    def _plain(self) -> dict[str, list[str]]:
        return self.graph.readers()

    def _readers(self, name: str) -> list[tuple[Node, Mask]]:
        """All that may read a tensor, each with the variants in which it does."""
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = []
            passed: set[str] = set()
            for reader in self._plain[name]:
                node = self.graph[reader]
                if not isinstance(node.op, Select):
                    found.append((node, node.present))
                elif reader not in passed:  # it reads a tensor once, for however many answers
                    passed.add(reader)
                    side = any_of([mask for source, mask in zip(node.inputs, node.op.masks, strict=True) if source == name])
                    found += [(last, within(side, mask)) for last, mask in self._readers(reader)]
        return found

    @cached_property
    def _ends(self) -> dict[str, list[Mask]]:
        """Tensors that are returned by some variants, through selects."""
        found: dict[str, list[Mask]] = {}
        waiting = [(self.graph[name], None) for name in self.graph.ends]
        while waiting:
            node, mask = waiting.pop()
            if isinstance(node.op, Select):
                for name, side in zip(node.inputs, node.op.masks, strict=True):
                    both = within(side, mask)
                    found.setdefault(name, []).append(both)
                    waiting.append((self.graph[name], both))
        return found

    @cached_property
    def _starts(self) -> list[Node]:
        """The layers that may be the first to run."""
        found = []
        for node in self.graph:
            if node.inputs and not isinstance(node.op, Select):
                found.append(node)
                if node.present is None:
                    break
        return found


class Reaching:
    """For every node the variants in which its tensor reaches an output."""

    def __init__(self, graph: Graph):
        self._masks: dict[str, Mask | bool] = dict.fromkeys(graph.nodes, False)
        self._masks.update(dict.fromkeys(graph.ends, None))
        for node in reversed(graph.nodes.values()):
            mask = self._masks[node.name]
            if mask is not False:
                mask = self._masks[node.name] = within(mask, node.present)
                sides = node.op.masks if isinstance(node.op, Select) else [None] * len(node.inputs)
                for name, side in zip(node.inputs, sides, strict=True):
                    self._add(name, within(mask, side))

    def of(self, node: Node) -> Mask | bool:
        """A mask, None where it does in all variants, False where it does in none."""
        return self._masks[node.name]

    def _add(self, name: str, mask: Mask) -> None:
        before = self._masks[name]
        self._masks[name] = mask if before is False else None if mask is None or before is None else before | mask


def where(value: Any, mask: Mask | bool) -> Any:
    """A number for the variants of a mask, and 0 for the others."""
    if mask is None or (type(value) is int and value == 0):
        return value
    if isinstance(mask, bool):
        return value if mask else 0
    from archdsl.exact.selection import indicator
    from archdsl.exact.truth import Truth

    return indicator(Truth(mask)) * value


def within(mask: Mask, other: Mask) -> Mask:
    """The variants of both masks."""
    return other if mask is None else mask if other is None else mask & other


def any_of(masks: list[Mask]) -> Mask:
    """The variants of any of some masks."""
    found = masks[0]
    for mask in masks[1:]:
        found = found | mask
    return found


def decided(mask: Mask) -> bool:
    """Whether the variants that count are in a mask.

    Raises:
        Disagreement: some are.
    """
    if mask is None:
        return True
    counted = current().elements(mask)
    if counted.all():
        return True
    if not counted.any():
        return False
    raise Disagreement(frozenset(), mask)


def cases(node: Node, question: Callable[[Node], T]) -> list[tuple[Mask, T]]:
    """The answers to a question about a node, each with the variants for which it holds; those of no other have the node."""
    grid = current()
    found: list[tuple[Mask, T]] = []
    waiting: list[Mask] = [node.present]
    while waiting:
        mask = waiting.pop()
        if mask is None:
            try:
                return [(None, question(node))]
            except Disagreement as error:
                waiting += _answers(error, mask)
            continue
        if not grid.elements(mask).any():
            continue
        try:
            with grid.branch(mask):
                answer = question(node)
        except Disagreement as error:
            waiting += _answers(error, mask)
            continue
        same = next((index for index, (_, other) in enumerate(found) if other == answer), None)
        if same is None:
            found.append((mask, answer))
        else:
            found[same] = (found[same][0] | mask, answer)
    return found


def _answers(error: Disagreement, mask: Mask) -> list[Mask]:
    """The variants of a mask by the answer that a decision gives for them."""
    import numpy as np

    return [within(error.mask == answer, mask) for answer in np.unique(error.mask)]
