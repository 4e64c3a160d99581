"""What the forward pass of a training step keeps for the gradients.

It follows from the gradient formula of each operator (`derivatives.yaml` in the source of PyTorch) and is said by the operator
(`Operator.kept`): its inputs, its output, or something of its own (indices of max pooling, batch statistics, the mask of dropout). A
tensor that several operators keep is there once. An operator keeps nothing where no gradient passes: neither it nor anything before it has
weights.

An activation in place whose gradient needs what it overwrites keeps a copy of it: ReLU6, h-swish, h-sigmoid and SiLU in place
save memory at inference, and none in training.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from archdsl.cost.memory.placing import size_of
from archdsl.exact import product
from archdsl.ir.graph import Graph, Node
from archdsl.ir.inplace import in_place
from archdsl.ops.facts import INDEX_BYTES, Kept, Memory
from archdsl.ops.operator import Dim, Shape
from archdsl.ops.readers import Facts
from archdsl.ops.rearrange import Flatten

SAVED = Facts("memory for gradients", __name__, memory="which memory its output lies in", kept="what it keeps for its gradient")


class Saving(NamedTuple):
    """What one operator keeps for its gradient.

    Attributes:
        passing: for each input whether a gradient passes on to it.
        tensors: nodes in whose memory lie the tensors of the network that it keeps.
        bytes: of what it keeps besides.
        meanwhile: bytes beside all that until it returns.
    """

    node: Node
    passing: list[bool]
    tensors: set[str]
    bytes: Dim
    meanwhile: Dim


def saved_bytes(graph: Graph, batch: int = 1, itemsize: int = 4) -> Dim:
    """Bytes that the forward pass in training mode keeps for the gradients of a batch."""
    kept: set[str] = set()
    total: Dim = 0
    for saving in savings(graph, owners(graph), batch, itemsize):
        kept |= saving.tensors
        total = total + saving.bytes
    return total + sum(product(graph[name].shape) * size_of(graph[name].shape, itemsize) for name in kept) * batch


def savings(graph: Graph, memory_of: dict[str, str], batch: int, itemsize: int) -> Iterator[Saving]:
    """What every operator keeps through which gradients pass, in the order in which they run.

    Args:
        memory_of: what `owners` gives.
    """
    overwriting = in_place(graph)
    learning: set[str] = set()  # nodes through which gradients pass
    for node in graph:
        shapes = graph.input_shapes(node)
        passing = [name in learning for name in node.inputs]
        if node.inputs and (any(passing) or node.op.weights(*shapes)):
            learning.add(node.name)
        if node.name not in learning:
            continue
        found = SAVED.of(node).kept(shapes, node.shape, node.name in overwriting)
        if found.first is not None and not any(passing):
            found = Kept(values=found.first)
        yield _saving(graph, node, passing, found, memory_of, batch, itemsize)


def _saving(
    graph: Graph, node: Node, passing: list[bool], found: Kept, memory_of: dict[str, str], batch: int, itemsize: int
) -> Saving:
    shapes = graph.input_shapes(node)
    kept: set[str] = set()
    values = found.values
    if found.factors and node.op.pairwise:
        values = values + _product(node, shapes, passing, kept, memory_of)
    elif found.factors:
        values = values + _matrices(graph, node, passing, kept, memory_of, batch)
    copies = 1 if found.plain and _strided(graph, node.inputs[0], memory_of) else found.copies
    if copies and batch > 1:
        values = values + copies * product(shapes[0])
    elif found.input:
        kept.update(memory_of[name] for name in node.inputs)
    if found.output:
        kept.add(memory_of[node.name])
    own = (values * itemsize + found.indices * INDEX_BYTES) * batch + found.once * itemsize + found.flags
    return Saving(node, passing, kept, own, found.meanwhile * itemsize * batch)


def owners(graph: Graph) -> dict[str, str]:
    """For every node the one whose memory its tensor lies in while training."""
    overwriting = in_place(graph)
    found: dict[str, str] = {}
    for node in graph:
        found[node.name] = found[node.inputs[0]] if node.inputs and _shares(node, overwriting) else node.name
    return found


def _shares(node: Node, overwriting: set[str]) -> bool:
    op = SAVED.of(node)
    return node.name in overwriting or op.trained_memory is not Memory.NEW or (op.pairwise and len(node.inputs) == 1)


def _strided(graph: Graph, name: str, memory_of: dict[str, str]) -> bool:
    """Whether a tensor lies in another's memory with gaps or turned, for several images."""
    while memory_of[name] != name:
        if graph[name].op.memory is Memory.VIEW and not isinstance(graph[name].op, Flatten):
            return True
        name = graph[name].inputs[0]
    return False


def _matrices(graph: Graph, node: Node, passing: list[bool], kept: set[str], memory_of: dict[str, str], batch: int) -> Dim:
    """Keep the factors of a matrix product, each that the gradient of the other needs.

    Those that are views into larger tensors are copied for a batch, so that images and heads make one axis. Gives the elements of
    such copies.
    """
    copied: Dim = 0
    for own, other in ((0, 1), (1, 0)):
        if not passing[other]:
            continue
        name = node.inputs[own]
        if memory_of[name] == name or batch == 1:
            kept.add(memory_of[name])
        else:
            copied = copied + product(graph[name].shape)
    return copied


def _product(node: Node, shapes: tuple[Shape, ...], passing: list[bool], kept: set[str], memory_of: dict[str, str]) -> Dim:
    """Keep the factors of a product, two at a time from the left: each that the gradient of the other needs.

    Gives the elements of partial products that are kept beside them.
    """
    extra: Dim = 0
    learns = passing[0]
    for count in range(1, len(shapes)):
        if passing[count]:  # its gradient needs what has been multiplied so far
            if count == 1:
                kept.add(memory_of[node.inputs[0]])
            else:
                extra = extra + product(node.op.shape(*shapes[:count]))
        if learns:
            kept.add(memory_of[node.inputs[count]])
        learns = learns or passing[count]
    return extra
