"""Memory of a training step: weights, gradients, the optimizer's state, what the forward pass keeps for the gradients, and the peak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from archdsl.cost.amounts import plain
from archdsl.cost.dtypes import QUANTISED, USUAL, item_bytes, whole_numbers
from archdsl.cost.memory.peak import Memory
from archdsl.cost.memory.saved import saved_bytes
from archdsl.cost.memory.step import step_peak
from archdsl.errors import InputError, unknown
from archdsl.exact import maximum, product
from archdsl.exact.partly import at_least_if
from archdsl.ir.graph import Graph
from archdsl.ops.operator import Dim

STEP_BYTES = 4  # AdamW counts its steps in a float32 for each tensor of weights


@dataclass(frozen=True)
class Training:
    """Bytes of a training step, as ints or, on a grid, arrays.

    Attributes:
        saved: activations that the forward pass keeps for the gradients, the images among them.
        gradients: of all weights.
        optimizer: its state.
        peak_bytes: the most that is there at once (see `archdsl.cost.memory.step`): all that lasts, and of activations and gradients what
            there is at that moment. It may be below `total`, because what is kept goes while the gradients of the weights come.
    """

    batch: int
    weights: Any
    buffers: Any
    gradients: Any
    optimizer: Any
    saved: Any
    peak_bytes: Any

    @property
    def total(self) -> Any:
        return self.weights + self.buffers + self.gradients + self.optimizer + self.saved


OPTIMIZERS = {"sgd": 0, "sgd_momentum": 1, "adamw": 2}
"""How many values an optimizer keeps for every weight. AdamW also has a step count for each tensor of weights."""


def training(
    graph: Graph, batch: int = 1, optimizer: str = "sgd_momentum", dtype: str = USUAL, foreach: bool = False
) -> Training:
    """Memory of a training step on a batch of images.

    Args:
        foreach: whether the optimizer takes each of its steps for all weights at once, as PyTorch's do by default on CUDA; on a CPU they
            go from weight to weight.

    Raises:
        InputError: an optimizer or dtype that is not known, or int8, in which nothing is trained.
    """
    if whole_numbers(dtype):
        raise InputError(
            f"nothing is trained in {QUANTISED}: gradients are smaller than its steps; count training in float32 or bfloat16"
        )
    if optimizer not in OPTIMIZERS:
        message, hint = unknown("optimizer", optimizer, OPTIMIZERS)
        raise InputError(f"{message}; {hint}")
    still, itemsize = Memory(graph, dtype), item_bytes(dtype)
    weights, buffers = still.weights_bytes, still.buffers_bytes
    tensors = [
        product(shape) * itemsize
        for node in graph
        if node.inputs and not node.shared
        for shape in node.op.weights(*graph.input_shapes(node)).values()
    ]
    state = weights * OPTIMIZERS[optimizer] + (len(tensors) * STEP_BYTES if optimizer == "adamw" else 0)
    kept = at_least_if(graph.opaque, plain(saved_bytes(graph, batch, itemsize)))
    passing = plain(step_peak(graph, batch, itemsize, _passing(optimizer, tensors, foreach)))
    peak = at_least_if(graph.opaque, weights + buffers + state + passing)
    return Training(batch, weights, buffers, weights, state, kept, peak)


def _passing(optimizer: str, tensors: list[Dim], foreach: bool) -> Dim:
    """Most bytes that an optimizer needs for a moment.

    SGD adds the decay to a copy of the gradient. AdamW makes a root and divides it, for all weights at once in place; from weight to weight
    what it divided is a new tensor, and that of the weight before goes only then.
    """
    if foreach:
        return sum(tensors)
    most: Dim = 0
    before: Dim = 0
    for size in tensors:
        most = maximum(most, before + 2 * size if optimizer == "adamw" else size)
        before = size
    return most
