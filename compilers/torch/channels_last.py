"""Channels innermost: the layout in which torch's convolutions read maps, and their weights, quickest on a processor."""

from __future__ import annotations

import torch
from torch import Tensor, nn

_FORMATS = {4: torch.channels_last, 5: torch.channels_last_3d}
"""Torch has one such layout for images and one for video, by the number of axes with the batch; no other tensor has any."""


def lie_channels_last(module: nn.Module) -> nn.Module:
    """The module itself, its weights laid out channels innermost, each by its own number of axes."""
    for tensor in (*module.parameters(), *module.buffers()):
        tensor.data = channels_last(tensor.data)
    return module


def channels_last(tensor: Tensor) -> Tensor:
    """The same values, channels innermost where torch has that layout: a tensor of (N, C, H, W) or (N, C, D, H, W)."""
    layout = _FORMATS.get(tensor.ndim)
    return tensor if layout is None else tensor.to(memory_format=layout)
