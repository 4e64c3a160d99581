"""Norms that PyTorch has no module for, and the rules of all norms but batch and layer norm."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from archdsl.ops import Shape
from archdsl.ops.group_norm import GroupNorm, InstanceNorm, LocalResponseNorm
from archdsl.ops.norm import RMSNorm
from archdsl.ops.shapes import channel_axis, is_map


class MapRMSNorm(nn.RMSNorm):
    """RMS normalisation over the channels of each place: (N, C, ...)."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


class ScaledGroupNorm(nn.GroupNorm):
    """Group normalisation with a learned scale and no shift, which older releases of PyTorch cannot be asked for."""

    def __init__(self, groups: int, channels: int, eps: float = 1e-5, affine: bool = True):
        super().__init__(groups, channels, eps, affine)
        self.register_parameter("bias", None)


class GlobalResponseNorm(nn.Module):
    """Each channel scaled by its size over all places, measured by the mean size of all channels: (N, C, ...)."""

    def __init__(self, channels: int, eps: float = 1e-6):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.zeros(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        places = list(range(2, x.dim()))
        size = torch.linalg.vector_norm(x, dim=places, keepdim=True)
        share = size / (size.mean(1, keepdim=True) + self.eps)
        shape = (-1, *[1] * len(places))
        return x + torch.addcmul(self.bias.view(shape), self.weight.view(shape), x * share)

    def extra_repr(self) -> str:
        return f"{self.weight.shape[0]}, eps={self.eps:g}"


def rms_norm(op: RMSNorm, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    channels = shapes[0][channel_axis(shapes[0])]
    return (MapRMSNorm if is_map(shapes[0], None) else nn.RMSNorm)(channels, op.eps, op.affine)


def group_norm(op: GroupNorm, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    scaled = op.affine and not op.bias
    return (ScaledGroupNorm if scaled else nn.GroupNorm)(op.groups, shapes[0][0], op.eps, op.affine)


def instance_norm(op: InstanceNorm, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    made: Any = {2: nn.InstanceNorm1d, 3: nn.InstanceNorm2d, 4: nn.InstanceNorm3d}[len(shapes[0])]
    return made(shapes[0][0], op.eps, affine=op.affine)  # type: ignore[no-any-return]


def local_response_norm(op: LocalResponseNorm, shapes: tuple[Shape, ...], in_place: bool) -> nn.Module:
    return nn.LocalResponseNorm(op.size, op.alpha, op.beta, op.k)
