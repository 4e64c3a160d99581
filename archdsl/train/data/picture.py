"""One image file as pixels, by Pillow."""

from __future__ import annotations

import io
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.errors import InputError, clip
from archdsl.extras import needed_by

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".ppm", ".pgm"})
"""Of the names of image files, in any case of letters."""


def is_image(name: str) -> bool:
    """Whether a file is one by its name; hidden files are none."""
    return not name.startswith(".") and os.path.splitext(name)[1].lower() in ENDINGS


def rgb(source: Path | bytes, where: str) -> NDArray[np.uint8]:
    """The pixels of an image, (3, height, width). Grey is repeated, what is transparent is dropped, animations give their first image.

    Args:
        source: a file, or what it holds.
        where: the file, for messages.

    Raises:
        InputError: it cannot be read, is no image, or is damaged; names the file.
        Missing: Pillow is not installed.
    """
    import numpy as np

    with needed_by("reading image files"):
        from PIL import Image
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd palettes and metadata; what cannot be read raises
            with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source) as image:
                return np.asarray(image.convert("RGB")).transpose(2, 0, 1).copy()
    except Exception as error:  # each format of Pillow fails on damage in its own way
        raise InputError(f"{where} cannot be read as an image: {_why(error)}") from None


def _why(error: Exception) -> str:
    from PIL import UnidentifiedImageError

    if isinstance(error, UnidentifiedImageError):
        return "it is of no known format"
    return getattr(error, "strerror", None) or clip(str(error) or type(error).__name__)
