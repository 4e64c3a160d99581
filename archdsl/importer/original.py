"""What an import is compared with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

Run = Callable[..., tuple[Tensor, ...]]
"""Takes a batch of each input, gives all that the original returns in its order."""


NEAR = 1e-8
"""What outputs may differ by in double precision, as a share of their size: the order of additions, and nothing else."""
NEAR_FOR_ROUNDED = 1e-6
"""The same where numbers that operators hold, such as slopes and epsilons, were rounded to single precision."""


@dataclass(frozen=True)
class Original:
    """A network that was imported, as what runs it.

    Attributes:
        run: the network in the precision that `how` says.
        how: which precision, and what runs it.
        near: what outputs may differ by as a share of their size; None in single precision, where it follows from the network.
        batch: that it takes.
    """

    run: Run
    how: str = "float64"
    near: float | None = NEAR
    batch: int = 2
