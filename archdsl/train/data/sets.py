"""What a set of images is: its classes, and two splits of images with their labels.

A split reads images by their numbers, so that any order, and any part of an order, can be asked for: shuffling, several processes and
going on after an interrupt are the same to every set.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


TEST_EVERY = 5
"""Where a set has no split of its own, every fifth image is a test image."""


class Split(Protocol):
    """Images with their labels."""

    @property
    def labels(self) -> NDArray[np.int64]:
        """Numbers of the classes, (images,)."""

    def image(self, number: int) -> NDArray[np.uint8]:
        """One image, (channels, height, width) of any height and width.

        Raises:
            InputError: it cannot be read; names the file.
        """


@dataclass(frozen=True, eq=False)
class Held:
    """A split that is in memory.

    Attributes:
        pixels: (images, channels, height, width).
        labels: (images,).
    """

    pixels: NDArray[np.uint8] = field(repr=False)
    labels: NDArray[np.int64] = field(repr=False)

    def image(self, number: int) -> NDArray[np.uint8]:
        found: NDArray[np.uint8] = self.pixels[number]
        return found


@dataclass(frozen=True, eq=False)
class DataSet:
    """A set of images.

    Attributes:
        name: as the command line says it.
        title: as people write it.
        classes: their names, in the order of the labels.
        channels: of its images, 1 or 3.
        side: height and width in pixels that networks usually see of it.
        mean, deviation: of every channel of the training split, for pixels from 0 to 1; what is subtracted and divided by.
        flips: whether a mirrored image is one of its class. Digits are not.
    """

    name: str
    title: str
    classes: tuple[str, ...] = field(repr=False)
    channels: int
    side: int
    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    train: Split = field(repr=False)
    test: Split = field(repr=False)
    flips: bool = True


ClassedImages = tuple[tuple[str, ...], Split, Split]
"""The names of the classes, the images to train on, those to test on."""
