"""Handwritten digits of 8x8 pixels: small enough to come with archdsl, so that training can be tried without any data.

`digits.gz` holds 1,797 records of 65 bytes: 64 pixels from 0 to 16, row by row, and the class. It is the test part of the Optical
Recognition of Handwritten Digits (Alpaydin & Kaynak 1998, UCI Machine Learning Repository, CC BY 4.0), in the order in which
scikit-learn has it.
"""

from __future__ import annotations

from importlib import resources

from archdsl.train.data.sets import TEST_EVERY, DataSet, Held

RECORD, BRIGHTEST = 65, 16


def digits() -> DataSet:
    """1,797 images of 8x8 in ten classes; every fifth is a test image, as the set has no split of its own."""
    import gzip

    import numpy as np

    packed = resources.files(__package__).joinpath("digits.gz").read_bytes()
    records = np.frombuffer(gzip.decompress(packed), np.uint8).reshape(-1, RECORD)
    pixels = np.round(records[:, :-1] * (255 / BRIGHTEST)).astype(np.uint8).reshape(-1, 1, 8, 8)
    labels = records[:, -1].astype(np.int64)
    held_out = np.arange(len(labels)) % TEST_EVERY == TEST_EVERY - 1
    train, test = Held(pixels[~held_out], labels[~held_out]), Held(pixels[held_out], labels[held_out])
    share = train.pixels / 255
    mean, deviation = (float(share.mean()),), (float(share.std()),)
    return DataSet("digits", "digits of 8×8 pixels", tuple(map(str, range(10))), 1, 32, mean, deviation, train, test, flips=False)
