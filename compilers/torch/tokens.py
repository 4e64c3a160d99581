"""Layers of transformers that PyTorch has no module for: of tokens (N, T, C), and layer norm of maps (N, C, H, W)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class MapNorm(nn.LayerNorm):
    """Layer normalisation over the channels of each place: (N, C, ...)."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


class ClassToken(nn.Module):
    """Learned tokens before the others: (N, T, C) to (N, count + T, C)."""

    def __init__(self, channels: int, deviation: float, count: int = 1):
        super().__init__()
        self.deviation = deviation
        self.weight = nn.Parameter(torch.empty(count, channels).normal_(std=deviation))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.weight.expand(x.shape[0], -1, -1), x], 1)

    def extra_repr(self) -> str:
        return str(self.weight.shape[1])


class Position(nn.Module):
    """A learned embedding for every place: (N, T, C) of tokens, (N, C, ...) of maps."""

    def __init__(self, *sizes: int, deviation: float):
        super().__init__()
        self.deviation = deviation
        self.weight = nn.Parameter(torch.empty(*sizes))
        nn.init.trunc_normal_(self.weight, std=deviation)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.weight

    def extra_repr(self) -> str:
        return ", ".join(map(str, self.weight.shape))


class FilledPosition(nn.Module):
    """A learned embedding for every place of a map (N, C, H, W), at a size of its own, interpolated or in tiles."""

    def __init__(self, channels: int, own: tuple[int, int], places: tuple[int, int], fill: str, deviation: float):
        super().__init__()
        self.places, self.fill, self.deviation = places, fill, deviation
        self.weight = nn.Parameter(torch.empty(channels, *own))
        nn.init.trunc_normal_(self.weight, std=deviation)

    def forward(self, x: Tensor) -> Tensor:
        _, height, width = self.weight.shape
        if self.fill == "tiles":
            return x + self.weight.repeat(1, self.places[0] // height, self.places[1] // width)
        return x + functional.interpolate(self.weight[None], self.places, mode=self.fill, align_corners=False)

    def extra_repr(self) -> str:
        return f"{', '.join(map(str, self.weight.shape))}, places={self.places}, fill={self.fill}"


class LayerScale(nn.Module):
    """One learned factor for each channel, of tokens and vectors (..., C), or of maps (N, C, ...)."""

    def __init__(self, channels: int, begin: float, maps: bool):
        super().__init__()
        self.begin, self.maps = begin, maps
        self.weight = nn.Parameter(torch.full((channels,), begin))

    def forward(self, x: Tensor) -> Tensor:
        return x * (self.weight.view(-1, *[1] * (x.dim() - 2)) if self.maps else self.weight)

    def extra_repr(self) -> str:
        return str(self.weight.shape[0])


class DropPath(nn.Module):
    """Stochastic depth (Huang et al. 2016): while training, some images become zero and the others grow by 1 / (1 - rate)."""

    def __init__(self, rate: float):
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.rate == 0:
            return x
        kept = torch.empty((x.shape[0], *[1] * (x.dim() - 1)), dtype=x.dtype, device=x.device).bernoulli_(1 - self.rate)
        return x * kept.div_(1 - self.rate)

    def extra_repr(self) -> str:
        return f"rate={self.rate:g}"
