"""Images read one by one, in processes beside the one that trains."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from archdsl.train.pixels import resized

if TYPE_CHECKING:
    from torch import Tensor

    from archdsl.train.data.sets import Split

Key = tuple[int, list[float], bool]
"""Number of an image, where its crop lies, and whether it is mirrored."""


ROOM = 8 / 7
"""Size to which images are brought, over the size that is cut out of them: 256 for 224 (Krizhevsky et al. 2012)."""


class Reading:
    """A data set of torch: an image by its key, as large as the network takes it.

    The shorter side is brought to 8/7 of the network's, and a part of its size is cut out: anywhere for training, as the key says; in
    the middle for a test, whose keys say so.
    """

    def __init__(self, split: Split, side: tuple[int, int], crop: float):
        self.split, self.side, self.crop = split, side, crop

    def __getitem__(self, key: Key) -> Tensor:
        import torch

        number, place, mirrored = key
        pixels = torch.from_numpy(self.split.image(number))[None]
        high, wide = self.side
        scale = ROOM * max(high / pixels.shape[2], wide / pixels.shape[3])
        size = max(high, round(pixels.shape[2] * scale)), max(wide, round(pixels.shape[3] * scale))
        pixels = resized(pixels, size)[0]
        down, right = place if self.crop else (0.5, 0.5)
        top, left = int(down * (size[0] - high + 1)), int(right * (size[1] - wide + 1))
        cut = pixels[:, top : top + high, left : left + wide]
        return cut.flip(2) if mirrored else cut.contiguous()


def quiet(number: int) -> None:
    """Leave Ctrl-C and SIGTERM to the process that trains: it ends its readers when it has kept a checkpoint."""
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.SIG_IGN if one is signal.SIGINT else signal.SIG_DFL)
