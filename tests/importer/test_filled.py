"""Learned positions at a size of their own: resized, in tiles, sums of both; windows as columns that share nothing."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import archdsl


class Placed(nn.Module):
    """A map of 8x12 with positions that are learned at 3x4 and, in tiles, at 4x4."""

    def __init__(self, mode: str = "bicubic", tiles: bool = False, corners: bool | None = False):
        super().__init__()
        self.conv, self.out, self.mode, self.corners = nn.Conv2d(3, 6, 3, padding=1), nn.Linear(6, 5), mode, corners
        self.whole = nn.Parameter(torch.randn(1, 6, 3, 4))
        self.tile = nn.Parameter(torch.randn(1, 6, 4, 4)) if tiles else None

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x).permute(0, 2, 3, 1)
        places = functional.interpolate(self.whole, x.shape[1:3], mode=self.mode, align_corners=self.corners)
        if self.tile is not None:
            places = places + self.tile.tile(1, 1, 2, 3)
        return self.out(x + places.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


@pytest.mark.parametrize(
    ("module", "fills"),
    [(Placed(), ["bicubic"]), (Placed("bilinear"), ["bilinear"]), (Placed(tiles=True), ["bicubic", "tiles"])],
)
def test_positions_at_a_size_of_their_own(module: Placed, fills: list[str]) -> None:
    found = archdsl.from_module(module, torch.randn(1, 3, 8, 12), tools=False)
    assert found.holds, str(found)
    assert [node.op.fill for node in found.net.graph() if node.op.word == "position"] == fills
    assert found.net.cost().params == sum(tensor.numel() for tensor in module.parameters())


@pytest.mark.parametrize("module", [Placed("nearest", corners=None), Placed(corners=True)])
def test_positions_that_are_resized_otherwise(module: Placed) -> None:
    found = archdsl.from_module(module, torch.randn(1, 3, 8, 12), tools=False)
    assert all(node.op.size is None for node in found.net.graph() if node.op.word == "position")
    assert not found.holds


class Columns(nn.Module):
    """Windows of a map as tokens, with positions that are the same in each."""

    def __init__(self, kernel: int = 4, stride: int = 4, padding: int = 0):
        super().__init__()
        self.conv, self.unfold = nn.Conv2d(3, 6, 1), nn.Unfold(kernel, stride=stride, padding=padding)
        self.places, self.linear, self.kernel = nn.Parameter(torch.randn(1, 6, kernel, kernel)), nn.Linear(6, 5), kernel

    def forward(self, x: Tensor) -> Tensor:
        x = self.unfold(self.conv(x)).transpose(1, 2)
        windows = x.reshape(-1, 6, self.kernel, self.kernel) + self.places
        made = self.linear(windows.flatten(2).transpose(1, 2))
        return made.reshape(-1, x.shape[1], self.kernel**2, 5)


def test_windows_as_columns() -> None:
    found = archdsl.from_module(Columns(), torch.randn(1, 3, 8, 12), tools=False)
    assert found.holds, str(found)
    (places,) = [node.op for node in found.net.graph() if node.op.word == "position"]
    assert (places.size, places.fill) == ((4, 4), "tiles")


@pytest.mark.parametrize("module", [Columns(3, 1), Columns(4, 4, 2), Columns(3, 4)])
def test_columns_that_share_places_are_opaque(module: Columns) -> None:
    found = archdsl.from_module(module, torch.randn(1, 3, 8, 12), tools=False)
    assert "aten.im2col" in {step.what for step in found.found.missing}
