"""Linear attention whose divisor is a one beside the values, and parts of programs that autocast and gradients are switched off for."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import archdsl


class Linear(nn.Module):
    """ReLU(q) (ReLU(k) v) over ReLU(q) times the sum of ReLU(k), of two heads."""

    def __init__(self, sides: tuple[int, int] = (0, 1), amount: float = 1.0, around: Any = nullcontext):
        super().__init__()
        self.qkv, self.sides, self.amount, self.around = nn.Linear(8, 24), sides, amount, around

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.qkv(x).reshape(-1, 6, 3, 2, 4).permute(2, 0, 3, 1, 4)
        q, k, v = q.relu(), k.relu(), functional.pad(v, self.sides, value=self.amount)
        with self.around():
            made = q @ (k.transpose(-1, -2) @ v)
            made = made[..., :-1] / (made[..., -1:] + 1e-5)
        return made.transpose(1, 2).reshape(-1, 6, 8)


def switched_off() -> Any:
    return torch.autocast("cpu", enabled=False)


@pytest.mark.parametrize("around", [nullcontext, switched_off, torch.no_grad])
def test_ones_beside_values(around: Any) -> None:
    found = archdsl.from_module(Linear(around=around), torch.randn(1, 6, 8), tools=False)
    assert found.holds, str(found)
    words = [node.op.word for node in found.net.graph()]
    assert (words.count("matmul"), words.count("reduce"), words.count("div")) == (3, 1, 1)


@pytest.mark.parametrize(
    "module", [Linear(amount=2.0), Linear(sides=(1, 0)), Linear(around=lambda: torch.autocast("cpu", dtype=torch.bfloat16))]
)
def test_other_numbers_and_lower_precision_are_opaque(module: Linear) -> None:
    found = archdsl.from_module(module, torch.randn(1, 6, 8), tools=False)
    assert found.found.missing
