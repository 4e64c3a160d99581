"""Rotary positions that a program writes out: tables of sines and cosines, channels that are exchanged in pairs."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import archdsl


def paces(channels: int, base: float) -> Tensor:
    return 1.0 / base ** (torch.arange(0, channels, 2).float() / channels)


def row_by_row(height: int, width: int) -> Tensor:
    return torch.stack(torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij"), -1).reshape(-1, 2).float()


def in_a_row(tokens: int, base: float = 10000.0) -> Tensor:
    return torch.arange(tokens).float()[:, None] * paces(8, base)


def over_a_map(height: int, width: int, centred: bool = False, base: float = 10000.0) -> Tensor:
    places = row_by_row(height, width)
    if centred:
        places = 2 * math.pi * (2 * (places + 0.5) / torch.tensor([height, width]) - 1)
    return (places[..., None] * paces(4, base)).flatten(1)


class Turned(nn.Module):
    """Attention of two heads of eight channels whose queries and keys are turned by angles."""

    def __init__(self, angles: Tensor, neighbours: bool = False, class_tokens: int = 0, sign: float = 1.0, learned: bool = False):
        super().__init__()
        self.neighbours, self.class_tokens, self.sign = neighbours, class_tokens, sign
        self.tokens = angles.shape[-2] + class_tokens
        self.qkv = nn.Linear(16, 48)
        self.angles = nn.Parameter(angles) if learned else nn.Buffer(angles, persistent=False)

    def turn(self, x: Tensor) -> Tensor:
        first, x = x[:, :, : self.class_tokens], x[:, :, self.class_tokens :]
        if self.neighbours:
            angles = self.angles.repeat_interleave(2, -1)
            across = torch.stack([-x[..., 1::2], x[..., ::2]], -1).reshape(x.shape)
        else:
            angles = torch.cat([self.angles, self.angles], -1)
            one, other = x.chunk(2, dim=-1)
            across = torch.cat([-other, one], -1)
        made = x * angles.cos() + across * (self.sign * angles.sin())
        return torch.cat([first, made], 2) if self.class_tokens else made

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.qkv(x).reshape(-1, self.tokens, 3, 2, 8).permute(2, 0, 3, 1, 4)
        made = nn.functional.scaled_dot_product_attention(self.turn(q), self.turn(k), v)
        return made.transpose(1, 2).reshape(-1, self.tokens, 16)


CASES: dict[str, tuple[Turned, dict[str, Any]]] = {
    "in a row": (Turned(in_a_row(6)), {"base": 10000, "map": None}),
    "another base": (Turned(in_a_row(7, 500)), {"base": 500, "map": None}),
    "neighbours": (Turned(in_a_row(6), True), {"base": 10000, "pairs": "neighbours"}),
    "a map": (Turned(over_a_map(3, 4)), {"base": 10000, "map": (3, 4), "centred": False}),
    "a map, neighbours": (Turned(over_a_map(4, 3), True), {"map": (4, 3), "pairs": "neighbours"}),
    "one column": (Turned(over_a_map(4, 1)), {"map": (4, 1), "centred": False}),
    "centred": (Turned(over_a_map(4, 4, True, 100.0)), {"base": 100, "map": (4, 4), "centred": True, "class_tokens": 0}),
    "class tokens": (Turned(over_a_map(2, 3, True, 100.0), class_tokens=2), {"map": (2, 3), "centred": True, "class_tokens": 2}),
    "class tokens in a row": (Turned(in_a_row(6), class_tokens=1), {"map": None, "class_tokens": 1}),
}


@pytest.mark.parametrize("name", CASES)
def test_tables_of_angles(name: str) -> None:
    module, arguments = CASES[name]
    found = archdsl.from_module(module, torch.randn(1, module.tokens, 16), tools=False)
    assert found.holds, str(found)
    turns = [node.op for node in found.net.graph() if node.op.word == "rotary"]
    assert len(turns) == 2
    assert {name: getattr(turns[0], name) for name in arguments} == arguments
    assert "concat" not in {node.op.word for node in found.net.graph()}


OTHERS = {
    "turned back": Turned(in_a_row(6), sign=-1.0),
    "other angles": Turned(in_a_row(6) * 1.01),
    "counted from one": Turned(in_a_row(7)[1:]),
    "one angle off": Turned(over_a_map(3, 4) + torch.tensor([[0.0]] * 11 + [[1e-3]])),
    "learned": Turned(in_a_row(6), learned=True),
    "by head": Turned(torch.stack([in_a_row(6), 2 * in_a_row(6)])),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_turned_otherwise_is_opaque(name: str) -> None:
    module = OTHERS[name]
    found = archdsl.from_module(module, torch.randn(1, module.tokens, 16), tools=False)
    assert "rotary" not in {node.op.word for node in found.net.graph()}
    assert {step.what for step in found.found.missing} == {"rotary"}


def test_halves_with_the_sign_on_the_other_one_are_not_turned() -> None:
    class Mirrored(Turned):
        def turn(self, x: Tensor) -> Tensor:
            angles = torch.cat([self.angles, self.angles], -1)
            one, other = x.chunk(2, dim=-1)
            return x * angles.cos() + torch.cat([other, -one], -1) * angles.sin()

    found = archdsl.from_module(Mirrored(in_a_row(6)), torch.randn(1, 6, 16), tools=False)
    assert "rotary" not in {node.op.word for node in found.net.graph()}
    assert found.found.missing
