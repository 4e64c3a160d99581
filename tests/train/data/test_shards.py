"""Images in tar archives, as webdataset writes them."""

from __future__ import annotations

import multiprocessing
import tarfile
from pathlib import Path

import numpy as np
import pytest
from archives import picture, pixels_of, write_folder, write_tar

from archdsl.errors import InputError
from archdsl.train.data import open_data


def samples(labels: list[int], first: int = 0, folder: str = "") -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for number, label in enumerate(labels, first):
        files[f"{folder}{number:04}.cls"] = f"{label}\n".encode()
        files[f"{folder}{number:04}.png"] = picture(seed=number)
    return files


def write(folder: Path, **archives: dict[str, bytes]) -> str:
    """Archives, or the usual ones where they are not given; `train_0` becomes set-train-0.tar."""
    for name, files in {"train_0": samples([0, 1, 2]), "val_0": samples([2], 90), **archives}.items():
        write_tar(folder / f"set-{name.replace('_', '-')}.tar", files)
    return f"folder:{folder}"


def test_images_are_read_by_their_numbers(tmp_path: Path) -> None:
    data = open_data(
        write(tmp_path, train_0=samples([0, 1, 2], folder="./some/"), train_1=samples([1, 0], 3), val_0=samples([2, 1], 90))
    )
    assert data.classes == ("0", "1", "2")
    assert data.train.labels.tolist() == [0, 1, 2, 1, 0]
    assert data.train.labels.dtype == np.int64
    assert data.test.labels.tolist() == [2, 1]
    for number in (4, 0, 3, 1, 2):
        assert np.array_equal(data.train.image(number), pixels_of(picture(seed=number)))
    assert np.array_equal(data.test.image(1), pixels_of(picture(seed=91)))


def test_other_files_are_passed_over(tmp_path: Path) -> None:
    train = {
        "0.json": b"{}",
        "0.png": picture(),
        "0.mask.png": b"1",
        "0.text.cls": b"1",
        "0.cls": b"0",
        "._1.png": b"",
        "README": b"",
        "2.JPG": picture(kind="jpeg"),
    }
    data = open_data(write(tmp_path, train_0={**train, "2.cls": b"0"}, val_0=samples([0])))
    assert data.train.labels.tolist() == [0, 0]


def test_archives_with_long_names(tmp_path: Path) -> None:
    folder = "a/" * 120
    assert open_data(
        write(tmp_path, train_0=samples([0, 1], folder=folder), val_0=samples([1], folder=folder))
    ).test.labels.tolist() == [1]


def test_a_test_archive_does_as_well_as_val(tmp_path: Path) -> None:
    write_tar(tmp_path / "train.tar", samples([0, 1]))
    write_tar(tmp_path / "test.tar", samples([1]))
    assert open_data(f"folder:{tmp_path}").test.labels.tolist() == [1]


def test_folders_come_before_the_archives_that_they_came_from(tmp_path: Path) -> None:
    write(tmp_path)
    write_folder(tmp_path, {"train/a/1.png": picture(), "val/a/1.png": picture()})
    assert open_data(f"folder:{tmp_path}").classes == ("a",)


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_processes_read_side_by_side(tmp_path: Path, start: str) -> None:
    train = open_data(write(tmp_path, train_0=samples(list(range(40))))).train
    train.image(0)
    numbers = list(range(40)) * 3
    with multiprocessing.get_context(start).Pool(2) as pool:
        found = pool.map(train.image, numbers, chunksize=5)
    assert all(np.array_equal(image, pixels_of(picture(seed=number))) for number, image in zip(numbers, found, strict=True))


def test_a_cut_archive_is_named(tmp_path: Path) -> None:
    text = write(tmp_path)
    path = tmp_path / "set-train-0.tar"
    whole = path.read_bytes()
    with tarfile.open(path) as archive:
        ends = [member.offset for member in archive] + [archive.offset]
    for length in (
        0,
        100,
        ends[-2] + 100,
        ends[-1] - 300,
        *ends[1:],
    ):  # within and between files: tarfile takes the latter for an end
        path.write_bytes(whole[:length])
        with pytest.raises(InputError, match=r"set-train-0\.tar is no tar archive, or is cut short or damaged"):
            open_data(text)
    path.write_bytes(whole[: ends[-1] + 512])
    assert len(open_data(text).train.labels) == 3


