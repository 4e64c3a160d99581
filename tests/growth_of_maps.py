"""Operators over maps that random networks grow by, with arguments that fit what arrives."""

from __future__ import annotations

import random
from typing import Any


def placed(rng: random.Random, channels: int, extents: tuple[int, ...]) -> tuple[str, dict[str, Any]]:
    """An operator that gives a map of these channels and extents another size, and its arguments."""
    side = rng.choice(["same", "channels"])
    choices: list[tuple[str, dict[str, Any]]] = [
        ("conv", {"out": rng.randint(1, 6), "kernel": [rng.randint(1, 4), 3], "stride": [1, 2], "padding": "tf_same"}),
        ("maxpool", {"kernel": 3, "stride": 2, "padding": "tf_same"}),
        ("upsample", {"size": [rng.randint(1, 12), 5], "mode": "bilinear", "align_corners": rng.random() < 0.5}),
        ("upsample", {"scale": rng.choice([1, 2]), "mode": "bicubic"}),
        ("crop", {"start": [0, -2], "stop": [min(extents[0], 7), extents[1]], "step": [2, 1]})
        if extents[1] > 1
        else ("crop", {}),
        ("pad", {"sides": [0, 1, 0, 2], "channels": [1, 0] if side == "channels" else 0}),
        _transposed(rng, channels),
        ("resize_like", {"mode": rng.choice(["nearest", "bilinear"])}),
    ]
    if channels % 4 == 0:
        choices += [("pixel_shuffle", {"first": rng.choice(["channels", "places"])})] * 2
    if all(extent % 2 == 0 for extent in extents):
        choices += [("pixel_unshuffle", {"first": rng.choice(["channels", "places"])})] * 2
    return rng.choice(choices)


def _transposed(rng: random.Random, channels: int) -> tuple[str, dict[str, Any]]:
    groups = rng.choice([g for g in range(1, channels + 1) if channels % g == 0])
    return "conv_transpose", {
        "out": groups * rng.randint(1, 2),
        "kernel": rng.choice([2, 3, [4, 3]]),
        "stride": rng.choice([1, 2, [1, 2]]),
        "dilation": rng.choice([1, 2]),
        "groups": groups,
        "bias": rng.random() < 0.5,
    }
