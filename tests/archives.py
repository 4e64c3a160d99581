"""Small data sets as files: pickles as Python 2 wrote them, archives of CIFAR, pictures, tar shards."""

from __future__ import annotations

import io
import struct
import tarfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from archdsl.train.data.cifar import CIFAR10, CIFAR100, Layout

IMAGES, TESTED = 12, 7
SMALL10 = replace(CIFAR10, train=tuple((name, IMAGES) for name, _ in CIFAR10.train), test=("test_batch", TESTED))
SMALL100 = replace(CIFAR100, train=(("train", IMAGES),), test=("test", TESTED))
"""The layouts of CIFAR with fewer images."""


def _text(text: bytes) -> bytes:
    return b"U" + bytes([len(text)]) + text if len(text) < 256 else b"T" + struct.pack("<i", len(text)) + text


def python2(value: Any) -> bytes:
    """A pickle of protocol 2 as Python 2 and the numpy of its time wrote it: texts are strings of bytes."""
    return b"\x80\x02" + _written(value) + b"."


def _written(value: Any) -> bytes:
    if isinstance(value, dict):
        return b"}(" + b"".join(_written(key) + _written(one) for key, one in value.items()) + b"u"
    if isinstance(value, list):
        return b"](" + b"".join(map(_written, value)) + b"e"
    if isinstance(value, tuple):
        return b"(" + b"".join(map(_written, value)) + b"t"
    if isinstance(value, (str, bytes)):
        return _text(value.encode() if isinstance(value, str) else value)
    if isinstance(value, np.ndarray):
        empty = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n" + _written((0,)) + _written(b"b") + b"\x87R"
        kind = (
            b"cnumpy\ndtype\n"
            + _written(value.dtype.str[1:])
            + b"K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
        )
        return empty + b"(K\x01" + _written(value.shape) + kind + b"\x89" + _written(value.tobytes()) + b"tb"
    return b"J" + struct.pack("<i", value)


def cifar_files(layout: Layout) -> dict[str, bytes]:
    """The files of a layout: pixels that count on from file to file, labels that end with the last class."""
    files = {layout.meta: python2({layout.names: [f"class {number}" for number in range(layout.classes)], "num_vis": 3072})}
    for start, (name, count) in enumerate([*layout.train, layout.test]):
        pixels = (np.arange(count * 3072, dtype=np.uint32) + 7 * start).astype(np.uint8).reshape(count, 3072)
        labels = [layout.classes - 1 - (index + start) % layout.classes for index in range(count)]
        files[name] = python2({"batch_label": name, layout.labels: labels, "data": pixels, "coarse_labels": [0] * count})
    return files


def write_folder(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def write_tar(path: Path, files: Mapping[str, bytes]) -> Path:
    """Packed by gzip where the name says so."""
    with tarfile.open(path, "w:gz" if path.suffix == ".gz" else "w") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def picture(height: int = 6, width: int = 5, seed: int = 0, kind: str = "png", mode: str = "RGB") -> bytes:
    """An image file with noise."""
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(stream, kind)
    return stream.getvalue()


def pixels_of(file: bytes) -> np.ndarray:
    """(3, height, width)."""
    return np.asarray(Image.open(io.BytesIO(file)).convert("RGB")).transpose(2, 0, 1)
