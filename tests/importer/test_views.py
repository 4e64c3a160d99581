"""Chains of reshapes and transpositions are one view, which gives what torch gives."""

from __future__ import annotations

import math
from random import Random

import pytest
import torch
from torch import Tensor

from archdsl.importer.views import View, plain

SIZES = (2, 12, 6, 4)


def seen(view: View, tensor: Tensor) -> Tensor:
    """The tensor as the view has it, taken apart into factors and put together."""
    factors = tensor.reshape([view.lengths[factor] for group in view.source for factor in group])
    return factors.permute([factor for group in view.axes for factor in group]).reshape(view.sizes)


def cut(random: Random, count: int) -> list[int]:
    """Sizes whose product is a count."""
    sizes = []
    for _ in range(random.randint(0, 4)):
        sizes.append(random.choice([size for size in range(1, count + 1) if count % size == 0]))
        count //= sizes[-1]
    return [*sizes, count]


@pytest.mark.parametrize("start", range(0, 600, 100))
def test_a_chain_is_one_view(start: int) -> None:
    changed = 0
    for seed in range(start, start + 100):
        random = Random(seed)
        given = torch.arange(math.prod(SIZES)).reshape(SIZES)
        tensor, view = given, plain(SIZES)
        for _ in range(random.randint(1, 7)):
            if random.random() < 0.5:
                order = list(range(tensor.ndim))
                random.shuffle(order)
                tensor, view = tensor.permute(order), view.permuted(order)
            else:
                sizes = cut(random, tensor.numel())
                reshaped = view.reshaped(sizes)
                if reshaped is None:
                    continue
                tensor, view = tensor.reshape(sizes), reshaped
        assert view.sizes == tuple(tensor.shape)
        assert torch.equal(seen(view, given), tensor), (seed, view)
        changed += not torch.equal(tensor.flatten(), given.flatten())
    assert changed > 20


@pytest.mark.parametrize("seed", range(20))
def test_a_chain_that_goes_back_is_none(seed: int) -> None:
    random = Random(seed)
    order = list(range(4))
    random.shuffle(order)
    back = [order.index(axis) for axis in range(4)]
    there = plain(SIZES).permuted(order)
    assert there.permuted(back).is_plain
    assert there.permuted(back) == plain(SIZES)
    assert plain(SIZES).reshaped((2, 3, 4, 24)) != plain(SIZES)


def test_equal_views_are_equal_however_they_came() -> None:
    by_flattening = plain((2, 8, 4, 4)).reshaped((2, 8, 16))
    assert by_flattening is not None
    first = plain((2, 8, 4, 4)).permuted((0, 2, 3, 1)).reshaped((2, 16, 8))
    assert first == by_flattening.permuted((0, 2, 1))


def test_a_permutation_is_told_from_what_takes_axes_apart() -> None:
    assert plain(SIZES).permuted((0, 2, 3, 1)).permutation == (0, 2, 3, 1)
    flat = plain(SIZES).reshaped((2, 12, 24))
    assert flat is not None
    assert flat.permutation is None


def test_factors_that_do_not_divide_are_no_view() -> None:
    shuffled = plain((2, 6, 5)).permuted((0, 2, 1))
    assert shuffled.reshaped((2, 15, 2)) is not None
    assert shuffled.reshaped((2, 3, 10)) is None
    assert plain((2, 6)).reshaped((3, 4)) is None
