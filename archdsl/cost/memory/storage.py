"""What a forward pass does with memory, one step for each call: which tensor each reads, makes and writes over.

Where a result lies is said by `archdsl.cost.memory.placing`, for the compiled module in the floating-point types and for one arena in int8.
What kernels use inside (im2col, reordered weights) is not counted: it is no tensor of the network. Nor are the copies that PyTorch makes
where a layer cannot read the layout of what arrives, such as linear directly after batch normalisation over tokens.
"""

from __future__ import annotations

from typing import NamedTuple

from archdsl.cost.dtypes import USUAL, item_bytes, whole_numbers
from archdsl.cost.memory.arena import Arena
from archdsl.cost.memory.placing import AsModule, Placing
from archdsl.exact import minimum, product
from archdsl.ir.graph import Graph
from archdsl.ops.operator import Dim


class Storage(NamedTuple):
    """Memory of one tensor, which views and activations in place may share.

    Attributes:
        name: of the node that made it; for a part of a longer sum or product, `<node> (first n)`.
        bytes: an int, or a grid.
    """

    name: str
    bytes: Dim


class Step(NamedTuple):
    """One call of the forward pass.

    Attributes:
        node: its name.
        reads: numbers of the storages that it reads.
        makes: number of the storage that it makes; None where it hands on memory.
        holds: number of the storage that its result lies in.
        scratch: bytes that it needs beside that until it returns.
        over: number of the storage that it writes its result over, which is needed no more; None where there is none.
        saved: bytes that both have in common while it runs.
    """

    node: str
    reads: tuple[int, ...]
    makes: int | None
    holds: int
    scratch: Dim
    over: int | None = None
    saved: Dim = 0


class Plan(NamedTuple):
    """What a forward pass does with memory.

    Attributes:
        inputs: how many storages, from the first, are what the network is called with.
        results: numbers of the storages of the outputs.
        keeps_inputs: whether the caller holds the inputs from beginning to end.
    """

    storages: list[Storage]
    steps: list[Step]
    inputs: int
    results: frozenset[int]
    keeps_inputs: bool = True

    @property
    def given(self) -> Dim:
        """Bytes of what the network is called with."""
        return sum([storage.bytes for storage in self.storages[1 : self.inputs]], self.storages[0].bytes)

    @property
    def held(self) -> frozenset[int]:
        """Storages that are there until the end: of outputs, and of inputs that the caller holds."""
        return self.results | frozenset(range(self.inputs)) if self.keeps_inputs else self.results


def placing(graph: Graph, dtype: str = USUAL) -> Placing:
    """Where results lie in a network of this dtype. Raises InputError for a dtype that is not known."""
    size = item_bytes(dtype)
    return Arena(graph, size) if whole_numbers(dtype) else AsModule(graph, size)


def plan(graph: Graph, dtype: str = USUAL, where: Placing | None = None) -> Plan:
    """The forward pass in the order of the graph, for batch 1.

    Args:
        where: where results lie, if not as is usual for the dtype.

    Raises:
        InputError: a dtype that is not known.
    """
    where = where or placing(graph, dtype)
    storages: list[Storage] = []
    steps: list[Step] = []
    holds: dict[str, int] = {}
    for node in graph:
        reads = tuple([holds[name] for name in node.inputs])
        if not reads:
            storages.append(Storage(node.name, where.bytes(node.shape)))
            holds[node.name] = len(storages) - 1
            continue
        shapes, shared = graph.input_shapes(node), where.shares(node)
        if shared is not None:
            steps.append(Step(node.name, reads, None, reads[shared], 0))
            holds[node.name] = reads[shared]
            continue
        over = where.over(node)
        scratch, written = where.scratch(node, shapes, over), None if over is None else reads[over]
        for part, shape in where.parts(node, shapes):
            storages.append(Storage(f"{node.name} ({part})", product(shape) * where.itemsize))
            steps.append(Step(node.name, reads[:2], len(storages) - 1, len(storages) - 1, 0))
            reads = (len(storages) - 1, *reads[2:])
        made = Storage(node.name, where.bytes(node.shape))
        saved = 0 if written is None else minimum(storages[written].bytes, made.bytes)
        storages.append(made)
        steps.append(Step(node.name, reads, len(storages) - 1, len(storages) - 1, scratch, written, saved))
        holds[node.name] = len(storages) - 1
    results = frozenset([holds[name] for name in graph.outputs.values()])
    return Plan(storages, steps, len(graph.inputs), results, where.keeps_inputs)
