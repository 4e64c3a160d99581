"""Sets of images by name: `digits`, `fashion-mnist`, `cifar10:DIR`, `cifar100:DIR`, `imagenet:DIR`, `folder:DIR`."""

from __future__ import annotations

from archdsl.train.data.sets import DataSet


def open_data(text: str) -> DataSet:
    from pathlib import Path

    from archdsl.train.data.digits import digits
    from archdsl.train.data.idx import fashion_mnist

    name, _, place = text.partition(":")
    return digits() if name == "digits" else fashion_mnist(Path(place) if place else None)
