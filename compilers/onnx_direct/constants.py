"""Tables that follow from sizes alone, as the torch back end's layers make them (`compilers/torch/positions.py`)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from archdsl.ops.positions import Rotary
from archdsl.ops.scores import RelativeBias, RelativeMlp

Table = NDArray[Any]


def relative_index(op: RelativeBias | RelativeMlp) -> Table:
    """For each pair of tokens of a window, row by row, the number of their offset: (tokens * tokens,)."""
    height, width = op.window
    down, right = np.divmod(np.arange(height * width), width)
    if isinstance(op, RelativeMlp):
        found: Table = (down[:, None] - down + height - 1) * (2 * width - 1) + (right[:, None] - right + width - 1)
        return found.flatten()
    if op.heads_first:
        down, right = -down, -right
    if op.absolute:
        asking = (down % op.stride == 0) & (right % op.stride == 0)
        apart: Table = np.abs(down[asking, None] - down) * width + np.abs(right[asking, None] - right)
        return apart.flatten()
    index: Table = (down[:, None] - down + height - 1) * (2 * width - 1) + (right[:, None] - right + width - 1)
    if op.class_token:
        last = (2 * height - 1) * (2 * width - 1)
        index = np.pad(index, (1, 0))
        index[0], index[:, 0], index[0, 0] = last, last + 1, last + 2
    return index.flatten()


def offsets(op: RelativeMlp) -> Table:
    """How far two places of a window are apart, on the scale that the layers take: (offsets, 2), in float32 throughout."""
    shares = op.offsets == "shares"
    axes = [np.arange(1 - extent, extent).astype(np.float32) for extent in op.window]
    if shares:
        axes = [8 * axis / np.float32(max(1, extent - 1)) for axis, extent in zip(axes, op.window, strict=True)]
    apart = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 2)
    scale = np.log2(1 + np.abs(apart)) / np.float32(3) if shares else np.log(1 + np.abs(apart))
    found: Table = (np.sign(apart) * scale).astype(np.float32)
    return found


def window_mask(size: tuple[int, int], window: tuple[int, int], shifts: tuple[int, int]) -> Table:
    """1 where two tokens of a window of the rolled map were no neighbours before: (windows, 1, places, places)."""
    parts = []
    for extent, kernel, shift in zip(size, window, shifts, strict=True):
        places = np.arange(extent)
        parts.append((places >= extent - kernel).astype(int) + (places >= extent - shift) * (shift > 0))
    region = 3 * parts[0][:, None] + parts[1]
    rows, columns = size[0] // window[0], size[1] // window[1]
    region = region.reshape(rows, window[0], columns, window[1]).swapaxes(1, 2).reshape(rows * columns, 1, -1)
    mask: Table = (region[..., None] != region[..., None, :]).astype(np.float32)
    return mask


def angles(tokens: int, channels: int, base: float) -> Table:
    """Angles of rotary and sinusoidal positions: (tokens, channels / 2)."""
    pace = base ** (-np.arange(0, channels, 2) / channels)
    found: Table = np.arange(tokens)[:, None] * pace
    return found


def turns(op: Rotary, tokens: int, channels: int) -> Table:
    """Angles by which each token turns its pairs of channels: (tokens, channels / 2)."""
    if op.map is None:
        found = angles(tokens - op.class_tokens, channels, op.base)
    else:
        parts = []
        for places, extent in zip(np.divmod(np.arange(tokens - op.class_tokens), op.map[1]), op.map, strict=True):
            along = ((2 * places + 1) / extent - 1) * (2 * np.pi) if op.centred else places
            parts.append(along[:, None] * op.base ** (-np.arange(0, channels // 2, 2) / (channels // 2)))
        found = np.concatenate(parts, 1)
    return np.pad(found, ((op.class_tokens, 0), (0, 0)))


def fourier_table(channels: int, height: int, width: int, base: float) -> Table:
    """Sines and cosines of the places of a map: (2 * channels, height, width), in float32 throughout."""
    pace = np.float32(base) ** (2 * (np.arange(channels) // 2).astype(np.float32) / np.float32(channels))
    parts = []
    for extent in (height, width):
        place = np.arange(1, extent + 1, dtype=np.float32) / np.float32(extent + 1e-6) * np.float32(2 * np.pi)
        angle = place[:, None] / pace
        parts.append(np.stack([np.sin(angle[:, ::2]), np.cos(angle[:, 1::2])], 2).reshape(extent, channels).T)
    down, right = parts
    size = (channels, height, width)
    found: Table = np.concatenate([np.broadcast_to(down[:, :, None], size), np.broadcast_to(right[:, None, :], size)])
    return found.astype(np.float32)
