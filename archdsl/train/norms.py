"""Batch normalisation over several processes on CPUs, where PyTorch has none."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, distributed, nn
from torch.autograd.function import FunctionCtx
from torch.nn.modules.batchnorm import _BatchNorm


def join(module: nn.Module) -> None:
    """Let all batch norms of a network take their statistics from all processes while training. Their weights stay where they are."""
    layers: list[Any] = [layer for layer in module.modules() if isinstance(layer, _BatchNorm)]
    for layer in layers:
        layer.forward = _Joined(layer)


class _Joined:
    """The forward pass of a batch norm, with mean and variance over the batches of all processes."""

    def __init__(self, layer: _BatchNorm):
        self.layer = layer

    def __call__(self, given: Tensor) -> Tensor:
        layer = self.layer
        if not layer.training:
            return type(layer).forward(layer, given)
        values = given.float() if given.dtype in (torch.bfloat16, torch.float16) else given  # sums of many need the places
        axes = [axis for axis in range(values.ndim) if axis != 1]
        count = torch.tensor([values.numel() / values.shape[1]], dtype=values.dtype, device=values.device)
        sums: Tensor = _summed(torch.cat([values.sum(axes), count]))
        total = sums[-1]
        mean = sums[:-1] / total
        around = values - _spread(mean, values)
        variance = _summed(around.square().sum(axes)) / total
        if layer.track_running_stats and layer.running_mean is not None and layer.running_var is not None:
            self._remember(mean.detach(), variance.detach() * total / (total - 1))
        made: Tensor = around * _spread((variance + layer.eps).rsqrt(), values)
        if layer.affine:
            made = made * _spread(layer.weight, values) + _spread(layer.bias, values)
        return made.to(given.dtype)

    def _remember(self, mean: Tensor, variance: Tensor) -> None:
        """Running statistics, as PyTorch keeps them: the variance over one less than the number of values."""
        layer = self.layer
        assert layer.running_mean is not None
        assert layer.running_var is not None
        with torch.no_grad():
            if layer.num_batches_tracked is not None:
                layer.num_batches_tracked.add_(1)
            share = layer.momentum if layer.momentum is not None else 1 / float(layer.num_batches_tracked or 1)
            layer.running_mean.lerp_(mean, share)
            layer.running_var.lerp_(variance, share)


def _spread(values: Tensor, like: Tensor) -> Tensor:
    """One value a channel, shaped to be combined with a batch."""
    return values.view(1, -1, *[1] * (like.ndim - 2))


class _Sum(torch.autograd.Function):
    """The sum over all processes; its gradient is summed over them too."""

    @staticmethod
    def forward(ctx: FunctionCtx, values: Tensor) -> Tensor:
        made = values.clone()
        distributed.all_reduce(made)
        return made

    @staticmethod
    def backward(ctx: FunctionCtx, *gradients: Tensor) -> Tensor:
        made = gradients[0].clone()
        distributed.all_reduce(made)
        return made


def _summed(values: Tensor) -> Tensor:
    made: Tensor = _Sum.apply(values)  # type: ignore[no-untyped-call]
    return made
