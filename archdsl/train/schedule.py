"""The learning rate at every step. It follows from the step alone, so that nothing of it has to be kept to go on after an interrupt."""

from __future__ import annotations

import math

from archdsl.train.recipe import Recipe

RISE = 0.3
"""Share of one cycle in which the rate rises."""
FIRST, LAST = 25, 10_000
"""One cycle begins at lr / FIRST and ends at lr / FIRST / LAST, as in fastai and PyTorch."""
DROPS = (0.5, 0.75)
"""Shares of training after which `step` divides the rate by 10, as for ResNets on CIFAR-10 (He et al. 2016, section 4.2)."""


def rate(step: int, steps_of_epoch: int, recipe: Recipe) -> float:
    """The learning rate of a step.

    Args:
        step: from 0.
        steps_of_epoch: in one pass over the training split.
    """
    total = recipe.epochs * steps_of_epoch
    if recipe.schedule == "one_cycle":  # it has a warm-up of its own
        return _one_cycle(step, total, recipe.lr)
    warm = round(recipe.warmup * steps_of_epoch)
    if step < warm:
        return recipe.lr * (step + 1) / warm
    done = (step - warm) / max(total - warm, 1)
    if recipe.schedule == "cosine":  # Loshchilov & Hutter 2017, Eq. 5, without restarts and down to 0
        return recipe.lr * (1 + math.cos(math.pi * done)) / 2
    if recipe.schedule == "step":
        return recipe.lr * 0.1 ** sum(done >= drop for drop in DROPS)
    return recipe.lr


def _one_cycle(step: int, total: int, most: float) -> float:
    """Up and down again (Smith & Topin 2018), both along a cosine; the same numbers as PyTorch's OneCycleLR."""
    top = RISE * total - 1
    if step <= top:
        return _between(most / FIRST, most, step / top)
    return _between(most, most / FIRST / LAST, min((step - top) / max(total - 1 - top, 1), 1.0))


def _between(start: float, end: float, share: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2
