"""Memory of a training step: weights, gradients, the optimizer's state, and what the forward pass keeps for the gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from archdsl.cost.amounts import plain
from archdsl.cost.memory.peak import Memory, item_bytes
from archdsl.cost.memory.saved import saved_bytes
from archdsl.errors import InputError, unknown
from archdsl.exact.partly import at_least_if
from archdsl.ir.graph import Graph

STEP_BYTES = 4  # AdamW counts its steps in a float32 for each tensor of weights


@dataclass(frozen=True)
class Training:
    """Bytes of a training step, as ints or, on a grid, arrays. What PyTorch needs for a moment beside them is not counted.

    Attributes:
        saved: activations that the forward pass keeps for the gradients, the images among them.
        gradients: of all weights.
        optimizer: its state.
    """

    batch: int
    weights: Any
    buffers: Any
    gradients: Any
    optimizer: Any
    saved: Any

    @property
    def total(self) -> Any:
        return self.weights + self.buffers + self.gradients + self.optimizer + self.saved


OPTIMIZERS = {"sgd": 0, "sgd_momentum": 1, "adamw": 2}
"""How many values an optimizer keeps for every weight. AdamW also has a step count for each tensor of weights."""


def training(graph: Graph, batch: int = 1, optimizer: str = "sgd_momentum", dtype: str = "float32") -> Training:
    """Memory of a training step on a batch of images.

    Raises:
        InputError: an optimizer or dtype that is not known.
    """
    if optimizer not in OPTIMIZERS:
        message, hint = unknown("optimizer", optimizer, OPTIMIZERS)
        raise InputError(f"{message}; {hint}")
    still = Memory(graph, dtype)
    weights = still.weights_bytes
    tensors = sum(len(node.op.weights(*graph.input_shapes(node))) for node in graph if node.inputs and not node.shared)
    state = weights * OPTIMIZERS[optimizer] + (tensors * STEP_BYTES if optimizer == "adamw" else 0)
    kept = at_least_if(graph.opaque, plain(saved_bytes(graph, batch, item_bytes(dtype))))
    return Training(batch, weights, still.buffers_bytes, weights, state, kept)
