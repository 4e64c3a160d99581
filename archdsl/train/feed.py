"""Batches of an epoch, ready for the network: from memory on the device, or read from files while the network works.

A process of several gets its slice of every batch, so that all of them together see what one would.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from archdsl.train.data.sets import DataSet, Held, Split
from archdsl.train.draws import Draws, draw
from archdsl.train.pixels import Normal, cropped, resized

if TYPE_CHECKING:
    from torch import Tensor

MOST_HELD = 2**30
"""Bytes of a split, at the size that the network takes, up to which it is kept in memory."""


@dataclass(frozen=True)
class Look:
    """How images are presented.

    Attributes:
        shape: (channels, height, width) that the network takes.
        crop, mirror: as in a recipe.
        batch: images of a step over all processes.
        workers: processes that read files.
    """

    shape: tuple[int, int, int]
    crop: float
    mirror: bool
    batch: int
    workers: int = 2

    @property
    def side(self) -> tuple[int, int]:
        return self.shape[1:]


@dataclass(frozen=True)
class Share:
    """Which process of how many this is."""

    rank: int = 0
    size: int = 1

    def of(self, start: int, end: int) -> tuple[int, int]:
        """Its slice of the positions from start to end: equal parts in training; in a last, shorter batch of a test nearly so."""
        count = end - start
        return start + count * self.rank // self.size, start + count * (self.rank + 1) // self.size


class Source(Protocol):
    """Where pixels come from."""

    def batches(self, parts: Sequence[Draws], augment: bool) -> Iterator[Tensor]:
        """The images of each part in turn, (images, channels, height, width) of bytes, on the device."""


class Memory:
    """A split in the memory of the device, at the size that the network takes."""

    def __init__(self, split: Held, look: Look, device: Any):
        import torch

        self.pixels = resized(torch.from_numpy(split.pixels), look.side).to(device)
        self.padding = round(look.crop * max(look.side))

    def batches(self, parts: Sequence[Draws], augment: bool) -> Iterator[Tensor]:
        for part in parts:
            pixels = self.pixels[part.order.to(self.pixels.device)]
            yield cropped(pixels, part, self.padding) if augment else pixels


class Stream:
    """A split that is read as it is needed, by processes that work ahead."""

    def __init__(self, split: Split, look: Look, device: Any):
        self.split, self.look, self.device = split, look, device

    def batches(self, parts: Sequence[Draws], augment: bool) -> Iterator[Tensor]:
        from torch.utils.data import DataLoader

        from archdsl.train.streamed import Reading, quiet

        reading = Reading(self.split, self.look.side, self.look.crop if augment else 0.0)
        keys = [[*zip(part.order.tolist(), part.places.tolist(), part.mirrored.tolist(), strict=True)] for part in parts]
        pinned = getattr(self.device, "type", "cpu") == "cuda"
        choose: Any = {"batch_sampler": keys, "num_workers": self.look.workers, "pin_memory": pinned, "worker_init_fn": quiet}
        data: Any = reading
        for pixels in DataLoader(data, **choose):
            yield pixels.to(self.device, non_blocking=pinned)


class Feed:
    """The batches of a split.

    Attributes:
        images: in the split, or in the part of it that is used.
        waited: seconds that steps have waited for data since it was last set to 0.
    """

    def __init__(self, data: DataSet, split: Split, look: Look, device: Any, share: Share, numbers: Any = None):
        """
        Args:
            numbers: of the images that are used, (images,); all if not given.
        """
        import torch

        self.look, self.share, self.device = look, share, device
        self.numbers = None if numbers is None else torch.as_tensor(numbers)
        self.labels = torch.from_numpy(split.labels).to(device)
        self.images = len(split.labels) if numbers is None else len(numbers)
        height, width = look.side
        small = isinstance(split, Held) and len(split.labels) * split.pixels.shape[1] * height * width <= MOST_HELD
        self.source: Source = Memory(split, look, device) if small and isinstance(split, Held) else Stream(split, look, device)
        self.normal = Normal(data, look.shape[0], device)
        self.waited = 0.0

    @property
    def steps(self) -> int:
        """Whole batches in an epoch of training; what is left over is seen in others."""
        return self.images // self.look.batch

    def training(self, seed: int, epoch: int, start: int = 0) -> Iterator[tuple[Tensor, Tensor]]:
        """Images and labels of every step of an epoch from a step on, both counted from 0."""
        drawn = draw(self.images, seed, epoch, self.look.mirror)
        if self.numbers is not None:
            drawn = Draws(self.numbers[drawn.order], drawn.places, drawn.mirrored)
        size = self.look.batch
        return self._all([drawn.part(*self.share.of(step * size, step * size + size)) for step in range(start, self.steps)], True)

    def testing(self, batch: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Images and labels of the split in its order, as they are."""
        import torch

        order = torch.arange(self.images) if self.numbers is None else self.numbers
        still = Draws(order, torch.full((self.images, 2), 0.5), torch.zeros(self.images, dtype=torch.bool))
        return self._all([still.part(*one) for one in self.slices(batch)], False)

    def slices(self, batch: int) -> list[tuple[int, int]]:
        """From where to where in its order the batches of `testing` lie."""
        found = [self.share.of(start, min(start + batch, self.images)) for start in range(0, self.images, batch)]
        return [one for one in found if one[1] > one[0]]

    def _all(self, parts: Sequence[Draws], augment: bool) -> Iterator[tuple[Tensor, Tensor]]:
        began = time.perf_counter()
        for part, pixels in zip(parts, self.source.batches(parts, augment), strict=True):
            labels = self.labels[part.order.to(self.labels.device)]
            values = self.normal(pixels)
            self.waited += time.perf_counter() - began
            yield values, labels
            began = time.perf_counter()
