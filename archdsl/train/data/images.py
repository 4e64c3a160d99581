"""Sets of image files: ImageNet, and any images by class. Folders or tar archives, by what lies there."""

from __future__ import annotations

import os
from pathlib import Path

from archdsl.errors import InputError
from archdsl.train.data import folders, shards
from archdsl.train.data.sets import ClassedImages, DataSet, Split

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet's training images, by channel, for pixels from 0 to 1."""

SIDE, IMAGENET_CLASSES, LOOKED_AT = 224, 1000, 100


def imagenet(folder: Path) -> DataSet:
    """ImageNet (Russakovsky et al. 2015), 1,000 classes.

    Args:
        folder: with train/CLASS/*.JPEG and val/CLASS/*.JPEG, or with *train*.tar and *val*.tar.

    Raises:
        InputError: it holds something else, or another number of classes.
    """
    classes, train, test = _found(folder)
    if len(classes) != IMAGENET_CLASSES:
        raise InputError(
            f"{folder} holds {len(classes):,} classes; ImageNet has 1,000. Other images are read with folder:{folder}"
        )
    return DataSet("imagenet", "ImageNet", classes, 3, SIDE, MEAN, DEVIATION, train, test)


def images(folder: Path) -> DataSet:
    """Any images by class. Mean and deviation are those of ImageNet, whatever the images are.

    Its side is 224 pixels; where the first 100 images are all smaller, that of the largest of them.

    Raises:
        InputError: there are no images by class, or one of the first 100 cannot be read.
    """
    classes, train, test = _found(folder)
    return DataSet("folder", f"images of {folder.resolve().name}", classes, 3, _side(train), MEAN, DEVIATION, train, test)


def _found(folder: Path) -> ClassedImages:
    if not os.path.isdir(folder):
        raise InputError(f"no folder {folder}; images by class are expected there: {folders.EXPECTED}, or {shards.EXPECTED}")
    if shards.tars(folder) and not folders.has_split(folder):  # the archives that folders came from often lie beside them
        return shards.from_tars(folder)
    return folders.by_class(folder)


def _side(split: Split) -> int:
    largest = 0
    for number in range(min(len(split.labels), LOOKED_AT)):
        largest = max(largest, *split.image(number).shape[1:])
        if largest >= SIDE:
            return SIDE
    return largest
