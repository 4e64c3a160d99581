"""CIFAR-10 and CIFAR-100 from archives and folders laid out like the real ones, with a few images in each file."""

from __future__ import annotations

import gzip
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from archives import IMAGES, SMALL10, SMALL100, TESTED, cifar_files, python2, write_folder, write_tar

from archdsl.errors import InputError
from archdsl.train.data import open_data
from archdsl.train.data.cifar import CIFAR10, CIFAR100, Layout, cifar

BOTH = pytest.mark.parametrize("layout", [SMALL10, SMALL100], ids=lambda layout: layout.name)


def archive(folder: Path, layout: Layout, **changed: bytes | None) -> Path:
    """The archive of a layout, with files changed or left out."""
    files = {**cifar_files(layout), **changed}
    named = {f"{layout.folder}/{name}": data for name, data in files.items() if data is not None}
    return write_tar(folder / layout.archive, named)


@BOTH
def test_the_archive_is_read(tmp_path: Path, layout: Layout) -> None:
    archive(tmp_path, layout)
    data = cifar(layout, tmp_path)
    assert data.classes == tuple(f"class {number}" for number in range(layout.classes))
    assert (data.name, data.channels, data.side, data.flips) == (layout.name, 3, 32, True)
    assert data.train.labels.shape == (IMAGES * len(layout.train),)
    assert data.test.labels.shape == (TESTED,)
    assert data.train.labels.dtype == np.int64
    assert data.train.labels[:2].tolist() == [layout.classes - 1, layout.classes - 2]
    image = data.train.image(1)
    assert image.shape == (3, 32, 32)
    assert image.dtype == np.uint8
    assert image.ravel().tolist() == (np.arange(3072, 6144) % 256).tolist()  # red, green, blue, each row by row
    assert data.test.image(0)[0, 0, 0] == 7 * len(layout.train)
    assert list(tmp_path.iterdir()) == [tmp_path / layout.archive]


@BOTH
@pytest.mark.parametrize("place", ["beside", "inside", "archive"])
def test_every_place_gives_the_same(tmp_path: Path, layout: Layout, place: str) -> None:
    inside = write_folder(tmp_path / "unpacked" / layout.folder, cifar_files(layout))
    packed = archive(tmp_path, layout)
    found = cifar(layout, {"beside": inside.parent, "inside": inside, "archive": packed}[place])
    usual = cifar(layout, tmp_path)
    for split in ("train", "test"):
        one, other = getattr(found, split), getattr(usual, split)
        assert np.array_equal(one.pixels, other.pixels)
        assert np.array_equal(one.labels, other.labels)


def test_the_real_sets_have_their_sizes(tmp_path: Path) -> None:
    assert [sum(count for _, count in layout.train) for layout in (CIFAR10, CIFAR100)] == [50_000, 50_000]
    archive(tmp_path, SMALL10)
    with pytest.raises(
        InputError, match=r"data_batch_1 has an array of shape \(12, 3072\) .* CIFAR-10 has 10,000 images of 3,072 bytes"
    ):
        open_data(f"cifar10:{tmp_path}")


@BOTH
def test_nothing_there(tmp_path: Path, layout: Layout) -> None:
    with pytest.raises(
        InputError, match=rf"does not hold {layout.title}: {layout.archive} as distributed, or the folder {layout.folder}"
    ):
        cifar(layout, tmp_path)
    with pytest.raises(InputError, match=rf"^no folder .*none: {layout.archive} as distributed"):
        cifar(layout, tmp_path / "none")


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    write_folder(tmp_path / SMALL10.folder, {name: data for name, data in cifar_files(SMALL10).items() if name[-1] not in "24"})
    with pytest.raises(InputError, match="cifar-10-batches-py lacks data_batch_2, data_batch_4; CIFAR-10 is expected there"):
        cifar(SMALL10, tmp_path)
    with pytest.raises(InputError, match=r"tar.gz lacks data_batch_3, batches.meta in cifar-10-batches-py"):
        cifar(SMALL10, archive(tmp_path, SMALL10, data_batch_3=None, **{"batches.meta": None}))


def test_the_archive_of_the_other_set(tmp_path: Path) -> None:
    packed = archive(tmp_path, SMALL100)
    with pytest.raises(InputError, match=r"it is not the Python archive of CIFAR-10$"):
        cifar(SMALL10, packed)


