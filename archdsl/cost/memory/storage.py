"""Which memory each operator takes while the compiled network runs: new memory, its input's, or some for a moment only.

`plan` turns a graph into what the module of archdsl.compilers.torch does in evaluation mode, one step for each call. What an
operator does is said by the operator (`Operator.memory`, `partial`, `scratch`):

- slice, flatten, tokens and the like, identity, dropout, and add or mul of one tensor hand on their input's memory;
- activations that `archdsl.ir.inplace` allows to overwrite their input do so;
- add and mul of more than two tensors make a tensor for each pair, from the left;
- a scaled product of matrices is made twice, without and with the factor;
- some operators need more until they return: max pooling makes indices (int64), shift the groups that it moves, layer
  normalisation a mean and a deviation for each row, sums with weights or choices the parts that they add;
- everything else makes its output.

What kernels use inside (im2col, reordered weights) is not counted: it is no tensor of the network. Nor are the copies that
PyTorch makes where a layer cannot read the layout of what arrives, such as linear directly after batch normalisation over tokens.
"""

from __future__ import annotations

from typing import NamedTuple

from archdsl.exact import product
from archdsl.ir.graph import Graph
from archdsl.ir.inplace import in_place
from archdsl.ops.facts import INDEX_BYTES
from archdsl.ops.operator import Dim, Shape
from archdsl.ops.readers import Facts
from archdsl.ops.shapes import Ids

MEMORY = Facts("memory", __name__, memory="which memory its output lies in", scratch="what it needs for a moment")


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
    """

    node: str
    reads: tuple[int, ...]
    makes: int | None
    holds: int
    scratch: Dim


class Plan(NamedTuple):
    """What a forward pass does with memory.

    Attributes:
        inputs: how many storages, from the first, are what the network is called with; the caller holds them.
        results: numbers of the storages of the outputs.
    """

    storages: list[Storage]
    steps: list[Step]
    inputs: int
    results: frozenset[int]

    @property
    def given(self) -> Dim:
        """Bytes of what the network is called with."""
        return sum([storage.bytes for storage in self.storages[1 : self.inputs]], self.storages[0].bytes)


def size_of(shape: Shape, itemsize: int) -> int:
    """Bytes of one element: of indices, and of values of the network."""
    return INDEX_BYTES if type(shape) is Ids else itemsize


def plan(graph: Graph, itemsize: int = 4) -> Plan:
    """The forward pass in the order of the graph, for batch 1. `itemsize` is the number of bytes of a value."""
    overwriting = in_place(graph)
    storages: list[Storage] = []
    steps: list[Step] = []
    holds: dict[str, int] = {}
    for node in graph:
        reads = tuple([holds[name] for name in node.inputs])
        if not reads:
            storages.append(Storage(node.name, product(node.shape) * size_of(node.shape, itemsize)))
            holds[node.name] = len(storages) - 1
            continue
        op, shapes = MEMORY.of(node), graph.input_shapes(node)
        if node.name in overwriting or op.hands_on(len(reads)):
            steps.append(Step(node.name, reads, None, reads[0], 0))
            holds[node.name] = reads[0]
            continue
        for part, shape in op.partial(shapes, node.shape):
            storages.append(Storage(f"{node.name} ({part})", product(shape) * itemsize))
            steps.append(Step(node.name, reads[:2], len(storages) - 1, len(storages) - 1, 0))
            reads = (len(storages) - 1, *reads[2:])
        storages.append(Storage(node.name, product(node.shape) * size_of(node.shape, itemsize)))
        scratch = op.scratch(shapes, node.shape, itemsize)
        steps.append(Step(node.name, reads, len(storages) - 1, len(storages) - 1, scratch))
        holds[node.name] = len(storages) - 1
    return Plan(storages, steps, len(graph.inputs), frozenset([holds[name] for name in graph.outputs.values()]))
