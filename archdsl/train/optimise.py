"""The optimizer of a recipe, and the average of the weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archdsl.train.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn
    from torch.optim import Optimizer
    from torch.optim.swa_utils import AveragedModel


def optimizer(module: nn.Module, recipe: Recipe) -> Optimizer:
    """SGD with momentum or AdamW; the fused kernel on CUDA."""
    from torch.optim import SGD, AdamW

    weights = list(module.parameters())
    fused = bool(weights) and weights[0].is_cuda
    common: dict[str, Any] = {"lr": recipe.lr, "weight_decay": recipe.weight_decay, "fused": fused or None}
    if recipe.optimizer == "adamw":
        return AdamW(weights, **common)
    return SGD(weights, momentum=recipe.momentum, nesterov=recipe.nesterov, **common)


def average(module: nn.Module, recipe: Recipe) -> AveragedModel | None:
    """The exponential moving average of weights and statistics, where the recipe asks for it."""
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    if not recipe.ema:
        return None
    mean = get_ema_multi_avg_fn(recipe.ema)  # type: ignore[no-untyped-call]
    return AveragedModel(module, multi_avg_fn=mean, use_buffers=True)
