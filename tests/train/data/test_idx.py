"""Fashion-MNIST from IDX files, packed or not."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from archives import write_folder

from archdsl.errors import InputError
from archdsl.train.data import idx, open_data
from archdsl.train.data.idx import FILES


def content(values: np.ndarray) -> bytes:
    return (
        bytes((0, 0, 8, values.ndim))
        + b"".join(size.to_bytes(4, "big") for size in values.shape)
        + values.astype(np.uint8).tobytes()
    )


PIXELS = np.arange(20 * 28 * 28).reshape(20, 28, 28) % 256
LABELS = (np.arange(20) + 9) % 10
WHOLE = dict(zip(FILES, (content(PIXELS), content(LABELS), content(PIXELS[:10]), content(LABELS[:10])), strict=True))


@pytest.mark.parametrize("packed", [True, False])
def test_the_four_files_are_read(tmp_path: Path, packed: bool) -> None:
    write_folder(tmp_path, {f"{name}.gz": gzip.compress(data) for name, data in WHOLE.items()} if packed else WHOLE)
    data = open_data(f"fashion-mnist:{tmp_path}")
    assert (data.name, data.channels, data.side, len(data.classes)) == ("fashion-mnist", 1, 32, 10)
    assert data.train.labels.tolist() == LABELS.tolist()
    assert data.test.labels.tolist() == LABELS[:10].tolist()
    assert data.train.image(2).tolist() == PIXELS[2:3].tolist()
    assert data.train.pixels.flags.writeable


def test_a_missing_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path, {name: data for name, data in WHOLE.items() if name != FILES[2]})
    with pytest.raises(
        InputError, match=rf"^no {FILES[2]}\.gz in {tmp_path}: the four IDX files of Fashion-MNIST are expected there$"
    ):
        open_data(f"fashion-mnist:{tmp_path}")
    monkeypatch.setattr(idx, "DEBIAN", tmp_path / "none")
    with pytest.raises(InputError, match=r"expected there; Debian's package dataset-fashion-mnist brings it$"):
        open_data("fashion-mnist")


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        (FILES[0], WHOLE[FILES[0]][:-1], "15,695 bytes where its head says 15,696; it is cut short"),
        (FILES[0], WHOLE[FILES[0]] + b"1", "15,697 bytes where its head says 15,696"),
        (FILES[0], WHOLE[FILES[0]][:9], "no IDX file of bytes with 3 axes"),
        (FILES[0], WHOLE[FILES[1]], "no IDX file of bytes with 3 axes"),
        (FILES[1], WHOLE[FILES[0]], "no IDX file of bytes with 1 axis"),
        (FILES[1], b"", "no IDX file"),
        (FILES[1], content(LABELS[:5]), "holds 20 images and .* 5 labels"),
        (FILES[3], content(LABELS[:10] + 1), "holds the label 10; there are 10 classes, from 0"),
        (FILES[1], content(LABELS // 2), "is of another set, or cut short: its classes have from 0 to 4 images"),
        (FILES[0], content(PIXELS[:0]), r"is empty: its sizes are \[0, 28, 28\]"),
        (FILES[0], content(PIXELS[:, :0]), r"is empty: its sizes are \[20, 0, 28\]"),
        (f"{FILES[0]}.gz", gzip.compress(WHOLE[FILES[0]])[:-20], "cannot be read: "),
        (f"{FILES[0]}.gz", WHOLE[FILES[0]], "cannot be read: Not a gzipped file"),
    ],
)
def test_what_is_wrong_with_a_file(tmp_path: Path, name: str, data: bytes, why: str) -> None:
    write_folder(tmp_path, {**WHOLE, name: data})
    with pytest.raises(InputError, match=why) as caught:
        open_data(f"fashion-mnist:{tmp_path}")
    assert str(tmp_path / name) in str(caught.value)


def test_a_file_that_unpacks_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idx, "MOST", 1000)
    write_folder(tmp_path, {f"{name}.gz": gzip.compress(data) for name, data in WHOLE.items()})
    with pytest.raises(InputError, match=rf"{FILES[0]}\.gz holds more than the 1,000 bytes"):
        open_data(f"fashion-mnist:{tmp_path}")
