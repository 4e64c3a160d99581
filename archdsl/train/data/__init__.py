"""Sets of images by name: `digits`, `fashion-mnist`, `cifar10:DIR`, `cifar100:DIR`, `imagenet:DIR`, `folder:DIR`."""

from __future__ import annotations

import os
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
    """A set that can be named: what it is, and what opens it in a folder. Sets without a folder are given an empty path."""

    what: str
    opened: Callable[[Path], DataSet]


_KNOWN = {
    "digits": _Known("handwritten digits of 8x8 pixels, which come with archdsl", lambda _: digits()),
    "fashion-mnist": _Known(
        "clothes of 28x28 pixels, from Debian's package dataset-fashion-mnist", lambda _: fashion_mnist(None)
    ),
    "fashion-mnist:DIR": _Known("the same from the four IDX files in DIR", fashion_mnist),
    "cifar10:DIR": _Known("CIFAR-10; DIR has cifar-10-python.tar.gz or what is in it", lambda place: cifar(CIFAR10, place)),
    "cifar100:DIR": _Known(
        "CIFAR-100, fine labels; DIR has cifar-100-python.tar.gz or what is in it", lambda place: cifar(CIFAR100, place)
    ),
    "imagenet:DIR": _Known("ImageNet; DIR has train/CLASS/*.JPEG and val/CLASS/*.JPEG, or *train*.tar and *val*.tar", imagenet),
    "folder:DIR": _Known(
        "any images by class; DIR has train/CLASS/* and val/CLASS/*, or CLASS/*, or *train*.tar and *val*.tar", images
    ),
}
"""By how they are written."""


def names() -> dict[str, str]:
    """Every set that `open_data` opens, as it is written, with a line that says what it is and what is expected where."""
    return {written: known.what for written, known in _KNOWN.items()}


def open_data(text: str) -> DataSet:
    """A set of images by its name, or by `NAME:DIR`.

    Raises:
        InputError: the name is not known, a folder is missing, or what lies there is not that set.
    """
    name, _, place = text.partition(":")
    known = _KNOWN.get(f"{name}:DIR" if place else text)
    if known is not None:
        return known.opened(Path(os.path.expanduser(place)))
    written = [one for one in _KNOWN if one.partition(":")[0] == name]
    if not written:
        raise InputError("; ".join(unknown("set of images", name, dict.fromkeys(one.partition(":")[0] for one in _KNOWN))))
    raise InputError(f"'{clip(text)}' is written {' or '.join(written)}: {_KNOWN[written[-1]].what}")
