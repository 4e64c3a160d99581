"""Images in tar archives, as webdataset writes them: files KEY.jpg and KEY.cls, one after the other, make a sample.

What is in the archives is listed once, by their headers, so that an image is read by its number: the order of training, and going on
after an interrupt, are then as exact as for any other set.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from archdsl.errors import InputError, clip
from archdsl.train.data.files import members
from archdsl.train.data.picture import is_image, rgb
from archdsl.train.data.sets import ClassedImages

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EXPECTED = "DIR/*train*.tar and DIR/*val*.tar with KEY.jpg and KEY.cls"
TEST_WORDS = ("val", "test")
LONGEST_LABEL = 20


@dataclass(frozen=True, eq=False)
class Shards:
    """A split in tar archives. An archive is opened for each image, so that processes share no place in a file.

    Attributes:
        paths: of the archives.
        places: for each image its archive, and offset and size in bytes there, (images, 3).
        labels: (images,).
    """

    paths: tuple[Path, ...]
    places: NDArray[np.int64] = field(repr=False)
    labels: NDArray[np.int64] = field(repr=False)

    def image(self, number: int) -> NDArray[np.uint8]:
        shard, offset, size = map(int, self.places[number])
        path = self.paths[shard]
        where = f"{path}, image at byte {offset:,}"
        try:
            with path.open("rb") as stream:
                stream.seek(offset)
                data = stream.read(size)
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}") from None
        if len(data) < size:
            raise InputError(f"{where} cannot be read: the archive has become shorter")
        return rgb(data, where)


class _Sample(NamedTuple):
    offset: int
    size: int
    label: int


def tars(folder: Path) -> list[Path]:
    """The archives in a folder, by name."""
    return sorted(folder.glob("*.tar"))


def from_tars(folder: Path) -> ClassedImages:
    """The classes, which have numbers for names, and the images of a folder of tar archives.

    Raises:
        InputError: archives are missing, cut short, or hold samples without an image or a label; labels leave a number out.
    """
    found = tars(folder)
    train = [path for path in found if "train" in path.name]
    test = next(filter(None, ([p for p in found if word in p.name and p not in train] for word in TEST_WORDS)), [])
    if not train or not test:
        lacks = "to train on" if not train else "to test on"
        raise InputError(f"{folder} holds no tar archives {lacks}; expected there: {EXPECTED}")
    trained, tested = _shards(train), _shards(test)
    classes = _classes(trained, folder)
    if int(tested.labels.max()) >= classes:
        raise InputError(
            f"{test[0].parent}: a test image has the label {tested.labels.max()}; those to train on end at {classes - 1}"
        )
    return tuple(map(str, range(classes))), trained, tested


def _classes(split: Shards, folder: Path) -> int:
    """How many there are: every number from 0 to the largest label must have an image."""
    import numpy as np

    present = np.unique(split.labels)
    gaps = np.flatnonzero(present != np.arange(len(present)))
    if len(gaps):
        raise InputError(f"{folder}: there are labels up to {present[-1]}, but no image to train on has the label {gaps[0]}")
    return len(present)


def _shards(paths: list[Path]) -> Shards:
    import numpy as np

    tables = []
    for shard, path in enumerate(paths):
        samples = np.array(list(_samples(path)), np.int64).reshape(-1, 3)
        if not len(samples):
            raise InputError(f"{path} holds no images; expected there: {EXPECTED}")
        tables.append(np.insert(samples, 0, shard, axis=1))
    table = np.concatenate(tables)
    return Shards(tuple(paths), table[:, :3].copy(), table[:, 3].copy())


def _samples(path: Path) -> Iterator[_Sample]:
    key, image, label = "", None, None
    for name, offset, size, text in chain(_parts(path), [("", 0, 0, None)]):
        stem = _key(name)
        if stem != key:
            if key:
                yield _sample(path, key, image, label)
            key, image, label = stem, None, None
        if text is not None:
            label = _label(text, path, name)
        elif image is None:
            image = (offset, size)
        else:
            raise InputError(f"{path}: sample {clip(key)} has two images, the second {clip(name)}")


def _sample(path: Path, key: str, image: tuple[int, int] | None, label: int | None) -> _Sample:
    if image is None or label is None:
        lacks = "label (.cls)" if image else "image (.jpg, .png and others)"
        raise InputError(f"{path}: sample {clip(key)} has no {lacks}")
    return _Sample(*image, label)


def _parts(path: Path) -> Iterator[tuple[str, int, int, bytes | None]]:
    """Images and labels in their order: name, offset, size, and the text of a label. Other files are passed over."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    with stream:
        for member in members(stream, path):
            base = member.name.rpartition("/")[2]
            if base.count(".") != 1:  # KEY.seg.png is a mask of the image KEY.png
                continue
            if is_image(base):
                yield member.name, member.offset_data, member.size, None
            elif base.endswith(".cls"):
                stream.seek(member.offset_data)
                yield member.name, member.offset_data, member.size, stream.read(min(member.size, LONGEST_LABEL + 1))


def _key(name: str) -> str:
    """What the files of a sample have in common: the name up to the first dot of its last part."""
    folder, slash, base = name.rpartition("/")
    return folder + slash + base.partition(".")[0]


def _label(text: bytes, path: Path, name: str) -> int:
    stripped = text.strip()
    if len(text) > LONGEST_LABEL or not stripped.isdigit():
        raise InputError(f"{path}: {clip(name)} holds {clip(repr(text))} where the number of a class is expected")
    number = int(stripped)
    if number > 1_000_000:
        raise InputError(f"{path}: {clip(name)} holds the label {number:,}; no set has so many classes")
    return number
