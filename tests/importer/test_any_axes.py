"""Reductions and softmax along any axes, after chains of reshapes and transpositions that were drawn by chance."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import archdsl

Step = tuple[str, list[int]]


class Chain(nn.Module):
    """A layer, a chain of views, and what is done at its end."""

    def __init__(self, shape: tuple[int, ...], steps: list[Step], end: Callable[[Tensor], Tensor]):
        super().__init__()
        self.layer = nn.Conv2d(shape[0], shape[0], 1) if len(shape) == 3 else nn.Linear(shape[-1], shape[-1])
        self.steps, self.end = steps, end

    def forward(self, x: Tensor) -> Tensor:
        y = self.layer(x)
        for word, numbers in self.steps:
            y = y.permute(numbers) if word == "permute" else y.reshape(y.shape[0], *numbers)
        return self.end(y)


def drawn(rng: random.Random, sizes: list[int]) -> tuple[list[Step], list[int]]:
    """A chain, and the sizes at its end."""
    steps: list[Step] = []
    for _ in range(rng.randint(0, 3)):
        word = rng.choice(["permute", "split", "merge"])
        if word == "permute":
            order = rng.sample(range(len(sizes)), len(sizes))
            sizes = [sizes[axis] for axis in order]
            steps.append(("permute", [0, *(1 + axis for axis in order)]))
            continue
        axis = rng.randrange(len(sizes) - (word == "merge"))
        if word == "merge" and len(sizes) > 2:
            sizes = [*sizes[:axis], sizes[axis] * sizes[axis + 1], *sizes[axis + 2 :]]
        elif word == "split" and len(sizes) < 4 and sizes[axis] % 2 == 0:
            sizes = [*sizes[:axis], *rng.sample([2, sizes[axis] // 2], 2), *sizes[axis + 1 :]]
        steps.append(("reshape", sizes))
    return steps, sizes


@pytest.mark.parametrize("what", ["sum", "mean", "amax", "amin", "softmax", "log_softmax", "gate"])
@pytest.mark.parametrize("seed", range(6))
def test_any_axes_are_found_or_refused(seed: int, what: str) -> None:
    rng = random.Random(f"{seed} {what}")
    shape = rng.choice([(8, 6, 4), (12, 8), (6, 1, 4)])
    steps, sizes = drawn(rng, [*shape])
    axes, keep = rng.sample(range(1, len(sizes) + 1), rng.randint(1, len(sizes) - 1)), rng.random() < 0.5

    def end(y: Tensor) -> Tensor:
        if what == "gate":
            return y * torch.sigmoid(y.sum(axes, keepdim=True))
        made: Tensor = getattr(torch, what)(y, axes[0]) if "softmax" in what else getattr(torch, what)(y, axes, keepdim=keep)
        return made

    torch.manual_seed(seed)
    found = archdsl.from_module(Chain(shape, steps, end).eval(), torch.randn(2, *shape), tools=False)
    assert not found.found.missing, (shape, steps, axes, keep)
    assert found.proof.difference is not None
    assert found.proof.difference < 1e-10
