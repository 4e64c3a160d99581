"""Images that calibrate a network in int8, and those that judge it: which they are, and how they are presented."""

from __future__ import annotations

import numpy as np
import pytest

import archdsl
from archdsl.errors import InputError
from archdsl.train.calibration import calibration
from archdsl.train.data import open_data

SPEC = (
    "import: [blocks/mobile]\ninput: [1, 16, 16]\nnet:\n  - {conv: {out: 4, kernel: 3}}\n  - relu\n  - pool\n  - {linear: 10}\n"
)


def test_images_of_both_splits() -> None:
    data = open_data("digits")
    found = calibration(archdsl.loads(SPEC), data, 40, 50)
    assert found.images == 40
    assert [batch[0].shape for batch in found.calibration] == [(32, 1, 16, 16), (8, 1, 16, 16)]
    assert not found.unlabelled
    tested = list(found.test)
    labels = np.concatenate([numbers for _, numbers in tested if numbers is not None])
    assert [len(batch[0]) for batch, _ in tested] == [32, 18]
    assert len(set(labels.tolist())) == 10  # drawn from the whole split
    values = np.concatenate([batch[0] for batch, _ in tested])
    assert values.dtype == np.float32
    assert abs(float(values.mean())) < 0.3  # normalised
    again = calibration(archdsl.loads(SPEC), data, 40, 50)
    assert all((one[0] == other[0]).all() for one, other in zip(found.calibration, again.calibration, strict=True))


def test_what_judges_has_not_calibrated() -> None:
    data = open_data("digits")
    found = calibration(archdsl.loads(SPEC), data, 10_000, 10_000)
    assert found.images == len(data.train.labels)
    fitted = {image.tobytes() for batch in found.calibration for image in batch[0]}
    tested = [image.tobytes() for batch, _ in found.test for image in batch[0]]
    assert len(tested) == len(data.test.labels)
    assert sum(image in fitted for image in tested) <= 1  # digits has few that are equal


def test_without_classes_outputs_are_compared() -> None:
    net = archdsl.loads("name: Maps\ninput: [3, 16, 16]\nnet: [{conv: {out: 10, kernel: 3}}]\n")
    found = calibration(net, open_data("digits"), 8, 8)
    assert found.unlabelled == "Maps does not end in one vector of the 10 classes"
    assert found.calibration[0][0].shape == (8, 3, 16, 16)  # grey images as three channels
    assert [labels for _, labels in found.test] == [None]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: Two\ninput: {a: [1, 8, 8], b: [1, 8, 8]}\nnet: [{add: {}, from: [a, b]}]\n", "Two does not take one image"),
        (
            "name: Words\ninput: [16]\nnet: [{linear: 10}]\n",
            "Words does not take one image, which is what there is to calibrate it on",
        ),
    ],
)
def test_networks_that_take_no_image(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        calibration(archdsl.loads(text), open_data("digits"))
