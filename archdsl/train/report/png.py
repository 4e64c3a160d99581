"""Pixels as a PNG inside of a page. The form is small enough to write here, and training then needs no library of pictures."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COLOURS = {1: 0, 3: 2, 4: 6}
"""From channels (grey; red, green, blue; these with alpha) to the type of colour (PNG specification, third edition, 11.2.1)."""


def png(pixels: NDArray[np.uint8]) -> bytes:
    """A picture of 8 bits a channel.

    Args:
        pixels: (C, H, W) with 1, 3 or 4 channels.
    """
    import numpy as np

    channels, height, width = pixels.shape
    rows = np.zeros((height, 1 + width * channels), np.uint8)  # a row begins with its filter: 0 is none
    rows[:, 1:] = pixels.transpose(1, 2, 0).reshape(height, -1)
    head = struct.pack(">IIBBBBB", width, height, 8, COLOURS[channels], 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def address(pixels: NDArray[np.uint8]) -> str:
    """The same as an address that holds it."""
    return f"data:image/png;base64,{b64encode(png(pixels)).decode()}"


def smaller(pixels: NDArray[np.uint8], most: int) -> NDArray[np.uint8]:
    """The picture with no side above `most`: means over squares of pixels. (C, H, W) to (C, H', W'); as it is where it fits."""
    import numpy as np

    step = -(-max(pixels.shape[1:]) // most)
    if step == 1:
        return pixels
    height, width = (max(1, side // step) for side in pixels.shape[1:])
    kept = pixels[:, : height * step, : width * step]
    across, down = min(step, kept.shape[2]), min(step, kept.shape[1])
    squares = kept.reshape(len(pixels), height, down, width, across)
    made: NDArray[np.uint8] = np.rint(squares.mean((2, 4))).astype(np.uint8)
    return made


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
