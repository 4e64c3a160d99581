"""Which channels of a network are one and the same: those that a shortcut adds, that a gate weighs, that a depthwise convolution passes on.

Every channel that a layer makes is an atom. What adds two tensors makes their atoms one; what keeps channels apart hands them on.
"""

from __future__ import annotations

from archdsl.errors import InputError
from archdsl.ir.graph import Graph, Node
from archdsl.ops.shapes import Map

MAKERS = ("conv", "std_conv", "linear", "input")


class Channels:
    """The channels of every node, as atoms; `same(atom)` is the one that stands for all that are one with it."""

    def __init__(self, graph: Graph):
        self.parent: list[int] = []
        self.of: dict[str, list[int]] = {}
        for node in graph:
            self.of[node.name] = self._made(node, graph)

    def same(self, atom: int) -> int:
        while self.parent[atom] != atom:
            self.parent[atom] = self.parent[self.parent[atom]]
            atom = self.parent[atom]
        return atom

    def _fresh(self, count: int) -> list[int]:
        start = len(self.parent)
        self.parent += range(start, start + count)
        return list(range(start, start + count))

    def _made(self, node: Node, graph: Graph) -> list[int]:
        given = [self.of[name] for name in node.inputs]
        count = node.shape[0] if isinstance(node.shape, Map) else node.shape[-1]
        word = node.op.word
        if word in MAKERS:
            return given[0] if is_depthwise(node, graph) else self._fresh(count)
        if word in ("add", "mul"):
            return self._joined(node, given)
        if word == "concat":
            return [atom for each in given for atom in each]
        if word == "slice":
            start = getattr(node.op, "start", 0) or 0
            return given[0][start : start + count]
        if word == "shuffle":
            return shuffled(given[0], node)
        if word == "flatten":
            repeats = count // len(given[0])
            return [atom for atom in given[0] for _ in range(repeats)]
        if len(given) == 1 and len(given[0]) == count and _keeps_apart(node, graph):
            return given[0]
        raise InputError(f"{node.name}: '{word}' mixes channels so that they cannot be followed; prune without weights")

    def _joined(self, node: Node, given: list[list[int]]) -> list[int]:
        first, *others = given
        for other in others:
            if len(other) != len(first):
                raise InputError(f"{node.name}: '{node.op.word}' of tensors with other channels cannot be followed")
            for one, two in zip(first, other, strict=True):
                self.parent[self.same(two)] = self.same(one)
        return first


def shuffled(channels: list[int], node: Node) -> list[int]:
    """Channels dealt out: the first of each group, then the second of each."""
    groups = int(getattr(node.op, "groups", 1))
    each = len(channels) // groups
    return [channels[group * each + at] for at in range(each) for group in range(groups)]


def _keeps_apart(node: Node, graph: Graph) -> bool:
    """Whether an operator hands channels on one by one: it has no matrix that mixes them, and moves none of them."""
    shapes = graph.input_shapes(node)
    mixes = any(len(shape) > 1 for shape in node.op.weights(*shapes).values()) or node.op.word == "rearrange"
    return not mixes and node.shape.__class__ is shapes[0].__class__


def is_depthwise(node: Node, graph: Graph) -> bool:
    """Whether a convolution works on every channel by itself."""
    groups = getattr(node.op, "groups", 1)
    if groups == 1 or not node.inputs:
        return False
    arriving = graph.input_shapes(node)[0][0]
    if groups != arriving or node.shape[0] != arriving:
        raise InputError(f"{node.name}: its {groups} groups of channels cannot be followed one by one")
    return True
