"""What int8 is calibrated with and judged by: batches of images, as plain arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from numpy.typing import NDArray

from archdsl.compilers.torch.batches import batch_of
from archdsl.ir.graph import Graph

Batch = tuple[NDArray[Any], ...]
"""(N, *its shape) of every input, in order."""

NOISE_BATCHES, NOISE_IMAGES = 2, 4


@dataclass(frozen=True, eq=False)
class Samples:
    """Images in two parts.

    Attributes:
        origin: what they are, in words.
        calibration: batches that decide scales.
        test: batches of other images, each with the numbers of its classes (N,), or with None where outputs are no classes;
            they are read once.
        unlabelled: why outputs are compared and no classes, where that is so.
    """

    origin: str
    calibration: Sequence[Batch]
    test: Iterator[tuple[Batch, NDArray[Any] | None]]
    unlabelled: str = ""

    @property
    def images(self) -> int:
        """That decide scales."""
        return sum(len(batch[0]) for batch in self.calibration)


def noise(graph: Graph) -> list[Batch]:
    """A few random batches, the same each time: enough to time a network in int8, of which the outputs do not matter."""
    generator = torch.Generator().manual_seed(0)
    return [tuple([tensor.numpy() for tensor in batch_of(graph, NOISE_IMAGES, generator)]) for _ in range(NOISE_BATCHES)]
