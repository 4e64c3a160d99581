"""Large weights in memory that the system maps by large pages, where it has them: Linux on request, others not."""

from __future__ import annotations

import ctypes
import mmap
from contextlib import suppress

import torch
from torch import Tensor, nn

PAGE = 2**21
"""Bytes of a large page."""
LEAST = 2 * PAGE
"""Bytes from which a weight is moved: what is rounded up to whole pages is at most half of it more."""


def lie_in_large_pages(module: nn.Module) -> nn.Module:
    """The module itself, its large weights moved.

    A forward pass of one image reads every weight of a linear layer once, so that its time is that of reading memory, and finding where
    each page of 4 KiB lies is a part of it. Where memory was used before, pages lie scattered, and the part grows.
    """
    if hasattr(mmap, "MADV_HUGEPAGE"):
        for weight in module.parameters():
            if weight.device.type == "cpu" and weight.nbytes >= LEAST:
                weight.data = _moved(weight.data)
    return module


def _moved(tensor: Tensor) -> Tensor:
    """The same values in the same layout, in whole large pages as far as the system has some."""
    room = mmap.mmap(-1, tensor.nbytes + PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    with suppress(OSError):  # of a system that was built without large pages
        room.madvise(mmap.MADV_HUGEPAGE)
    begin = -ctypes.addressof(ctypes.c_char.from_buffer(room)) % PAGE
    flat = torch.frombuffer(room, dtype=tensor.dtype, count=tensor.numel(), offset=begin)
    return flat.as_strided(tensor.shape, tensor.stride()).copy_(tensor)
