"""What is random in an epoch of training: the order of the images, and how each is cropped and mirrored.

All of it follows from the seed and the number of the epoch, for the whole epoch at once, so that training can go on in its middle and
several processes can each take their part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

STRIDE = 1_000_003  # between seeds, more than there are epochs


@dataclass(frozen=True)
class Draws:
    """An epoch.

    Attributes:
        order: numbers of the images, (images,).
        places: where each crop lies, from 0 to below 1 of the room that it has down and across, (images, 2), by position in the order.
        mirrored: (images,), by position in the order.
    """

    order: Tensor
    places: Tensor
    mirrored: Tensor

    def part(self, start: int, end: int) -> Draws:
        """Those from one position to another."""
        return Draws(self.order[start:end], self.places[start:end], self.mirrored[start:end])


def draw(images: int, seed: int, epoch: int, mirror: bool) -> Draws:
    """What is random in an epoch, counted from 0."""
    import torch

    generator = torch.Generator().manual_seed(seed * STRIDE + epoch)
    order = torch.randperm(images, generator=generator)
    places = torch.rand(images, 2, generator=generator)
    flips = torch.rand(images, generator=generator) < 0.5
    return Draws(order, places, flips if mirror else torch.zeros_like(flips))
