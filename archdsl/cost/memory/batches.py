"""The largest batch whose training step fits into memory."""

from __future__ import annotations

from archdsl.cost.memory.training import training
from archdsl.errors import InputError
from archdsl.exact import has_axes
from archdsl.ir.graph import Graph


def largest_batch(graph: Graph, optimizer: str, dtype: str, bytes_free: int, foreach: bool = False) -> int:
    """The most images whose training step peaks at `bytes_free` bytes or less; 0 where not even one fits.

    Args:
        optimizer: one of `archdsl.cost.memory.training.OPTIMIZERS`.
        dtype: of weights and activations.
        bytes_free: what is there for all of it, weights and optimizer too.
        foreach: as of `training`.

    Raises:
        InputError: a grid of networks, a network with opaque steps, or an optimizer or dtype that is not known.
    """
    if graph.opaque:
        raise InputError("the largest batch of a network with opaque steps is not known, because what they keep is not")

    def fits(batch: int) -> bool:
        peak = training(graph, batch, optimizer, dtype, foreach).peak_bytes
        if has_axes(peak):
            raise InputError("a grid of networks has no one largest batch; choose one network")
        return bool(peak <= bytes_free)

    if not fits(1):
        return 0
    least, above = 1, 2  # fits; may not fit
    while fits(above):
        least, above = above, 2 * above
    while above - least > 1:
        middle = (least + above) // 2
        if fits(middle):
            least = middle
        else:
            above = middle
    return least
