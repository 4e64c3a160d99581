"""Sets of images by name: `digits`, `fashion-mnist`, `cifar10:DIR`, `cifar100:DIR`, `imagenet:DIR`, `folder:DIR`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from archdsl.errors import InputError, clip, unknown
from archdsl.train.data.cifar import CIFAR10, CIFAR100, cifar
from archdsl.train.data.digits import digits
from archdsl.train.data.idx import fashion_mnist
from archdsl.train.data.images import imagenet, images
from archdsl.train.data.sets import DataSet


class _Known(NamedTuple):
    """A set that can be named: how it is written, what it is, and what opens it: alone, and in a folder, where that is possible."""

    usage: str
    what: str
    alone: Callable[[], DataSet] | None
    inside: Callable[[Path], DataSet] | None


_KNOWN = {
    "digits": _Known("digits", "handwritten digits of 8x8 pixels, which come with archdsl", digits, None),
    "fashion-mnist": _Known(
        "fashion-mnist or fashion-mnist:DIR",
        "clothes of 28x28 pixels; DIR has the four IDX files, without it those of Debian's package dataset-fashion-mnist",
        lambda: fashion_mnist(None),
        fashion_mnist,
    ),
    "cifar10": _Known(
        "cifar10:DIR",
        "CIFAR-10; DIR has cifar-10-python.tar.gz or what is in it",
        None,
        lambda folder: cifar(CIFAR10, folder),
    ),
    "cifar100": _Known(
        "cifar100:DIR",
        "CIFAR-100 with its fine labels; DIR has cifar-100-python.tar.gz or what is in it",
        None,
        lambda folder: cifar(CIFAR100, folder),
    ),
    "imagenet": _Known(
        "imagenet:DIR",
        "ImageNet; DIR has train/CLASS/*.JPEG and val/CLASS/*.JPEG, or *train*.tar and *val*.tar with KEY.jpg and KEY.cls",
        None,
        imagenet,
    ),
    "folder": _Known(
        "folder:DIR",
        "any images by class: DIR/train/CLASS/* with DIR/val or DIR/test, DIR/CLASS/* with every fifth held out, or tar archives",
        None,
        images,
    ),
}


def names() -> dict[str, str]:
    """Every set that `open_data` opens, as it is written, with a line that says what it is and where it is expected."""
    return {known.usage: known.what for known in _KNOWN.values()}


def open_data(text: str) -> DataSet:
    """A set of images by its name, or by `NAME:DIR`.

    Raises:
        InputError: the name is not known, a folder is missing, or what lies there is not that set.
    """
    name, colon, place = text.partition(":")
    known = _KNOWN.get(name)
    if known is None:
        raise InputError("; ".join(unknown("set of images", name, _KNOWN)))
    if known.inside is not None and place:
        return known.inside(Path(place).expanduser())
    if known.alone is not None and not colon:
        return known.alone()
    raise InputError(f"'{clip(text)}' is written {known.usage}: {known.what}")
