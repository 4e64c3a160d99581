"""Sets of images by name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from archives import picture, write_folder

from archdsl.errors import InputError
from archdsl.train.data import names, open_data


def test_the_names_are_those_that_open(tmp_path: Path) -> None:
    assert list(names()) == [
        "digits",
        "fashion-mnist",
        "fashion-mnist:DIR",
        "cifar10:DIR",
        "cifar100:DIR",
        "imagenet:DIR",
        "folder:DIR",
    ]
    for written, what in names().items():
        assert what
        assert "\n" not in what
        if written.endswith(":DIR"):  # known, and so it is the folder that is asked for
            with pytest.raises(InputError, match=f"no .*{tmp_path}/none"):
                open_data(written.replace("DIR", f"{tmp_path}/none"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cifar1O:x", "unknown set of images 'cifar1O'; did you mean 'cifar10'?"),
        ("fashon-mnist", "unknown set of images 'fashon-mnist'; did you mean 'fashion-mnist'?"),
        ("svhn", "unknown set of images 'svhn'; known: digits, fashion-mnist, cifar10, cifar100, imagenet, folder"),
        ("", "unknown set of images ''; known: digits, fashion-mnist, cifar10, cifar100, imagenet, folder"),
        ("cifar10", "'cifar10' is written cifar10:DIR: CIFAR-10; DIR has cifar-10-python.tar.gz or what is in it"),
        (
            "cifar100:",
            "'cifar100:' is written cifar100:DIR: CIFAR-100, fine labels; DIR has cifar-100-python.tar.gz or what is in it",
        ),
        ("digits:x", "'digits:x' is written digits: handwritten digits of 8x8 pixels, which come with archdsl"),
        (
            "fashion-mnist:",
            "'fashion-mnist:' is written fashion-mnist or fashion-mnist:DIR: the same from the four IDX files in DIR",
        ),
    ],
)
def test_what_cannot_be_opened(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        open_data(text)
    assert str(caught.value) == message


def test_a_folder_name_that_no_system_takes(tmp_path: Path) -> None:
    for name in names():
        if name.endswith(":DIR"):
            with pytest.raises(InputError):
                open_data(name.replace("DIR", "x" * 5000))


def test_home_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    write_folder(tmp_path, {f"pets/{part}/a/1.png": picture() for part in ("train", "val")})
    assert open_data("folder:~/pets").classes == ("a",)
    with pytest.raises(InputError, match=r"^no folder ~nobody-of-this-name/pets; images by class are expected there"):
        open_data("folder:~nobody-of-this-name/pets")


def test_naming_the_sets_loads_no_library() -> None:
    code = "import sys; from archdsl.train.data import names; names(); print([n for n in ('numpy', 'PIL', 'torch') if n in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
