"""Positions that learned layers work out from tables of places, which no input changes."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

import archdsl


def waves(height: int, width: int, channels: int = 8, first: int = 1) -> Tensor:
    """Sines and cosines of rows and columns: (1, 2 * channels, height, width)."""
    pace = 10000.0 ** (2 * torch.arange(channels).float().div(2, rounding_mode="floor") / channels)
    parts = []
    for axis, extent in enumerate((height, width)):
        places = torch.arange(first, extent + first).float() / (extent + first - 1 + 1e-6) * 2 * math.pi
        angle = places[:, None] / pace
        table = torch.stack([angle[:, 0::2].sin(), angle[:, 1::2].cos()], 2).flatten(1)
        parts.append(table.t()[:, :, None].expand(-1, -1, width) if axis == 0 else table.t()[:, None].expand(-1, height, -1))
    return torch.cat(parts)[None]


class Placed(nn.Module):
    """A map with projected positions, as a map or as tokens."""

    def __init__(self, table: Tensor, tokens: bool = False, kernel: int = 1):
        super().__init__()
        self.conv = nn.Conv2d(3, 12, 3, padding=1)
        self.projection = nn.Conv2d(16, 12, kernel, padding=kernel // 2)
        self.table, self.tokens = nn.Buffer(table, persistent=False), tokens
        self.linear = nn.Linear(12, 5)

    def forward(self, x: Tensor) -> Tensor:
        x, places = self.conv(x), self.projection(self.table)
        if self.tokens:
            return self.linear(x.flatten(2).transpose(1, 2) + places.reshape(1, 12, -1).permute(0, 2, 1))
        return self.linear((x + places).mean((2, 3)))


@pytest.mark.parametrize("tokens", [False, True])
def test_sines_through_a_learned_convolution(tokens: bool) -> None:
    module = Placed(waves(6, 5), tokens)
    found = archdsl.from_module(module, torch.randn(1, 3, 6, 5), tools=False)
    assert found.holds, str(found)
    words = [node.op.word for node in found.net.graph()]
    assert "fourier_position" in words
    assert "position" not in words
    assert found.net.cost().params == sum(tensor.numel() for tensor in module.parameters())


@pytest.mark.parametrize("module", [Placed(waves(6, 5, first=2)), Placed(waves(6, 5), kernel=3), Placed(waves(6, 5) * 0.999)])
def test_other_tables_and_layers_are_no_sines(module: Placed) -> None:
    found = archdsl.from_module(module, torch.randn(1, 3, 6, 5), tools=False)
    assert "fourier_position" not in {node.op.word for node in found.net.graph()}
    assert not found.holds or found.found.missing
