"""Grouped convolutions in double precision as one matrix product for each group, all at once.

PyTorch runs them group by group, so that a depthwise convolution over 1536 channels of one place takes seconds. The same sums, in another
order: columns of the windows times the filters.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.nn.functional import unfold
from torch.utils._python_dispatch import TorchDispatchMode


class Grouped(TorchDispatchMode):
    """While it is entered, two-dimensional convolutions of groups in double precision are computed so; all else as ever."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is torch.ops.aten.convolution.default:
            image, weight, bias, stride, padding, dilation, transposed, _, groups = args
            if groups > 1 and not transposed and image.dim() == 4 and image.dtype == torch.double:
                return convolution(image, weight, bias, stride, padding, dilation, groups)
        return func(*args, **(kwargs or {}))


def convolution(image: Any, weight: Any, bias: Any, stride: Any, padding: Any, dilation: Any, groups: int) -> Any:
    """(n, channels, height, width) to (n, out, height', width')."""
    kernel, sizes = weight.shape[2:], zip(image.shape[2:], weight.shape[2:], stride, padding, dilation, strict=True)
    height, width = ((size + 2 * pad - step * (taps - 1) - 1) // move + 1 for size, taps, move, pad, step in sizes)
    columns = unfold(image, kernel, dilation, padding, stride)
    columns = columns.reshape(len(image), groups, -1, height * width)
    output = (weight.reshape(groups, len(weight) // groups, -1) @ columns).reshape(len(image), -1, height, width)
    return output if bias is None else output + bias.reshape(-1, 1, 1)
