"""CIFAR-10 and CIFAR-100 (Krizhevsky 2009) from their Python archives, as they are distributed or unpacked. Nothing is written."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archdsl.errors import InputError
from archdsl.train.data.files import expected, members, unpacked
from archdsl.train.data.pickles import fields
from archdsl.train.data.sets import DataSet, Held

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SIDE, MOST, MOST_IN_ARCHIVE = 32, 200_000_000, 400_000_000
"""Pixels; bytes of a file and of an archive. The largest file has 155 MB, the larger archive unpacked 187 MB."""


@dataclass(frozen=True)
class Layout:
    """What an archive holds.

    Attributes:
        train, test: files with the number of their images.
        meta: the file with the names of the classes.
        names: the field of them.
        labels: the field of labels in the other files.
        classes: how many there are.
        mean, deviation: by channel, of the training split with pixels from 0 to 1.
    """

    name: str
    title: str
    archive: str
    folder: str
    train: tuple[tuple[str, int], ...]
    test: tuple[str, int]
    meta: str
    names: str
    labels: str
    classes: int
    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]

    @property
    def files(self) -> tuple[str, ...]:
        return (*(name for name, _ in self.train), self.test[0], self.meta)


CIFAR10 = Layout(
    "cifar10", "CIFAR-10", "cifar-10-python.tar.gz", "cifar-10-batches-py",
    tuple((f"data_batch_{number}", 10_000) for number in range(1, 6)), ("test_batch", 10_000),
    "batches.meta", "label_names", "labels", 10, (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616),
)  # fmt: skip
CIFAR100 = Layout(
    "cifar100", "CIFAR-100", "cifar-100-python.tar.gz", "cifar-100-python", (("train", 50_000),), ("test", 10_000),
    "meta", "fine_label_names", "fine_labels", 100, (0.5071, 0.4865, 0.4409), (0.2673, 0.2564, 0.2762),
)  # fmt: skip


def cifar(layout: Layout, folder: Path) -> DataSet:
    """50,000 and 10,000 images of 32x32 in colour; of CIFAR-100 the labels are the fine ones.

    Args:
        folder: with the archive or with the folder that is in it; that folder itself, or the archive, does as well.

    Raises:
        InputError: a file is missing, cut short, of another kind, or asks to run something.
    """
    read = _reader(layout, folder)
    classes = _class_names(layout, *read(layout.meta))
    train, test = _split(layout, read, layout.train), _split(layout, read, (layout.test,))
    return DataSet(layout.name, layout.title, classes, 3, SIDE, layout.mean, layout.deviation, train, test)


Read = Callable[[str], tuple[bytes, str]]
"""From the name of a file to what it holds and where it is, for messages."""


def _reader(layout: Layout, folder: Path) -> Read:
    if os.path.isfile(folder):
        return _from_archive(layout, folder)
    for place in (folder / layout.folder, folder):
        if any(os.path.isfile(place / name) for name in layout.files):
            return _from_folder(layout, place)
    if os.path.isfile(folder / layout.archive):
        return _from_archive(layout, folder / layout.archive)
    what = f"{layout.archive} as distributed, or the folder {layout.folder} that is in it, is expected there"
    raise InputError(f"{folder} does not hold {layout.title}: {what}" if os.path.isdir(folder) else f"no folder {folder}: {what}")


def _from_folder(layout: Layout, folder: Path) -> Read:
    expected(folder, layout.files, layout.title)

    def read(name: str) -> tuple[bytes, str]:
        return unpacked(folder / name, MOST), str(folder / name)

    return read


def _from_archive(layout: Layout, path: Path) -> Read:
    """Its files by slices of the unpacked archive, which is held until all are read."""
    data = unpacked(path, MOST_IN_ARCHIVE)
    found = {member.name.removeprefix("./"): member for member in members(io.BytesIO(data), path)}
    lacks = [name for name in layout.files if f"{layout.folder}/{name}" not in found]
    if lacks:
        raise InputError(f"{path} lacks {', '.join(lacks)} in {layout.folder}; it is not the Python archive of {layout.title}")

    def read(name: str) -> tuple[bytes, str]:
        member = found[f"{layout.folder}/{name}"]
        where = f"{path}: {member.name}"
        if member.size > MOST:
            raise InputError(f"{where} holds more than the {MOST:,} bytes that it should")
        return data[member.offset_data : member.offset_data + member.size], where

    return read


def _class_names(layout: Layout, data: bytes, where: str) -> tuple[str, ...]:
    names = fields(data, where).get(layout.names)
    if not isinstance(names, list) or not all(isinstance(name, (bytes, str)) for name in names):
        raise InputError(f"{where} has no list of names '{layout.names}'; it is not of {layout.title}")
    if len(names) != layout.classes:
        raise InputError(f"{where} names {len(names)} classes; {layout.title} has {layout.classes}")
    return tuple(name.decode("utf-8", "replace") if isinstance(name, bytes) else name for name in names)


def _split(layout: Layout, read: Read, files: tuple[tuple[str, int], ...]) -> Held:
    import numpy as np

    parts = [_batch(layout, count, *read(name)) for name, count in files]
    pixels = np.concatenate([part for part, _ in parts]).reshape(-1, 3, SIDE, SIDE)
    return Held(pixels, np.concatenate([labels for _, labels in parts]))


def _batch(layout: Layout, count: int, data: bytes, where: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The images of one file, (count, 3072), and their labels, (count,)."""
    import numpy as np

    found = fields(data, where)
    pixels: Any = found.get("data")
    shape = (count, 3 * SIDE * SIDE)
    if not isinstance(pixels, np.ndarray) or pixels.shape != shape:
        came = f"an array of shape {pixels.shape}" if isinstance(pixels, np.ndarray) else "no array"
        raise InputError(f"{where} has {came} as 'data'; {layout.title} has {count:,} images of {shape[1]:,} bytes there")
    labels: Any = found.get(layout.labels)
    if not isinstance(labels, list) or len(labels) != count or not all(type(label) is int for label in labels):
        raise InputError(f"{where} has no list of {count:,} numbers '{layout.labels}'; it is not of {layout.title}")
    wrong = [label for label in labels if not 0 <= label < layout.classes]
    if wrong:
        raise InputError(f"{where} holds the label {wrong[0]}; there are {layout.classes} classes, from 0")
    return pixels, np.array(labels, np.int64)
