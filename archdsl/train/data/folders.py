"""Images in a folder for each class: DIR/train/CLASS/* with DIR/val or DIR/test, or DIR/CLASS/* without a split."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.errors import InputError, unknown
from archdsl.train.data.picture import is_image, rgb
from archdsl.train.data.sets import TEST_EVERY, ClassedImages

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EXPECTED = "DIR/train/CLASS/*.jpg with DIR/val/CLASS/*.jpg or DIR/test/CLASS/*.jpg, or DIR/CLASS/*.jpg"
TEST_FOLDERS = ("val", "test")
"""The first that is there is taken: the test images of ImageNet have no labels."""


@dataclass(frozen=True, eq=False)
class Files:
    """A split of image files, each read when it is asked for.

    Attributes:
        folder: that they are under.
        names: of the files, from that folder.
        labels: (images,).
    """

    folder: Path
    names: tuple[str, ...] = field(repr=False)
    labels: NDArray[np.int64] = field(repr=False)

    def image(self, number: int) -> NDArray[np.uint8]:
        path = self.folder / self.names[number]
        return rgb(path, str(path))


def has_split(folder: Path) -> bool:
    """Whether a folder is split into images to train on and others, rather than having a class of this name."""
    return os.path.isdir(folder / "train") and bool(_listed(folder / "train")[0])


def by_class(folder: Path) -> ClassedImages:
    """The classes of a folder by the names of its folders, in their order, and its images. Hidden files and other files are passed over.

    Without a split, every fifth image of each class by name is a test image.

    Raises:
        InputError: there are no folders of classes, one of them has no images, or cannot be read; a class to be tested is not trained.
    """
    folders, _ = _listed(folder)
    if has_split(folder):
        return _split_by_folders(folder, folders)
    if not folders:
        raise InputError(f"{folder} holds no folders of images by class; expected there: {EXPECTED}")
    names = _names(folder, folders)
    train = {name: [file for index, file in enumerate(files) if not _held_out(index)] for name, files in names.items()}
    test = {name: [file for index, file in enumerate(files) if _held_out(index)] for name, files in names.items()}
    if not any(test.values()):
        raise InputError(f"{folder} has no class of {TEST_EVERY} images or more, so that none can be held out as test images")
    return tuple(folders), _files(folder, train, folders), _files(folder, test, folders)


def _held_out(index: int) -> bool:
    return index % TEST_EVERY == TEST_EVERY - 1


def _split_by_folders(folder: Path, folders: list[str]) -> ClassedImages:
    held_out = next((name for name in TEST_FOLDERS if name in folders), None)
    if held_out is None:
        raise InputError(f"{folder} has a folder 'train', but neither 'val' nor 'test'; expected there: {EXPECTED}")
    classes, tested = _listed(folder / "train")[0], _listed(folder / held_out)[0]
    if not tested:
        raise InputError(f"{folder / held_out} holds no folders of images by class; expected there: {EXPECTED}")
    for name in tested:
        if name not in classes:
            message, hint = unknown("class", name, classes)
            raise InputError(f"{folder / held_out}: {message}, which {folder / 'train'} does not have; {hint}")
    train, test = _names(folder / "train", classes), _names(folder / held_out, tested)
    return tuple(classes), _files(folder / "train", train, classes), _files(folder / held_out, test, classes)


def _names(folder: Path, classes: list[str]) -> dict[str, list[str]]:
    """The image files of each class, in order."""
    found = {name: [file for file in _listed(folder / name)[1] if is_image(file)] for name in classes}
    empty = [name for name, files in found.items() if not files]
    if empty:
        raise InputError(
            f"{folder / empty[0]} holds no images (.jpg, .png and others); every folder in {folder} stands for a class"
        )
    return found


def _files(folder: Path, names: dict[str, list[str]], classes: list[str]) -> Files:
    import numpy as np

    numbers = {name: number for number, name in enumerate(classes)}
    labels = [numbers[name] for name, files in names.items() for _ in files]
    return Files(folder, tuple(f"{name}/{file}" for name, files in names.items() for file in files), np.array(labels, np.int64))


def _listed(folder: Path) -> tuple[list[str], list[str]]:
    """Folders and files in a folder, by name; hidden ones are left out. Links are followed, once: nothing below is looked at."""
    folders: list[str] = []
    files: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if not entry.name.startswith("."):
                    (folders if entry.is_dir() else files).append(entry.name)
    except OSError as error:
        raise InputError(f"{error.filename or folder} cannot be read: {error.strerror}") from None
    return sorted(folders), sorted(files)
