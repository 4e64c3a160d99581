"""Learned numbers that attention adds to its scores, looked up by offsets in ways of several papers."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import archdsl


class Attention(nn.Module):
    """Two heads over a window of 3x4, whose scores get a table's numbers by an index."""

    def __init__(self, table: Tensor, index: Tensor, tokens: int, heads_first: bool, fused: bool):
        super().__init__()
        self.table, self.heads_first, self.fused, self.tokens = nn.Parameter(table), heads_first, fused, tokens
        self.register_buffer("index", index.flatten())
        self.qkv = nn.Linear(8, 24)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.qkv(x).reshape(-1, self.tokens, 3, 2, 4).permute(2, 0, 3, 1, 4)
        table = self.table[:, self.index] if self.heads_first else self.table[self.index].t()
        bias = table.reshape(1, 2, -1, self.tokens)
        if self.fused:
            made = functional.scaled_dot_product_attention(q, k, v, attn_mask=bias)
        else:
            made = ((q * 0.5) @ k.transpose(-1, -2) + bias).softmax(-1) @ v
        return made.transpose(1, 2).reshape(-1, self.tokens, 8)


def offsets(absolute: bool) -> Tensor:
    down, right = torch.arange(12) // 4, torch.arange(12) % 4
    down, right = down[:, None] - down, right[:, None] - right
    return down.abs() * 4 + right.abs() if absolute else (down + 2) * 7 + right + 3


def with_class_token(index: Tensor) -> Tensor:
    made = functional.pad(index, (1, 0, 1, 0))
    made[0], made[:, 0], made[0, 0] = 35, 36, 37
    return made


CASES = {
    "signed": (Attention(torch.randn(35, 2), offsets(False), 12, False, False), {}),
    "fused": (Attention(torch.randn(35, 2), offsets(False), 12, False, True), {}),
    "absolute": (Attention(torch.randn(2, 12), offsets(True), 12, True, True), {"absolute": True}),
    "class": (Attention(torch.randn(38, 2), with_class_token(offsets(False)), 13, False, True), {"class_token": True}),
}


@pytest.mark.parametrize("name", CASES)
def test_tables_of_offsets(name: str) -> None:
    module, arguments = CASES[name]
    found = archdsl.from_module(module, torch.randn(1, module.tokens, 8), tools=False)
    assert found.holds, str(found)
    (bias,) = [node.op for node in found.net.graph() if node.op.word == "relative_bias"]
    assert bias.window == (3, 4)
    assert {name: getattr(bias, name) for name in arguments} == arguments


def test_an_index_by_no_rule_is_opaque() -> None:
    mixed = offsets(True)[torch.randperm(12, generator=torch.Generator().manual_seed(0))]
    found = archdsl.from_module(Attention(torch.randn(2, 12), mixed, 12, True, True), torch.randn(1, 12, 8), tools=False)
    assert found.found.missing


class Fixed(nn.Module):
    """A bias of which a third is zero and stays so, and a filter that is no parameter."""

    def __init__(self) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.randn(6, 4)), nn.Parameter(torch.randn(4))
        self.register_buffer("zeros", torch.zeros(2))
        self.register_buffer("blur", torch.ones(3, 1, 3, 3) / 9)
        self.conv = nn.Conv2d(3, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(functional.conv2d(x, self.blur, padding=1, groups=3)).flatten(2).transpose(1, 2)
        return functional.linear(x, self.weight, torch.cat([self.bias, self.zeros]))


def test_what_the_original_holds_fixed_is_told_apart() -> None:
    found = archdsl.from_module(Fixed(), torch.randn(1, 3, 6, 6), tools=False)
    assert found.holds, str(found)
    assert found.found.fixed == 2 + 27
    assert "equal but for 29 that it holds fixed" in str(found)
