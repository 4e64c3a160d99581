"""Which memory each operator takes while the compiled network runs: new memory, its input's, or some for a moment only.

`steps` turns a graph into what the module of archdsl.compilers.torch does in evaluation mode, one step for each call:

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

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from archdsl.exact import minimum, product
from archdsl.ir.graph import Graph, Node
from archdsl.ir.inplace import in_place
from archdsl.ops.attention import MatMul, SplitHeads
from archdsl.ops.join import Add, Mul, WeightedAdd
from archdsl.ops.lego import ChooseAdd
from archdsl.ops.norm import LayerNorm
from archdsl.ops.operator import Dim, Operator, Shape, channel_axis
from archdsl.ops.passing import Dropout, DropPath, Identity
from archdsl.ops.pool import AdaptivePool, MaxPool
from archdsl.ops.rearrange import Flatten, Shift, Slice
from archdsl.ops.tokens import SelectToken, Tokens

INDEX_BYTES = 8  # PyTorch's indices are int64
VIEWS: tuple[type[Operator], ...] = (Slice, Flatten, Identity, Dropout, DropPath, Tokens, SplitHeads, SelectToken)
FOLDS: tuple[type[Operator], ...] = (Add, Mul)


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
    """What a forward pass does with memory. Storage 0 is the image, which the caller holds; `result` is that of the output."""

    storages: list[Storage]
    steps: list[Step]
    result: int


def plan(graph: Graph, itemsize: int = 4) -> Plan:
    """The forward pass in the order of the graph, for batch 1. `itemsize` is the number of bytes of a value."""
    overwriting = in_place(graph)
    storages: list[Storage] = []
    steps: list[Step] = []
    holds: dict[str, int] = {}
    for node in graph:
        reads = tuple([holds[name] for name in node.inputs])
        if not reads:
            storages.append(Storage(node.name, product(node.shape) * itemsize))
            holds[node.name] = len(storages) - 1
            continue
        shapes = graph.input_shapes(node)
        if node.name in overwriting or hands_on(node):
            steps.append(Step(node.name, reads, None, reads[0], 0))
            holds[node.name] = reads[0]
            continue
        for part, shape in _parts(node, shapes):
            storages.append(Storage(f"{node.name} ({part})", product(shape) * itemsize))
            steps.append(Step(node.name, reads[:2], len(storages) - 1, len(storages) - 1, 0))
            reads = (len(storages) - 1, *reads[2:])
        storages.append(Storage(node.name, product(node.shape) * itemsize))
        rule = SCRATCH.get(type(node.op))
        scratch = rule(node.op, shapes, node.shape, itemsize) if rule else 0
        steps.append(Step(node.name, reads, len(storages) - 1, len(storages) - 1, scratch))
        holds[node.name] = len(storages) - 1
    return Plan(storages, steps, holds[graph.output])


def _parts(node: Node, shapes: tuple[Shape, ...]) -> Iterator[tuple[str, Shape]]:
    """What a node makes of its first two inputs, then of that and the third, and so on, before its output."""
    if isinstance(node.op, FOLDS):
        for count in range(2, len(shapes)):
            yield f"first {count}", node.op.shape(*shapes[:count])
    elif isinstance(node.op, MatMul) and node.op.scaled:
        yield "not scaled", node.shape


def hands_on(node: Node) -> bool:
    """Whether a node's tensor at inference is its first input's memory, looked at in another way or as it is."""
    return len(node.inputs) == 1 if isinstance(node.op, FOLDS) else isinstance(node.op, VIEWS)


def _max_pool(op: Any, shapes: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
    return product(output) * INDEX_BYTES


def _adaptive_pool(op: Any, shapes: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
    return product(output) * INDEX_BYTES if op.mode == "max" else 0


def _shift(op: Any, shapes: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
    """Each group that moves, before all are joined; the middle one stays, and so do channels that are left over."""
    channels, height, width = shapes[0]
    groups = op.kernel * op.kernel
    return (groups - 1) * (channels // groups) * height * width * itemsize


def _layer_norm(op: Any, shapes: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
    return 2 * product(output) // output[channel_axis(output)] * itemsize


def _weighted_add(op: Any, shapes: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
    """The factors; and while two terms are added, both."""
    return (len(shapes) + (2 * product(output) if len(shapes) > 1 else 0)) * itemsize


def _choose_add(op: Any, shapes: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
    """What was chosen before it is multiplied; from the second group on, the sum so far too."""
    return product(output) * itemsize * minimum(op.groups, 2)


SCRATCH: dict[type[Operator], Callable[[Any, tuple[Shape, ...], Shape, int], Dim]] = {
    MaxPool: _max_pool,
    AdaptivePool: _adaptive_pool,
    Shift: _shift,
    LayerNorm: _layer_norm,
    WeightedAdd: _weighted_add,
    ChooseAdd: _choose_add,
}
