"""Imported networks call the shared blocks of the zoo where these are what their modules do, and blocks that differ are two."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import archdsl
from archdsl.importer.place import snake


class Gate(nn.Module):
    """Squeeze and excitation; `own` weighs what arrives, else something else."""

    def __init__(self, channels: int, bias: bool = True, own: bool = True):
        super().__init__()
        self.own = own
        self.reduce, self.expand = (
            nn.Conv2d(channels, channels // 4, 1, bias=bias),
            nn.Conv2d(channels // 4, channels, 1, bias=bias),
        )

    def forward(self, x: Tensor) -> Tensor:
        gate = self.expand(self.reduce(x.mean((2, 3), keepdim=True)).relu()).sigmoid()
        return (x if self.own else x.relu()) * gate


class Attention(nn.Module):
    def __init__(self, channels: int, heads: int, bias: bool = True, out: bool = True):
        super().__init__()
        self.heads = heads
        self.qkv, self.proj = nn.Linear(channels, 3 * channels, bias=bias), nn.Linear(channels, channels, bias=out)

    def forward(self, x: Tensor) -> Tensor:
        batch, tokens, channels = x.shape
        q, k, v = self.qkv(x).reshape(batch, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        made = nn.functional.scaled_dot_product_attention(q, k, v)
        return self.proj(made.transpose(1, 2).reshape(batch, tokens, channels))


class Mlp(nn.Module):
    def __init__(self, channels: int, hidden: int, act: nn.Module):
        super().__init__()
        self.fc1, self.act, self.fc2 = nn.Linear(channels, hidden), act, nn.Linear(hidden, channels)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(self.act(self.fc1(x)))


class Layer(nn.Module):
    def __init__(self, channels: int, mix: nn.Module, mlp: nn.Module):
        super().__init__()
        self.norm1, self.mix, self.norm2, self.mlp = nn.LayerNorm(channels), mix, nn.LayerNorm(channels), mlp

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.mix(self.norm1(x))
        return x + self.mlp(self.norm2(x))


def imported(model: nn.Module, *sizes: int) -> archdsl.net.importing.ImportedNet:
    found = archdsl.from_module(model.eval(), torch.randn(2, *sizes), tools=False)
    assert found.holds
    return found


def test_gates_of_channels_are_squeeze_excite() -> None:
    text = imported(nn.Sequential(nn.Conv2d(3, 8, 3), Gate(8), nn.ReLU(), Gate(8)), 3, 8, 8).text
    assert text.count("- squeeze_excite: {hidden: 2, by: sigmoid}") == 2
    assert "import: [blocks/mobile]" in text


@pytest.mark.parametrize("other", [{"bias": False}, {"own": False}])
def test_other_gates_are_not(other: dict[str, bool]) -> None:
    text = imported(nn.Sequential(nn.Conv2d(3, 8, 3), Gate(8, **other), nn.ReLU(), Gate(8, **other)), 3, 8, 8).text
    assert "squeeze_excite" not in text


def test_attention_and_perceptron_are_those_of_the_encoder() -> None:
    layers = [Layer(8, Attention(8, 2), Mlp(8, 32, nn.GELU())), Layer(8, Attention(8, 4, bias=False), Mlp(8, 12, nn.ReLU()))]
    text = imported(nn.Sequential(*layers, layers[0].norm1), 5, 8).text
    assert "import: [blocks/transformer]" in text
    assert "- attention: {heads: 2}" in text
    assert "- attention: {heads: 4, bias: false}" in text
    assert ", mlp]" in text
    assert "- mlp: {ratio: 1.5, act: relu}" in text


def test_an_attention_without_a_bias_at_the_end_is_one_of_its_own() -> None:
    layers = [Layer(8, Attention(8, 2, out=False), Mlp(8, 32, nn.GELU())) for _ in range(2)]
    text = imported(nn.Sequential(*layers), 5, 8).text
    assert "own_attention" in text  # the name is taken, as mlp is imported
    assert "- softmax" in text or "{softmax: {}, as: weights}" in text


class Sums(nn.Module):
    def __init__(self, twice: bool):
        super().__init__()
        self.twice = twice
        self.convs = nn.ModuleList([nn.Conv2d(3, 3, kernel, padding=kernel // 2) for kernel in (1, 3, 5)])

    def forward(self, x: Tensor) -> Tensor:
        one, two, three = (conv(x) for conv in self.convs)
        two = one + two
        return torch.cat([two, two + three], 1) if self.twice else two + three + x


def test_sums_are_one_unless_a_part_is_read() -> None:
    one = imported(Sums(False), 3, 8, 8)
    assert one.text.count("join: add") == 1
    assert [len(node.inputs) for node in one.net.graph() if node.op.word == "add"] == [4]
    assert [len(node.inputs) for node in imported(Sums(True), 3, 8, 8).net.graph() if node.op.word == "add"] == [2, 2]


class Mixer(nn.Module):
    """A layer with one of two mixers."""

    def __init__(self, channels: int, wide: bool):
        super().__init__()
        self.mix = Wide(channels) if wide else Narrow(channels)
        self.end = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.end(self.mix(x)).relu()


class Wide(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(channels, channels, 7, padding=3), nn.GELU(), nn.BatchNorm2d(channels), nn.Tanh())

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x) + self.layers[0](x)


class Narrow(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.layers = nn.Sequential(
            nn.MaxPool2d(3, 1, 1), nn.Sigmoid(), nn.Softplus(), nn.Conv2d(channels, channels, 3, padding=1)
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x) * x


def test_either_or_is_two_blocks_with_telling_names() -> None:
    kinds = [False, False, True, False, True, True]
    text = imported(nn.Sequential(*[Mixer(4, wide) for wide in kinds]), 4, 8, 8).text
    assert "  mixer:\n" in text
    assert "  mixer_with_wide:\n" in text
    assert "when:" not in text


class Block(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, groups=channels),
            nn.GroupNorm(1, channels),
            nn.Conv2d(channels, 2 * channels, 1),
            nn.GELU(),
            nn.Conv2d(2 * channels, channels, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


class Stage(nn.Module):
    def __init__(self, into: int, out: int, depth: int):
        super().__init__()
        self.down = nn.Conv2d(into, out, 2, 2)
        self.blocks = nn.Sequential(*[Block(out) for _ in range(depth)])

    def forward(self, x: Tensor) -> Tensor:
        return self.blocks(self.down(x))


def test_stages_of_other_depths_are_one_loop() -> None:
    text = imported(nn.Sequential(Stage(3, 4, 2), Stage(4, 8, 2), Stage(8, 16, 6)), 3, 16, 16).text
    assert "for: {out: [4, 8, 16], depth: [2, 2, 6]}" in text
    assert "- {block: {}, repeat: $depth}" in text


class Halving(nn.Module):
    """What is in the middle goes by what comes out."""

    def __init__(self, into: int, out: int, hidden: int):
        super().__init__()
        self.one, self.two = nn.Conv2d(into, hidden, 3, padding=1), nn.Conv2d(hidden, out, 3, padding=1)
        self.norm = nn.BatchNorm2d(out)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.two(self.one(x).relu()).tanh())


def test_what_arrives_in_the_first_round_of_a_repeat_says_nothing_of_the_others() -> None:
    sizes = [(4, 4, 2), (4, 8, 2), (8, 16, 4)]  # hidden channels are half of those that arrive, in the first round alone
    layers = [layer for into, out, hidden in sizes for layer in (Halving(into, out, hidden), Halving(out, out, hidden))]
    text = imported(nn.Sequential(*layers), 4, 8, 8).text
    assert "repeat: 2" in text
    assert "$in/2" not in text.partition("net:")[2]


def test_names_of_classes() -> None:
    names = {"ConvNeXtBlock": "convnext_block", "RepViTMlp": "repvit_mlp", "InceptionA": "inception_a", "MBConv": "mb_conv"}
    assert {name: snake(name) for name in names} == names