def test_a_cut_archive(tmp_path: Path) -> None:
    packed = archive(tmp_path, SMALL10)
    whole = packed.read_bytes()
    for length in (0, 5, len(whole) // 2, len(whole) - 9):
        packed.write_bytes(whole[:length])
        with pytest.raises(InputError, match=r"cifar-10-python\.tar\.gz (cannot be read|is no tar archive)"):
            cifar(SMALL10, tmp_path)
    unpacked = gzip.decompress(whole)
    for length in (200, 512 * 10, len(unpacked) // 2, len(unpacked) // 2 + 100):
        packed.write_bytes(gzip.compress(unpacked[:length], 1))
        with pytest.raises(InputError, match=r"cifar-10-python\.tar\.gz is no tar archive, or is cut short or damaged"):
            cifar(SMALL10, tmp_path)


def test_damage_within_the_archive(tmp_path: Path) -> None:
    packed = archive(tmp_path, SMALL10)
    whole = bytearray(packed.read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    packed.write_bytes(whole)
    with pytest.raises(InputError, match=r"cifar-10-python\.tar\.gz"):
        cifar(SMALL10, tmp_path)


def test_no_archive_at_all(tmp_path: Path) -> None:
    for content in (b"<html>moved</html>", gzip.compress(b"<html>moved</html>" * 100)):
        (tmp_path / SMALL10.archive).write_bytes(content)
        with pytest.raises(InputError, match=r"cifar-10-python\.tar\.gz (cannot be read: Not a gzipped file|is no tar archive)"):
            cifar(SMALL10, tmp_path)


def test_links_and_paths_of_an_archive_lead_nowhere(tmp_path: Path) -> None:
    import tarfile

    with tarfile.open(tmp_path / SMALL10.archive, "w:gz") as packed:
        for name in cifar_files(SMALL10):
            link = tarfile.TarInfo(f"{SMALL10.folder}/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            packed.addfile(link)
        packed.addfile(tarfile.TarInfo("../escaped"))
    with pytest.raises(InputError, match="lacks data_batch_1, data_batch_2"):
        cifar(SMALL10, tmp_path)
    assert list(tmp_path.parent.glob("escaped")) == []


class Harmful:
    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


@pytest.mark.parametrize("name", ["batches.meta", "data_batch_3", "test_batch"])
def test_a_hostile_file_runs_nothing(tmp_path: Path, name: str) -> None:
    trace = tmp_path / "trace"
    archive(tmp_path, SMALL10, **{name: pickle.dumps({b"data": Harmful(trace)}, 2)})
    with pytest.raises(InputError, match=rf"cifar-10-python.tar.gz: cifar-10-batches-py/{name} asks for posix.system"):
        cifar(SMALL10, tmp_path)
    assert not trace.exists()


PIXELS = np.zeros((IMAGES, 3072), np.uint8)
LABELS = [0] * IMAGES


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        (
            {"data": PIXELS[:, :3071], "labels": LABELS},
            r"an array of shape \(12, 3071\) as 'data'; CIFAR-10 has 12 images of 3,072",
        ),
        ({"data": PIXELS.reshape(-1), "labels": LABELS}, r"an array of shape \(36864,\)"),
        ({"data": PIXELS[1:], "labels": LABELS}, r"an array of shape \(11, 3072\)"),
        ({"data": [1, 2], "labels": LABELS}, "has no array as 'data'"),
        ({"labels": LABELS}, "has no array as 'data'"),
        ({"data": PIXELS}, "no list of 12 numbers 'labels'"),
        ({"data": PIXELS, "labels": LABELS[1:]}, "no list of 12 numbers 'labels'"),
        ({"data": PIXELS, "labels": [*LABELS[1:], "cat"]}, "no list of 12 numbers 'labels'"),
        ({"data": PIXELS, "labels": [*LABELS[1:], 10]}, "the label 10; there are 10 classes, from 0"),
        ({"data": PIXELS, "labels": [*LABELS[1:], -1]}, "the label -1; there are 10 classes"),
    ],
)
def test_wrong_contents(tmp_path: Path, fields, why: str) -> None:
    archive(tmp_path, SMALL10, data_batch_5=python2(fields))
    with pytest.raises(InputError, match=rf"cifar-10-batches-py/data_batch_5 .*{why}"):
        cifar(SMALL10, tmp_path)


def test_wrong_classes(tmp_path: Path) -> None:
    for names, why in (
        (["cat"], "names 1 classes; CIFAR-10 has 10"),
        ([1] * 10, "no list of names"),
        ("cat", "no list of names"),
    ):
        archive(tmp_path, SMALL10, **{"batches.meta": python2({"label_names": names})})
        with pytest.raises(InputError, match=rf"batches.meta .*{why}|batches.meta {why}"):
            cifar(SMALL10, tmp_path)
