"""Class tokens and tokens of patches that part and are joined again."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import archdsl


class Apart(nn.Module):
    """Class tokens and those of patches through layers of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.classes, self.patches, self.head = nn.Linear(8, 8), nn.Linear(8, 8), nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.cat([self.classes(x[:, :2]), self.patches(x[:, 2:])], 1)
        return self.head(x[:, 1:-1])


class EverySecond(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(x[:, ::2])


def test_tokens_part_and_are_joined_again() -> None:
    found = archdsl.from_module(Apart(), torch.randn(2, 6, 8), tools=False)
    assert not found.found.missing
    assert found.holds, found.text
    cuts = [node.op for node in found.found.graph.nodes.values() if node.op.word == "slice_tokens"]
    assert [(cut.start, cut.stop) for cut in cuts] == [(0, 2), (2, None), (1, 5)]


def test_every_second_token_is_no_run_of_tokens() -> None:
    found = archdsl.from_module(EverySecond(), torch.randn(2, 6, 8), tools=False)
    assert [step.what for step in found.found.missing] == ["aten.slice.Tensor"]