def test_a_damaged_archive_is_named(tmp_path: Path) -> None:
    text = write(tmp_path)
    path = tmp_path / "set-val-0.tar"
    whole = path.read_bytes()
    for content in (b"<html>moved</html>" * 100, whole[:1024] + b"\x01" * 512 + whole[1536:]):
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"set-val-0\.tar is no tar archive, or is cut short or damaged"):
            open_data(text)


def test_a_damaged_image_is_named(tmp_path: Path) -> None:
    files = samples([0, 1])
    files["0001.png"] = b"no image"
    test = open_data(write(tmp_path, val_0=files)).test
    with pytest.raises(
        InputError, match=r"set-val-0\.tar, image at byte 3,584 cannot be read as an image: it is of no known format"
    ):
        test.image(1)


def test_archives_that_changed(tmp_path: Path) -> None:
    data = open_data(write(tmp_path))
    (tmp_path / "set-train-0.tar").write_bytes(b"")
    with pytest.raises(InputError, match=r"set-train-0.tar, image at byte .* has become shorter"):
        data.train.image(0)
    (tmp_path / "set-train-0.tar").unlink()
    with pytest.raises(InputError, match=r"set-train-0.tar cannot be read: No such file"):
        data.train.image(0)


@pytest.mark.parametrize(
    ("archives", "why"),
    [
        ({"train_0": {"1.png": b"1", "2.cls": b"0"}}, r"set-train-0.tar: sample 1 has no label \(.cls\)"),
        ({"train_0": {**samples([0]), "x/2.cls": b"0"}}, r"set-train-0.tar: sample x/2 has no image"),
        ({"train_0": {**samples([0]), "0000.jpg": b"1"}}, "sample 0000 has two images, the second 0000.jpg"),
        ({"train_0": {"1.png": b"1", "1.cls": b"cat"}}, r"1.cls holds b'cat' where the number of a class is expected"),
        ({"train_0": {"1.png": b"1", "1.cls": b"-1"}}, r"1.cls holds b'-1' where"),
        ({"train_0": {"1.png": b"1", "1.cls": b""}}, r"1.cls holds b'' where"),
        ({"train_0": {"1.png": b"1", "1.cls": b"7" * 5000}}, r"1.cls holds b'7+' where"),
        ({"train_0": {"1.png": b"1", "1.cls": b"9999999"}}, r"1.cls holds the label 9,999,999"),
        ({"train_0": samples([0, 1, 3])}, r"labels up to 3, but no image to train on has the label 2"),
        ({"val_0": samples([0, 3])}, r"a test image has the label 3; those to train on end at 2"),
        ({"val_0": {"README": b"1"}}, r"set-val-0.tar holds no images; expected there: DIR/\*train\*.tar"),
        ({"val_0": {}}, r"set-val-0.tar holds no images"),
    ],
)
def test_wrong_contents(tmp_path: Path, archives: dict[str, dict[str, bytes]], why: str) -> None:
    with pytest.raises(InputError, match=why):
        open_data(write(tmp_path, **archives))


@pytest.mark.parametrize(
    ("name", "lacks"), [("train.tar", "to test on"), ("val.tar", "to train on"), ("other.tar", "to train on")]
)
def test_a_split_is_missing(tmp_path: Path, name: str, lacks: str) -> None:
    write_tar(tmp_path / name, samples([0]))
    with pytest.raises(InputError, match=f"holds no tar archives {lacks}; expected there: DIR"):
        open_data(f"folder:{tmp_path}")


def test_imagenet_from_archives(tmp_path: Path) -> None:
    image = picture(9, 8)
    files = {
        f"{number:04}.{kind}": content for number in range(1000) for kind, content in (("png", image), ("cls", b"%d" % number))
    }
    write(tmp_path, train_0=files)
    data = open_data(f"imagenet:{tmp_path}")
    assert (len(data.classes), data.side) == (1000, 224)
    assert data.train.labels.tolist() == list(range(1000))
