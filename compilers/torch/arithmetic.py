"""Factors, summands and lengths, for which PyTorch has no module."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class Gain(nn.Module):
    """Times one learned number, or one for each head of (N, ..., heads, T, C)."""

    def __init__(self, begin: float, heads: int | None = None, learned: bool = True):
        super().__init__()
        self.begin, self.heads, self.learned = begin, heads, learned
        self.weight = nn.Parameter(torch.full((1,) if heads is None else (heads, 1, 1), begin)) if learned else None

    def forward(self, x: Tensor) -> Tensor:
        return x * (self.begin if self.weight is None else self.weight)

    def extra_repr(self) -> str:
        return f"{self.begin:g}, heads={self.heads}, learned={self.learned}"


class Offset(nn.Module):
    """Plus one learned number, or one for each of `count` channels or heads, after which so many places come."""

    def __init__(self, begin: float, count: int = 1, places: int = 0, learned: bool = True):
        super().__init__()
        self.begin, self.count, self.places, self.learned = begin, count, places, learned
        self.weight = nn.Parameter(torch.full((count,), begin)) if learned else None

    def forward(self, x: Tensor) -> Tensor:
        return x + (self.begin if self.weight is None else self.weight.view(-1, *[1] * self.places))

    def extra_repr(self) -> str:
        return f"{self.begin:g}, count={self.count}, learned={self.learned}"


class L2Norm(nn.Module):
    """Divides vectors along one axis by their length, or by `eps` where that is more."""

    def __init__(self, axis: int, eps: float = 1e-12):
        super().__init__()
        self.axis, self.eps = axis, eps

    def forward(self, x: Tensor) -> Tensor:
        return functional.normalize(x, dim=self.axis, eps=self.eps)

    def extra_repr(self) -> str:
        return f"axis={self.axis}, eps={self.eps:g}"
