"""The digits that come with archdsl."""

from __future__ import annotations

import numpy as np
import pytest

from archdsl.train.data import open_data


def test_the_digits() -> None:
    data = open_data("digits")
    assert (data.channels, data.side, data.flips, data.classes) == (1, 32, False, tuple("0123456789"))
    assert (len(data.train.labels), len(data.test.labels)) == (1438, 359)
    for split in (data.train, data.test):
        counts = np.bincount(split.labels)
        assert len(counts) == 10
        assert counts.min() > 20
    assert np.bincount(np.concatenate([data.train.labels, data.test.labels])).tolist() == [
        178,
        182,
        177,
        183,
        181,
        182,
        181,
        179,
        174,
        180,
    ]
    assert data.train.image(0).shape == (1, 8, 8)
    assert data.train.pixels.max() == 255
    assert data.mean == pytest.approx((data.train.pixels.mean() / 255,))
    assert data.deviation == pytest.approx((data.train.pixels.std() / 255,))


def test_they_can_be_told_apart() -> None:
    """Images and labels belong together: the nearest training image has the class of most test images."""
    data = open_data("digits")
    train, test = (split.pixels.reshape(len(split.labels), -1).astype(float) for split in (data.train, data.test))
    distance = (test**2).sum(1)[:, None] - 2 * test @ train.T + (train**2).sum(1)
    assert (data.train.labels[distance.argmin(1)] == data.test.labels).mean() > 0.97
