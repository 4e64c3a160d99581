"""Layers whose weights are used more than once, and sums with learned factors."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class SharedConv2d(nn.Conv2d):
    """Groups of channels are convolved by the same filters: (N, shares * C, H, W) to (N, shares * filters, H', W')."""

    def __init__(self, shares: int, *arguments: Any, **options: Any):
        super().__init__(*arguments, **options)
        self.shares = shares

    def forward(self, x: Tensor) -> Tensor:
        groups = torch.unflatten(x, 1, (self.shares, -1))
        maps = super().forward(groups.flatten(0, 1))
        return torch.unflatten(maps, 0, (-1, self.shares)).flatten(1, 2)

    def extra_repr(self) -> str:
        convolution: str = nn.Conv2d.extra_repr(self)  # type: ignore[no-untyped-call]
        return f"{convolution}, shares={self.shares}"


class ChooseAdd(nn.Module):
    """Each output adds one chosen map of every group, times a coefficient: (N, groups * maps, H, W) to (N, out, H, W).

    `choice` (out, groups) holds the number of the map within its group. It begins at random, each map about as often.
    """

    choice: Tensor

    def __init__(self, maps: int, out: int, groups: int):
        super().__init__()
        self.maps, self.groups = maps, groups
        self.weight = nn.Parameter(torch.empty(out, groups))
        nn.init.kaiming_normal_(self.weight)
        chosen = [torch.randperm(out) % (maps // groups) for _ in range(groups)]
        self.register_buffer("choice", torch.stack(chosen, 1).int())

    def forward(self, x: Tensor) -> Tensor:
        maps = torch.unflatten(x, 1, (self.groups, -1)).unbind(1)
        result: Tensor = maps[0].index_select(1, self.choice[:, 0]) * self.weight[:, 0, None, None]
        for group in range(1, self.groups):
            result = result + maps[group].index_select(1, self.choice[:, group]) * self.weight[:, group, None, None]
        return result

    def extra_repr(self) -> str:
        return f"{self.weight.shape[0]}, groups={self.groups}"


class WeightedAdd(nn.Module):
    """Sum of tensors of one shape, each times the sigmoid of a learned number."""

    def __init__(self, count: int, begin: float):
        super().__init__()
        self.begin = begin
        self.weight = nn.Parameter(torch.full((count,), begin))

    def forward(self, *tensors: Tensor) -> Tensor:
        factors = self.weight.sigmoid().unbind()
        result = tensors[0] * factors[0]
        for tensor, factor in zip(tensors[1:], factors[1:], strict=True):
            result = result + tensor * factor
        return result

    def extra_repr(self) -> str:
        return str(self.weight.shape[0])
