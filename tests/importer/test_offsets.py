"""Numbers that attention adds to its scores and that a small network works out from offsets of places."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

import archdsl

HEIGHT, WIDTH = 3, 4


def offsets(shares: bool) -> Tensor:
    """One for each row and column by which two places can be apart: (2 * height - 1, 2 * width - 1, 2)."""
    axes = [torch.arange(1 - extent, extent).float() / (extent - 1 if shares else 1) for extent in (HEIGHT, WIDTH)]
    table = torch.stack(torch.meshgrid(axes, indexing="ij"), -1)
    if shares:
        table = table * 8
        return table.sign() * torch.log2(table.abs() + 1) / math.log2(8)
    return table.sign() * torch.log(table.abs() + 1)


def pairs(turned: bool = False) -> Tensor:
    down, right = torch.arange(12) // WIDTH, torch.arange(12) % WIDTH
    down, right = down[:, None] - down, right[:, None] - right
    if turned:
        down, right = -down, -right
    return ((down + HEIGHT - 1) * (2 * WIDTH - 1) + right + WIDTH - 1).flatten()


class Biased(nn.Module):
    """Attention of two heads over a window."""

    def __init__(
        self, table: Tensor, index: Tensor | None, bias: bool = False, most: float | None = None, act: type[nn.Module] = nn.ReLU
    ):
        super().__init__()
        self.qkv = nn.Linear(8, 24)
        self.layers = nn.Sequential(nn.Linear(2, 16), act(), nn.Linear(16, 2, bias=bias))
        self.table, self.most = nn.Buffer(table, persistent=False), most
        self.index = None if index is None else nn.Buffer(index, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.qkv(x).reshape(-1, 12, 3, 2, 4).permute(2, 0, 3, 1, 4)
        bias = self.layers(self.table).view(-1, 2)
        bias = (bias if self.index is None else bias[self.index]).view(12, 12, 2).permute(2, 0, 1).contiguous()
        bias = bias if self.most is None else self.most * torch.sigmoid(bias)
        made = ((q * 0.5) @ k.transpose(-1, -2) + bias).softmax(-1) @ v
        return made.transpose(1, 2).reshape(-1, 12, 8)


CASES = {
    "shares of the window": (Biased(offsets(True), pairs(), most=16), {"offsets": "shares", "most": 16, "bias": False}),
    "places": (Biased(offsets(False), pairs(), bias=True), {"offsets": "places", "most": None, "bias": True}),
    "worked out pair by pair": (Biased(offsets(False).view(-1, 2)[pairs()], None), {"offsets": "places", "most": None}),
    "another factor": (Biased(offsets(True), pairs(), most=2.5), {"offsets": "shares", "most": 2.5}),
}


@pytest.mark.parametrize("name", CASES)
def test_layers_over_offsets(name: str) -> None:
    module, arguments = CASES[name]
    found = archdsl.from_module(module, torch.randn(1, 12, 8), tools=False)
    assert found.holds, str(found)
    (bias,) = [node.op for node in found.net.graph() if node.op.word == "relative_mlp"]
    assert (bias.window, bias.hidden) == ((HEIGHT, WIDTH), 16)
    assert {name: getattr(bias, name) for name in arguments} == arguments
    assert found.net.cost().params == sum(tensor.numel() for tensor in module.parameters())


@pytest.mark.parametrize(
    "module",
    [
        Biased(offsets(True), pairs(turned=True)),
        Biased(offsets(True) * 1.001, pairs()),
        Biased(offsets(True), pairs(), act=nn.GELU),
        Biased(offsets(True), pairs().flip(0)),
    ],
)
def test_other_layers_and_offsets_are_opaque(module: Biased) -> None:
    found = archdsl.from_module(module, torch.randn(1, 12, 8), tools=False)
    assert "relative_mlp" not in {node.op.word for node in found.net.graph()}
    assert found.found.missing
