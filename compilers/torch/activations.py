"""Activations that PyTorch has no module for."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class QuickGELU(nn.Module):
    """x sigmoid(1.702 x)."""

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(1.702 * x)


class SquaredReLU(nn.Module):
    """max(x, 0) squared."""

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(x).square()


class SwiGLU(nn.Module):
    """SiLU of the first half along an axis times the second half."""

    def __init__(self, axis: int):
        super().__init__()
        self.axis = axis

    def forward(self, x: Tensor) -> Tensor:
        gate, value = x.chunk(2, self.axis)
        return functional.silu(gate) * value

    def extra_repr(self) -> str:
        return str(self.axis)
