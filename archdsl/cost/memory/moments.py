"""Activations in memory at every moment of a forward pass, for a grid whose variants may differ in structure.

As `archdsl.cost.memory.storage` and `peak` have it for one network, asking the same `placing` where results lie: a tensor is there from the
call that makes it until the last call that reads it or shares its memory. Here each of these holds for some variants, and what is there at
a moment is a sum of few arrays, each along the axes on which one tensor depends. The peak is the largest of these sums, and is never worked
out for all variants at once.
"""

from __future__ import annotations

from typing import NamedTuple

from archdsl.cost.counting.bill import having
from archdsl.cost.dtypes import USUAL
from archdsl.cost.memory.storage import placing
from archdsl.exact import minimum, product
from archdsl.ir.graph import Graph, Node
from archdsl.ir.wiring import Mask, any_of, cases, where, within
from archdsl.ops.operator import Dim
from archdsl.ops.select import Select


class Held(NamedTuple):
    """Memory of one tensor, and the calls that need it.

    Attributes:
        made: number of the call that makes it; -1 for what the network is called with.
        present: the variants that have it.
        uses: calls that read it or share its memory, in order, each with the variants in which they do.
    """

    bytes: Dim
    made: int
    present: Mask
    uses: list[tuple[int, Mask]]


class _Answer(NamedTuple):
    """Where the result of a node lies, for some variants.

    Attributes:
        shared: whether it is the memory of an input.
        reads: the storages of its inputs.
        over: the number of the input that it is written over.
    """

    shared: bool
    reads: tuple[str, ...]
    over: int | None


class Moments:
    """The calls of a forward pass for batch 1, and what is in memory during each."""

    def __init__(self, graph: Graph, dtype: str = USUAL):
        self.graph = graph
        self.placing = placing(graph, dtype)
        self.wiring = self.placing.wiring
        self.held: dict[str, Held] = {}
        self.beside: dict[int, list[tuple[Dim, Mask]]] = {}  # bytes beside those of the tensors while a call runs
        self.calls = 0
        for node in graph:
            if not isinstance(node.op, Select):
                self._run(node)
        for name in graph.outputs.values():
            for mask, storage in cases(graph[name], self._lies):
                self.held[storage].uses.append((self.calls, mask))

    def sums(self) -> list[Dim]:
        """Bytes that are there while each call runs that makes something, and before the first: the largest is the peak."""
        freed: dict[int, list[tuple[str, Mask]]] = {}
        made: dict[int, list[str]] = {}
        for name, held in self.held.items():
            made.setdefault(held.made, []).append(name)
            for number, mask in _last(held, self.calls):
                freed.setdefault(number, []).append((name, mask))
        there: dict[str, Mask] = {}
        found = []
        for number in range(-1, self.calls):
            for name in made.get(number, ()):
                there[name] = self.held[name].present
            if number in made:
                terms = [where(self.held[name].bytes, kept) for name, kept in there.items()]
                terms += [where(size, mask) for size, mask in self.beside.get(number, ())]
                found.append(sum(terms[1:], terms[0]))
            for name, mask in freed.get(number, ()):
                left = None if mask is None else _without(there[name], mask)
                if left is None:
                    del there[name]
                else:
                    there[name] = left
        return found

    def _lies(self, node: Node) -> str:
        """The storage that a tensor lies in. Raises Disagreement where variants differ in it."""
        if isinstance(node.op, Select):
            node = self.wiring.made(node)
        while node.inputs and (shared := self.placing.shares(node)) is not None:
            node = self.wiring.inputs(node)[shared]
        return node.name

    def _question(self, node: Node) -> _Answer:
        shared = self.placing.shares(node) is not None
        reads = tuple([self._lies(source) for source in self.wiring.inputs(node)])
        return _Answer(shared, reads, None if shared else self.placing.over(node))

    def _run(self, node: Node) -> None:
        """The calls of one node."""
        size = self.placing.bytes(node.shape)
        if not node.inputs:
            self.held[node.name] = Held(size, -1, None, [])
            self.held[node.name].uses.append((1 << 62 if self.placing.keeps_inputs else -1, None))
            return
        answers = cases(node, self._question)
        making = [(mask, answer) for mask, answer in answers if not answer.shared]
        shapes = self.graph.input_shapes(node)
        with having(node):
            parts = self.placing.parts(node, shapes) if making else []
        first = self.calls
        for mask, answer in answers:
            number, reads = first, answer.reads
            for index in range(0 if answer.shared else len(parts)):
                self._use(reads[:2] if index == 0 else reads[:1], number, mask)
                reads = reads[2:] if index == 0 else reads[1:]
                number += 1
            self._use(reads, number, mask)
        if not making:
            self.calls = first + 1
            return
        present = None if any(mask is None for mask, _ in making) else any_of([mask for mask, _ in making])
        for index, (part, shape) in enumerate(parts):
            uses = [(first + index, present), (first + index + 1, present)]
            self.held[f"{node.name} ({part})"] = Held(product(shape) * self.placing.itemsize, first + index, present, uses)
        last = first + len(parts)
        self.held[node.name] = Held(size, last, present, [(last, present)])
        with having(node):
            self.beside[last] = [(self._beside(node, answer), mask) for mask, answer in making]
        self.calls = last + 1

    def _beside(self, node: Node, answer: _Answer) -> Dim:
        """What a call needs for a moment, less what its output and a tensor that it is written over have in common."""
        scratch = self.placing.scratch(node, self.graph.input_shapes(node), answer.over)
        if answer.over is None:
            return scratch
        return scratch - minimum(self.held[answer.reads[answer.over]].bytes, self.held[node.name].bytes)

    def _use(self, storages: tuple[str, ...], number: int, mask: Mask) -> None:
        for name in storages:
            self.held[name].uses.append((number, mask))


def _last(held: Held, calls: int) -> list[tuple[int, Mask]]:
    """The calls after which a tensor is needed no more, each with its variants; those of inputs and outputs never come."""
    found: list[tuple[int, Mask]] = []
    left = held.present
    for number, mask in sorted(held.uses, key=lambda use: -use[0]):
        here = within(mask, left)
        if here is None or here.any():
            found.append((number, here))
        if mask is None:
            return found
        left = ~mask if left is None else left & ~mask
        if not left.any():
            return found
    return found


def _without(mask: Mask, gone: Mask) -> Mask:
    """The variants of a mask that are not in another; None where none is left."""
    left = ~gone if mask is None else mask & ~gone
    return left if left.any() else None
