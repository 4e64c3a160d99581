"""Layers that PyTorch has no module for. What has weights names them as torch.nn does."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class Shift(nn.Module):
    """Shift (Wu et al. 2018): (N, C, H, W) to the same shape, groups of channels moved by one offset each, zeros come in.

    The offsets (down, right) go row by row from (-r, -r), which moves up and to the left, to (r, r), with r = kernel // 2, times
    the dilation. Each gets C // kernel**2 channels, in order; the channels that are left over, the last ones, are not moved.
    """

    def __init__(self, channels: int, kernel: int = 3, dilation: int = 1):
        super().__init__()
        self.channels, self.kernel, self.dilation = channels, kernel, dilation

    def forward(self, x: Tensor) -> Tensor:
        share = self.channels // self.kernel**2
        if share == 0:
            return x.clone()  # memory of its own whatever the number of channels
        reach = self.kernel // 2 * self.dilation
        steps = range(-reach, reach + 1, self.dilation)
        height, width = x.shape[2], x.shape[3]
        downward = [max(-height, min(step, height)) for step in steps]  # further than the map is out of it
        rightward = [max(-width, min(step, width)) for step in steps]
        offsets = [(down, right) for down in downward for right in rightward]
        parts = torch.split(x, share, 1)
        moved = [  # zeros come in on one side, as much is cut off on the other
            functional.pad(part, (right, -right, down, -down)) if down or right else part
            for part, (down, right) in zip(parts, offsets, strict=False)
        ]
        return torch.cat([*moved, *parts[len(offsets) :]], 1)

    def extra_repr(self) -> str:
        return f"{self.channels}, kernel={self.kernel}, dilation={self.dilation}"


class TokenNorm(nn.BatchNorm1d):
    """Batch normalisation over the channels of tokens: (N, T, C)."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.transpose(1, 2)).transpose(1, 2)


class TokenPReLU(nn.PReLU):
    """PReLU with a slope for every channel of tokens: (N, T, C)."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.transpose(1, 2)).transpose(1, 2)


class ResizeLike(nn.Module):
    """The first map at the size of the second: (N, C, ...) and (N, C', places) to (N, C, places)."""

    def __init__(self, mode: str, align_corners: bool | None = None):
        super().__init__()
        self.mode, self.align_corners = mode, align_corners

    def forward(self, x: Tensor, like: Tensor) -> Tensor:
        return functional.interpolate(x, like.shape[2:], mode=self.mode, align_corners=self.align_corners)

    def extra_repr(self) -> str:
        return f"mode={self.mode}"


class ChannelPad(nn.Module):
    """Zeros around places and channels: amounts on each side, the last axis first, those of the channels last."""

    def __init__(self, padding: tuple[int, ...]):
        super().__init__()
        self.padding = padding

    def forward(self, x: Tensor) -> Tensor:
        return functional.pad(x, self.padding)

    def extra_repr(self) -> str:
        return str(self.padding)


class DepthToSpace(nn.Module):
    """Channels become places, the channels ordered by place first: (N, f * f * C, H, W) to (N, C, f * H, f * W)."""

    def __init__(self, factor: int):
        super().__init__()
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        blocks = torch.unflatten(x, 1, (self.factor, self.factor, -1)).permute(0, 3, 4, 1, 5, 2)
        return blocks.flatten(4, 5).flatten(2, 3)

    def extra_repr(self) -> str:
        return str(self.factor)


class SpaceToDepth(nn.Module):
    """Places become channels, ordered by place first: (N, C, f * H, f * W) to (N, f * f * C, H, W)."""

    def __init__(self, factor: int):
        super().__init__()
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        rows = torch.unflatten(x, 3, (-1, self.factor))
        blocks = torch.unflatten(rows, 2, (-1, self.factor)).permute(0, 3, 5, 1, 2, 4)
        return blocks.flatten(1, 3)

    def extra_repr(self) -> str:
        return str(self.factor)
