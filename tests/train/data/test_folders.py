"""Images in a folder for each class."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from archives import picture, pixels_of, write_folder

from archdsl.errors import InputError
from archdsl.train.data import open_data
from archdsl.train.data.images import DEVIATION, MEAN


def split(train: dict[str, int], test: dict[str, int], held_out: str = "val") -> dict[str, bytes]:
    """Files by class, with as many images as said."""
    return {
        f"{part}/{name}/{number:02}.png": picture(seed=number)
        for part, classes in (("train", train), (held_out, test))
        for name, count in classes.items()
        for number in range(count)
    }


@pytest.mark.parametrize("held_out", ["val", "test"])
def test_a_split_by_folders(tmp_path: Path, held_out: str) -> None:
    files = split({"dog": 3, "cat": 2}, {"dog": 1}, held_out)
    data = open_data(f"folder:{write_folder(tmp_path / 'pets', files)}")
    assert (data.name, data.title, data.classes) == ("folder", "images of pets", ("cat", "dog"))
    assert (data.mean, data.deviation, data.channels, data.flips) == (MEAN, DEVIATION, 3, True)
    assert data.train.labels.tolist() == [0, 0, 1, 1, 1]
    assert data.test.labels.tolist() == [1]
    image = data.train.image(4)
    assert image.dtype == np.uint8
    assert np.array_equal(image, pixels_of(files["train/dog/02.png"]))
    assert image.flags.writeable
    assert np.array_equal(data.test.image(0), pixels_of(files[f"{held_out}/dog/00.png"]))


def test_val_comes_before_test(tmp_path: Path) -> None:
    write_folder(tmp_path, {**split({"a": 1}, {"a": 2}), "test/unknown/1.png": picture()})
    assert len(open_data(f"folder:{tmp_path}").test.labels) == 2


def test_without_a_split_every_fifth_is_held_out(tmp_path: Path) -> None:
    files = {f"{name}/{number:02}.png": picture(seed=number) for name in ("a", "train") for number in range(11)}
    data = open_data(f"folder:{write_folder(tmp_path, files)}")
    assert data.classes == ("a", "train")  # a class of that name, as it has no folders in it
    assert data.train.labels.tolist() == [0] * 9 + [1] * 9
    assert data.test.labels.tolist() == [0, 0, 1, 1]
    assert [np.array_equal(data.test.image(n), pixels_of(files[f"a/{name}.png"])) for n, name in enumerate(("04", "09"))] == [
        True
    ] * 2
    again = open_data(f"folder:{tmp_path}")
    assert again.train.names == data.train.names
    assert not set(data.train.names) & set(data.test.names)


def test_kinds_of_files(tmp_path: Path) -> None:
    kinds = {
        "a.JPEG": "jpeg",
        "b.jpg": "jpeg",
        "c.Png": "png",
        "d.webp": "webp",
        "e.bmp": "bmp",
        "f.gif": "gif",
        "g.tiff": "tiff",
    }
    files = {f"train/x/{name}": picture(kind=kind) for name, kind in kinds.items()}
    others = {"train/x/notes.txt": b"1", "train/x/.hidden.png": b"1", "train/.cache/1.png": b"1", "train/list.csv": b"1"}
    write_folder(tmp_path, {**files, **others, "val/x/1.png": picture()})
    train = open_data(f"folder:{tmp_path}").train
    assert train.names == tuple(f"x/{name}" for name in sorted(kinds))
    for number, name in enumerate(sorted(kinds)):
        assert np.array_equal(train.image(number), pixels_of(files[f"train/x/{name}"]))


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "1", "CMYK"])
def test_every_mode_has_three_channels(tmp_path: Path, mode: str) -> None:
    kind = "tiff" if mode == "CMYK" else "png"
    write_folder(tmp_path, {f"{part}/x/1.{kind}": picture(7, 4, kind=kind, mode=mode) for part in ("train", "val")})
    assert open_data(f"folder:{tmp_path}").train.image(0).shape == (3, 7, 4)


def test_the_side_follows_small_images(tmp_path: Path) -> None:
    write_folder(tmp_path, split({"a": 3}, {"a": 1}))
    (tmp_path / "train/a/09.png").write_bytes(picture(40, 61))
    assert open_data(f"folder:{tmp_path}").side == 61
    (tmp_path / "train/a/10.png").write_bytes(picture(10, 224))
    assert open_data(f"folder:{tmp_path}").side == 224


def test_a_damaged_image_is_named(tmp_path: Path) -> None:
    write_folder(tmp_path, split({"a": 3}, {"a": 3}))
    whole = picture(60, 60, kind="jpeg")
    contents = {
        "cut": whole[: len(whole) // 2],
        "text": b"no image",
        "empty": b"",
        "head": picture()[:40],
        "page": b"<html></html>",
    }
    write_folder(tmp_path / "val/a", {f"1{name}.png": data for name, data in contents.items()})
    test = open_data(f"folder:{tmp_path}").test
    damaged = [number for number, name in enumerate(test.names) if "a/1" in name]
    assert len(damaged) == len(contents)
    for number in damaged:
        with pytest.raises(InputError, match=rf"{test.names[number]} cannot be read as an image: \S"):
            test.image(number)
    (tmp_path / "val/a/00.png").unlink()
    with pytest.raises(InputError, match=r"00\.png cannot be read as an image: No such file"):
        test.image(0)


def test_a_first_image_that_is_none_is_found_at_once(tmp_path: Path) -> None:
    write_folder(tmp_path, {**split({"a": 1}, {"a": 1}), "train/a/00.png": b"no image"})
    with pytest.raises(InputError, match=r"train/a/00\.png cannot be read as an image: it is of no known format"):
        open_data(f"folder:{tmp_path}")


def test_an_image_too_large_to_unpack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import Image

    write_folder(tmp_path, split({"a": 1}, {"a": 1}))
    train = open_data(f"folder:{tmp_path}").train
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    with pytest.raises(InputError, match=r"00\.png cannot be read as an image: Image size \(30 pixels\) exceeds limit"):
        train.image(0)


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({}, "holds no folders of images by class; expected there: DIR/train/CLASS"),
        ({"1.png": b"1"}, "holds no folders of images by class"),
        ({"a/1.png": b"1", "b/notes.txt": b"1"}, r"b holds no images \(.jpg, .png and others\); every folder"),
        ({"a/1.png": b"1", "b/2.png": b"1"}, "no class of 5 images or more"),
        ({"train/a/1.png": b"1"}, "a folder 'train', but neither 'val' nor 'test'"),
        ({"train/a/1.png": b"1", "val/1.png": b"1"}, "val holds no folders of images by class"),
        ({"train/a/1.png": b"1", "train/b/x": b"1", "val/a/1.png": b"1"}, "train/b holds no images"),
        ({"train/a/1.png": b"1", "val/a/x": b"1"}, "val/a holds no images"),
        (
            {"train/tabby/1.png": b"1", "val/taby/1.png": b"1"},
            "unknown class 'taby', which .*train does not have; did you mean 'tabby'",
        ),
    ],
)
def test_wrong_folders(tmp_path: Path, files: dict[str, bytes], why: str) -> None:
    write_folder(tmp_path, files)
    with pytest.raises(InputError, match=why):
        open_data(f"folder:{tmp_path}")


def test_links_that_lead_in_a_circle(tmp_path: Path) -> None:
    write_folder(tmp_path, split({"a": 1}, {"a": 1}))
    (tmp_path / "train/b").symlink_to(tmp_path / "train")  # a folder of folders: no images
    with pytest.raises(InputError, match="train/b holds no images"):
        open_data(f"folder:{tmp_path}")
    (tmp_path / "train/b").unlink()
    (tmp_path / "train/a/x.png").symlink_to("x.png")
    with pytest.raises(InputError, match=r"train/a/x\.png cannot be read: Too many levels of symbolic links"):
        open_data(f"folder:{tmp_path}")


def test_links_to_images_are_images(tmp_path: Path) -> None:
    write_folder(tmp_path, split({"a": 1}, {"a": 1}))
    (tmp_path / "train/a/x.png").symlink_to("00.png")
    (tmp_path / "train/b").symlink_to("a")
    assert open_data(f"folder:{tmp_path}").train.labels.tolist() == [0, 0, 1, 1]


def test_a_folder_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path, split({"a": 1, "b": 1}, {"a": 1}))
    listed = os.scandir

    def refused(folder):
        if str(folder).endswith("train/b"):
            raise PermissionError(13, "Permission denied", str(folder))
        return listed(folder)

    monkeypatch.setattr(os, "scandir", refused)  # root, which tests may run as, may read everything
    with pytest.raises(InputError, match="train/b cannot be read: Permission denied"):
        open_data(f"folder:{tmp_path}")


def test_imagenet_has_a_thousand_classes(tmp_path: Path) -> None:
    image = picture(300, 200, kind="jpeg")
    files = {f"{part}/n{number:08}/1.JPEG": image for part in ("train", "val") for number in range(999)}
    write_folder(tmp_path, files)
    with pytest.raises(InputError, match=r"holds 999 classes; ImageNet has 1,000\. Other images are read with folder:"):
        open_data(f"imagenet:{tmp_path}")
    write_folder(tmp_path, {f"{part}/n00000999/1.JPEG": image for part in ("train", "val")})
    data = open_data(f"imagenet:{tmp_path}")
    assert (data.name, data.title, len(data.classes), data.side) == ("imagenet", "ImageNet", 1000, 224)
    assert data.train.labels.tolist() == list(range(1000))
    assert data.train.image(7).shape == (3, 300, 200)
