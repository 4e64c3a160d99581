"""Fashion-MNIST, in four IDX files as those of MNIST."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.errors import InputError
from archdsl.train.data.files import unpacked
from archdsl.train.data.sets import DataSet, Held

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DEBIAN = Path("/usr/share/datasets/fashion-mnist")
"""Where Debian's package dataset-fashion-mnist puts the files."""

FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
"""Each as it is, or with .gz."""

CLASSES = ("T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")
MOST = 64_000_000


def fashion_mnist(folder: Path | None) -> DataSet:
    """Fashion-MNIST (Xiao, Rasul & Vollgraf 2017): 60,000 and 10,000 images of 28x28 in ten classes.

    Args:
        folder: with the four files; that of Debian's package if not given.

    Raises:
        InputError: a file is missing, cut short or of another kind.
    """
    place = folder or DEBIAN
    paths = [_path(place, name) for name in FILES]
    train, test = _split(*paths[:2]), _split(*paths[2:])
    return DataSet("fashion-mnist", "Fashion-MNIST", CLASSES, 1, 32, (0.2860,), (0.3530,), train, test)


def _path(folder: Path, name: str) -> Path:
    for path in (folder / f"{name}.gz", folder / name):
        if os.path.isfile(path):
            return path
    hint = "; Debian's package dataset-fashion-mnist brings it" if folder == DEBIAN else ""
    raise InputError(f"no {name}.gz in {folder}: the four IDX files of Fashion-MNIST are expected there{hint}")


def _split(images: Path, labels: Path) -> Held:
    import numpy as np

    pixels, classes = _read(images, 3), _read(labels, 1)
    if len(pixels) != len(classes):
        raise InputError(f"{images} holds {len(pixels):,} images and {labels} {len(classes):,} labels")
    if int(classes.max(initial=0)) >= len(CLASSES):
        raise InputError(f"{labels} holds the label {int(classes.max())}; there are {len(CLASSES)} classes, from 0")
    counts = np.bincount(classes, minlength=len(CLASSES))
    if counts.min() != counts.max():  # MNIST's digits come in files of the same names and sizes
        raise InputError(
            f"{labels} is of another set, or cut short: its classes have from {counts.min():,} to {counts.max():,} images, "
            "where all of Fashion-MNIST have the same number"
        )
    return Held(pixels[:, None], classes.astype(np.int64))


def _read(path: Path, axes: int) -> NDArray[np.uint8]:
    """The array of an IDX file: two zeros, 8 for bytes, the number of axes, their sizes as big-endian 32-bit numbers, the bytes."""
    import numpy as np

    data = unpacked(path, MOST)
    head = 4 + 4 * axes
    if len(data) < head or data[:4] != bytes((0, 0, 8, axes)):
        raise InputError(f"{path} is no IDX file of bytes with {axes} ax{'is' if axes == 1 else 'es'}")
    sizes = [int.from_bytes(data[4 + 4 * axis : 8 + 4 * axis], "big") for axis in range(axes)]
    wanted = head + math.prod(sizes)
    if not all(sizes):
        raise InputError(f"{path} is empty: its sizes are {sizes}")
    if len(data) != wanted:
        raise InputError(f"{path} holds {len(data):,} bytes where its head says {wanted:,}; it is cut short or damaged")
    return np.frombuffer(data, np.uint8, offset=head).reshape(sizes).copy()
