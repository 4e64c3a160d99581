"""Padding by a call of its own, and standardised convolutions, as programs write them."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import archdsl


class PaddedPool(nn.Module):
    """A maximum as TensorFlow pads it."""

    def __init__(self, sides: tuple[int, int, int, int], amount: float, padding: int = 0):
        super().__init__()
        self.sides, self.amount, self.padding = sides, amount, padding
        self.conv = nn.Conv2d(3, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        return functional.max_pool2d(functional.pad(self.conv(x), self.sides, value=self.amount), 3, 2, self.padding)


class PaddedConv(nn.Module):
    def __init__(self, sides: tuple[int, int, int, int], padding: int):
        super().__init__()
        self.sides = sides
        self.conv = nn.Conv2d(3, 4, 5, 2, padding)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(functional.pad(x, self.sides))


class Standardised(nn.Conv2d):
    """Weights of mean 0 and variance 1, each channel with a factor (Brock et al. 2021)."""

    def __init__(self, gain: bool):
        super().__init__(3, 6, 3, padding=1)
        self.gain = nn.Parameter(torch.rand(6, 1, 1, 1)) if gain else None

    def forward(self, x: Tensor) -> Tensor:
        factor = None if self.gain is None else (self.gain * 0.3).view(-1)
        rows = self.weight.reshape(1, 6, -1)
        weight = functional.batch_norm(rows, None, None, weight=factor, training=True, momentum=0.0, eps=1e-5)
        return functional.conv2d(x, weight.reshape_as(self.weight), self.bias, 1, 1)


LOW = float("-inf")


@pytest.mark.parametrize(
    ("module", "size", "words"),
    [
        (PaddedPool((0, 1, 0, 1), LOW), 14, {"conv": {}, "maxpool": {"ceil": True, "padding": (0, 0)}}),
        (PaddedPool((1, 1, 1, 1), LOW), 14, {"maxpool": {"ceil": False, "padding": (1, 1)}}),
        (PaddedPool((0, 1, 0, 1), LOW), 15, {"maxpool": {"ceil": False, "padding": (0, 0)}}),
        (PaddedConv((2, 2, 1, 1), 0), 14, {"conv": {"padding": (1, 2)}}),
        (PaddedConv((1, 1, 1, 1), 1), 14, {"conv": {"padding": "same"}}),
        (PaddedConv((1, 2, 1, 2), 0), 14, {"pad": {}, "conv": {"padding": (0, 0)}}),
        (Standardised(False), 14, {"std_conv": {"gain": False}}),
        (Standardised(True), 14, {"std_conv": {"gain": True}}),
    ],
)
def test_windows(module: nn.Module, size: int, words: dict[str, dict[str, object]]) -> None:
    found = archdsl.from_module(module, torch.randn(1, 3, size, size), tools=False)
    assert found.holds, str(found)
    assert found.proof.difference is not None
    operators = {node.op.word: node.op for node in found.net.graph()}
    for word, arguments in words.items():
        assert word in operators, found.text
        for name, value in arguments.items():
            assert getattr(operators[word], name) == value, found.text
    assert ("pad" in operators) == ("pad" in words)


class Placed(nn.Module):
    """A learned number for each place of a map, or of tokens in groups."""

    def __init__(self, grouped: bool):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 2, 2)
        self.table = nn.Parameter(torch.randn(1, 4, 9, 4) if grouped else torch.randn(1, 4, 6, 6))
        self.grouped = grouped

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        if not self.grouped:
            return (x + self.table).relu()
        n, c, h, w = x.shape
        x = x.permute(0, 2, 3, 1).reshape(n, 2, h // 2, 2, w // 2, c).transpose(2, 3).reshape(n, 4, h * w // 4, c)
        return (x + self.table).relu()


@pytest.mark.parametrize("grouped", [False, True])
def test_learned_places(grouped: bool) -> None:
    found = archdsl.from_module(Placed(grouped), torch.randn(1, 3, 12, 12), tools=False)
    assert found.holds, str(found)
    assert "position" in {node.op.word for node in found.net.graph()}


@pytest.mark.parametrize("module", [PaddedPool((0, 1, 0, 1), 0.5), PaddedPool((0, 1, 0, 1), LOW, 1)])
def test_what_is_no_padding_of_a_maximum_is_opaque(module: nn.Module) -> None:
    """Another number than minus infinity counts in the maximum; with padding on top a window would see it twice."""
    found = archdsl.from_module(module, torch.randn(1, 3, 14, 14), tools=False)
    assert [step.what for step in found.found.missing] == ["aten.pad"]


class Pooled(nn.Module):
    """Windows of 4x4 that stand in the batch, each pooled by itself."""

    def __init__(self, kernel: int = 2, average: bool = False, padding: int = 0):
        super().__init__()
        self.linear, self.out = nn.Linear(6, 6), nn.Linear(6, 5)
        self.pool = nn.AvgPool2d(kernel, 2, padding) if average else nn.MaxPool2d(kernel, 2, padding)

    def forward(self, x: Tensor) -> Tensor:
        count, channels, height, width = x.shape
        x = x.view(count, channels, height // 4, 4, width // 4, 4).permute(0, 2, 4, 3, 5, 1).reshape(-1, 4, 4, channels)
        x = self.pool(self.linear(x).permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        x = self.out(x).reshape(count, height // 4, width // 4, *x.shape[1:3], 5)
        return x.permute(0, 5, 1, 3, 2, 4).reshape(count, 5, height // 4 * x.shape[3], -1)


@pytest.mark.parametrize(
    ("module", "word"), [(Pooled(), "maxpool"), (Pooled(3, padding=1), "maxpool"), (Pooled(3, True, 1), "avgpool")]
)
def test_windows_are_pooled_each_by_itself(module: Pooled, word: str) -> None:
    found = archdsl.from_module(module, torch.randn(1, 6, 8, 12), tools=False)
    assert found.holds, str(found)
    (pooled,) = [node for node in found.net.graph() if node.op.word == word]
    assert tuple(pooled.shape) == (6, 6, 2, 2)


class Asked(nn.Module):
    """Tokens of each window look at the same queries, repeated for every window."""

    def __init__(self, windows_first: bool = False):
        super().__init__()
        self.linear, self.windows_first = nn.Linear(6, 12), windows_first

    def forward(self, x: Tensor, queries: Tensor) -> Tensor:
        count = queries.shape[0]
        k, v = self.linear(x).reshape(count * 4, 9, 2, 2, 3).permute(2, 0, 3, 1, 4)
        asked = queries.repeat(4, 1, 1) if self.windows_first else queries.repeat_interleave(4, 0)
        q = asked.reshape(count * 4, -1, 2, 3).transpose(1, 2)
        made = (q @ k.transpose(-2, -1)).softmax(-1) @ v
        return made.transpose(1, 2).reshape(count, 4 * queries.shape[1], 6)


def test_queries_for_every_window() -> None:
    example = (torch.randn(2, 36, 6), torch.randn(2, 5, 6))
    found = archdsl.from_module(Asked(), example, tools=False)
    assert found.holds, str(found)
    assert "repeat_heads" in {node.op.word for node in found.net.graph()}
    other = archdsl.from_module(Asked(windows_first=True), example, tools=False)
    assert other.found.missing
