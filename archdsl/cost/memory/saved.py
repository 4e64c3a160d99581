"""What the forward pass of a training step keeps for the gradients.

It follows from the gradient formula of each operator (`derivatives.yaml` in the source of PyTorch) and is written in `KEEPS`:
its inputs, its output, or something of its own (indices of max pooling, batch statistics, the mask of dropout). A tensor that
several operators keep is there once. An operator keeps nothing where no gradient passes: neither it nor anything before it has
weights.

An activation in place whose gradient needs what it overwrites keeps a copy of it: ReLU6, h-swish, h-sigmoid and SiLU in place
save memory at inference, and none in training.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from archdsl.cost.memory.storage import FOLDS, INDEX_BYTES
from archdsl.exact import product
from archdsl.ir.graph import Graph, Node
from archdsl.ir.inplace import in_place
from archdsl.ops.activation import GELU, HardSigmoid, HardSwish, LeakyReLU, PReLU, ReLU, ReLU6, Sigmoid, SiLU, Tanh
from archdsl.ops.attention import MatMul, Softmax, SplitHeads
from archdsl.ops.convolution import Conv2d
from archdsl.ops.join import Mul, WeightedAdd
from archdsl.ops.lego import ChooseAdd, SharedConv
from archdsl.ops.linear import Linear
from archdsl.ops.norm import BatchNorm, LayerNorm
from archdsl.ops.operator import Dim, Operator, Shape, channel_axis
from archdsl.ops.passing import Dropout, DropPath, Identity
from archdsl.ops.pool import AdaptivePool, AvgPool, MaxPool
from archdsl.ops.rearrange import Flatten, Pad, Slice
from archdsl.ops.scale import LayerScale
from archdsl.ops.tokens import SelectToken, Tokens


class Kept(NamedTuple):
    """What an operator keeps for its gradient.

    Attributes:
        input, output: whether it keeps them.
        values: further elements of the network's dtype, for each image.
        indices: further elements of int64, for each image.
        once: further elements of the network's dtype, for the batch.
    """

    input: bool = False
    output: bool = False
    values: Dim = 0
    indices: Dim = 0
    once: Dim = 0


Keep = Callable[[Any, tuple[Shape, ...], Shape, bool], Kept]
"""From an operator, the shapes that arrive, its output and whether it works in place."""


def _input(op: Operator, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
    return Kept(input=True)


def _output(op: Operator, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
    return Kept(output=True)


def _input_or_copy(op: Operator, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
    return Kept(values=product(output)) if in_place else Kept(input=True)


def _input_or_output(op: Operator, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
    return Kept(output=True) if in_place else Kept(input=True)


def _norm(op: BatchNorm, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
    return Kept(input=True, once=2 * inputs[0][channel_axis(inputs[0])])  # mean and inverse deviation of the batch


def _layer_norm(op: LayerNorm, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
    return Kept(input=True, values=2 * product(output) // output[channel_axis(output)])  # the same of each row


def _max_pool(op: MaxPool, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
    return Kept(input=True, indices=product(output))


def _adaptive_pool(op: AdaptivePool, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
    if op.mode == "max":
        return _max_pool(op, inputs, output, in_place)  # type: ignore[arg-type]
    return Kept(input=op.size != (1, 1))  # a mean over everything needs its shape alone


def _pad(op: Pad, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
    return Kept(input=op.mode != "zeros")


def _dropout(op: Dropout, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
    return Kept(values=product(output) if op.rate > 0 else 0)


def _drop_path(op: DropPath, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
    return Kept(values=1 if op.rate > 0 else 0)  # whether the image is kept


def _choose_add(op: ChooseAdd, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
    return Kept(values=op.groups * product(output))  # what was chosen of each group


def _weighted_add(op: WeightedAdd, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
    return Kept(input=True, once=len(inputs))  # and the factors


KEEPS: dict[type[Operator], Keep] = {
    Conv2d: _input,
    Linear: _input,
    BatchNorm: _norm,
    LayerNorm: _layer_norm,
    SharedConv: _input,
    ChooseAdd: _choose_add,
    WeightedAdd: _weighted_add,
    LayerScale: _input,
    Softmax: _output,
    ReLU: _output,
    ReLU6: _input_or_copy,
    LeakyReLU: _input_or_output,
    HardSwish: _input_or_copy,
    HardSigmoid: _input_or_copy,
    SiLU: _input_or_copy,
    Sigmoid: _output,
    Tanh: _output,
    GELU: _input,
    PReLU: _input,
    MaxPool: _max_pool,
    AvgPool: _input,
    AdaptivePool: _adaptive_pool,
    Pad: _pad,
    Dropout: _dropout,
    DropPath: _drop_path,
}
"""Operators that are not here keep nothing, except mul and matmul, which keep their inputs."""


def saved_bytes(graph: Graph, batch: int = 1, itemsize: int = 4) -> Dim:
    """Bytes that the forward pass in training mode keeps for the gradients of a batch."""
    overwriting = in_place(graph)
    memory_of = _owners(graph, overwriting)
    learning: set[str] = set()  # nodes through which gradients pass
    kept: set[str] = set()
    total: Dim = 0
    for node in graph:
        shapes = graph.input_shapes(node)
        passing = [name in learning for name in node.inputs]
        if node.inputs and (any(passing) or node.op.weights(*shapes)):
            learning.add(node.name)
        if node.name not in learning:
            continue
        if isinstance(node.op, MatMul):
            total = total + _matrices(graph, node, passing, kept, memory_of, batch) * itemsize * batch
            continue
        if isinstance(node.op, Mul):
            extra = _product(node, shapes, passing, kept, memory_of)
            total = total + extra * itemsize * batch
            continue
        rule = KEEPS.get(type(node.op))
        found = rule(node.op, shapes, node.shape, node.name in overwriting) if rule else Kept()
        if found.input:
            kept.update(memory_of[name] for name in node.inputs)
        if found.output:
            kept.add(memory_of[node.name])
        total = total + (found.values * itemsize + found.indices * INDEX_BYTES) * batch + found.once * itemsize
    return total + sum(product(graph[name].shape) for name in kept) * itemsize * batch


def _owners(graph: Graph, overwriting: set[str]) -> dict[str, str]:
    """For every node the one whose memory its tensor lies in while training."""
    owners: dict[str, str] = {}
    for node in graph:
        owners[node.name] = owners[node.inputs[0]] if node.inputs and _shares(node, overwriting) else node.name
    return owners


def _shares(node: Node, overwriting: set[str]) -> bool:
    op = node.op
    if isinstance(op, (Dropout, DropPath)):
        return not op.rate > 0
    if isinstance(op, FOLDS):
        return len(node.inputs) == 1
    return node.name in overwriting or isinstance(op, (Slice, Flatten, Identity, Tokens, SplitHeads, SelectToken))


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
