"""From stored images to what a network is fed with: size, crops, mirrors, channels, normalisation. All of it on whole batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from archdsl.train.data.sets import DataSet
    from archdsl.train.draws import Draws

BRIGHTEST = 255
PART = 4096  # images that are resized at once


def resized(pixels: Tensor, side: tuple[int, int]) -> Tensor:
    """Images (images, channels, height, width) of bytes in another size, antialiased where they shrink."""
    import torch
    from torch.nn.functional import interpolate

    if tuple(pixels.shape[2:]) == side:
        return pixels
    made = torch.empty(*pixels.shape[:2], *side, dtype=torch.uint8)
    for start in range(0, len(pixels), PART):
        part = pixels[start : start + PART].float()
        grown = interpolate(part, side, mode="bilinear", antialias=True, align_corners=False)
        made[start : start + PART] = grown.round_().clamp_(0, BRIGHTEST).to(torch.uint8)
    return made


def cropped(pixels: Tensor, draws: Draws, padding: int) -> Tensor:
    """Each image padded with black on all sides, cut to its old size at a place of its own, and mirrored where it is drawn so.

    Args:
        pixels: (images, channels, height, width).
        padding: pixels on each side.
    """
    import torch
    from torch.nn.functional import pad

    count, channels, height, width = pixels.shape
    device = pixels.device
    room = 2 * padding + 1
    top = (draws.places[:, 0] * room).long().to(device)
    left = (draws.places[:, 1] * room).long().to(device)
    across = torch.arange(width, device=device)
    across = torch.where(draws.mirrored.to(device)[:, None], width - 1 - across, across)
    rows = top[:, None] + torch.arange(height, device=device)
    columns = left[:, None] + across
    padded = pad(pixels, (padding,) * 4)
    flat = rows[:, :, None] * (width + 2 * padding) + columns[:, None, :]
    taken = padded.flatten(2).gather(2, flat.view(count, 1, -1).expand(count, channels, -1))
    return taken.view(count, channels, height, width)


class Normal:
    """Bytes to what a network takes: every channel less its mean, over its deviation; one channel made three where three are wanted."""

    def __init__(self, data: DataSet, channels: int, device: object):
        """
        Args:
            channels: that the network takes.

        Raises:
            ValueError: they cannot be made of those of the set; see `fits`.
        """
        import torch

        self.channels = channels
        values = torch.tensor([data.mean, data.deviation], dtype=torch.float32, device=device) * BRIGHTEST  # type: ignore[arg-type]
        self.mean, self.deviation = values[0].view(1, -1, 1, 1), values[1].view(1, -1, 1, 1)

    def __call__(self, pixels: Tensor) -> Tensor:
        values = (pixels.float() - self.mean) / self.deviation
        return values if values.shape[1] == self.channels else values.expand(-1, self.channels, -1, -1)
