"""What modules do reads as a person would write it: views end where their module does, attention is scaled, rounds alternate."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import archdsl


class Attention(nn.Module):
    """Scaled queries, as older code has it."""

    def __init__(self, channels: int, heads: int, scale: float | None = None, scores: bool = False):
        super().__init__()
        self.heads, self.scores = heads, scores
        self.scale = scale or (channels // heads) ** -0.5
        self.qkv, self.out = nn.Linear(channels, 3 * channels), nn.Linear(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        batch, tokens, channels = x.shape
        q, k, v = self.qkv(x).reshape(batch, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        made = (q @ k.transpose(-2, -1)) * self.scale if self.scores else (q * self.scale) @ k.transpose(-2, -1)
        return self.out((made.softmax(-1) @ v).transpose(1, 2).reshape(batch, tokens, channels))


class Windows(nn.Module):
    """Attention within windows of a map whose channels are last; in every other layer of a map that is rolled."""

    def __init__(self, channels: int, shift: int):
        super().__init__()
        self.shift = shift
        self.norm, self.attention = nn.LayerNorm(channels), Attention(channels, 2)
        self.mlp = nn.Sequential(nn.Linear(channels, 2 * channels), nn.GELU(), nn.Linear(2 * channels, channels))

    def forward(self, x: Tensor) -> Tensor:
        batch, side, _, channels = x.shape
        y = self.norm(x)
        if self.shift:
            y = torch.roll(y, (-self.shift, -self.shift), (1, 2))
        y = y.reshape(batch, side // 4, 4, side // 4, 4, channels).permute(0, 1, 3, 2, 4, 5).reshape(-1, 16, channels)
        y = self.attention(y).reshape(batch, side // 4, side // 4, 4, 4, channels)
        y = y.permute(0, 1, 3, 2, 4, 5).reshape(batch, side, side, channels)
        if self.shift:
            y = torch.roll(y, (self.shift, self.shift), (1, 2))
        x = (x + y).reshape(batch, -1, channels)
        return (x + self.mlp(x)).reshape(batch, side, side, channels)


class Swin(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 4, 4)
        self.layers = nn.Sequential(*[Windows(8, 2 * (number % 2)) for number in range(4)])
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.layers(self.stem(x).permute(0, 2, 3, 1)).mean((1, 2)))


class Plain(nn.Module):
    """Residual layers without classes, by functions alone."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.ParameterList([torch.randn(8, 8, 3, 3) for _ in range(8)])
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        for one, other in zip(self.convs[::2], self.convs[1::2], strict=True):
            x = x + nn.functional.conv2d(nn.functional.conv2d(x, one, padding=1).relu(), other, padding=1)
        return self.head(x.mean((2, 3)))


def imported(model: nn.Module, *shape: int) -> archdsl.Import:
    torch.manual_seed(0)
    found = archdsl.from_module(model.eval(), torch.randn(2, *shape), tools=False)
    assert found.holds
    assert not found.found.missing
    return found


def test_shifted_windows_are_one_block_that_alternates() -> None:
    text = imported(Swin(), 3, 32, 32).text
    net = text.partition("\nnet:\n")[2]
    assert text.count("  windows:") == 1
    assert "windows_2" not in text
    assert "$i % 2 == 1" in net
    assert "repeat: 4" in net
    assert "rearrange" not in net
    assert "tokens" not in net


@pytest.mark.parametrize("scores", [False, True])
def test_attention_with_the_usual_scale_is_scaled(scores: bool) -> None:
    found = imported(Attention(16, 2, scores=scores), 9, 16)
    (product,) = [node.op for node in found.net.graph() if node.op.word == "matmul" and node.op.transpose]
    assert product.scaled
    assert "- attention: {heads: 2}" in found.text
    assert "gain" not in found.text


@pytest.mark.parametrize("scores", [False, True])
def test_another_scale_stays_a_number(scores: bool) -> None:
    text = imported(Attention(16, 2, scale=0.25, scores=scores), 9, 16).text
    assert "scaled" not in text
    assert "gain: {begin: 0.25, learned: false}" in text


def test_layers_without_modules_are_blocks_where_the_network_is_narrow() -> None:
    text = imported(Plain(), 8, 16, 16).text
    assert "{residual_block: {}, repeat: 4}" in text


def test_columns_of_tables_stand_below_their_names() -> None:
    lines = archdsl.from_module(Rows().eval(), torch.randn(2, 3, 16, 16), tools=False).text.splitlines()
    head = next(line for line in lines if "columns:" in line)
    rows = [line for line in lines if line.strip().startswith("- [")]
    assert len(rows) > 4
    place = head.index("out,") + len("out,")
    assert {row[place - 1] for row in rows} == {","}
    assert all(row[place - 2].isdigit() for row in rows)


class Rows(nn.Sequential):
    def __init__(self) -> None:
        sizes = [(3, 16, 3, 2), (16, 24, 1, 1), (24, 120, 3, 1), (120, 64, 5, 1), (64, 80, 3, 2), (80, 96, 1, 1)]
        super().__init__(
            *[nn.Sequential(nn.Conv2d(i, o, k, s, k // 2, bias=False), nn.BatchNorm2d(o), nn.ReLU()) for i, o, k, s in sizes]
        )
