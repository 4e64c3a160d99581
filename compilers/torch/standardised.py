"""Convolution by standardised weights in PyTorch."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class StdConv2d(nn.Conv2d):
    """Convolution by weights of mean 0 and variance 1 in each output channel; with `gain` also scaled, by a learned factor each."""

    def __init__(self, *sizes: Any, gain: bool = False, eps: float = 1e-6, **more: Any):
        super().__init__(*sizes, **more)
        self.eps = eps
        self.gain = nn.Parameter(torch.ones(self.out_channels)) if gain else None

    def forward(self, x: Tensor) -> Tensor:
        factor = None if self.gain is None else self.gain * self.weight[0].numel() ** -0.5
        rows = self.weight.reshape(1, self.out_channels, -1)
        even = functional.batch_norm(rows, None, None, factor, training=True, momentum=0.0, eps=self.eps)
        result: Tensor = self._conv_forward(x, even.reshape_as(self.weight), self.bias)
        return result
