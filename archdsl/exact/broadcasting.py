"""Broadcasting of as many axes as arrays may have, 64; NumPy's own functions for it stop at 32."""

from __future__ import annotations

import numpy as np

MOST_AXES = 64
"""Axes that an array of NumPy may have."""


def shape_of(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that arrays of these shapes, which fit, broadcast to."""
    axes = max(map(len, shapes))
    aligned = [(1,) * (axes - len(shape)) + tuple(shape) for shape in shapes]
    return tuple([next((n for n in lengths if n != 1), 1) for lengths in zip(*aligned, strict=True)])


def together(*arrays: np.ndarray) -> list[np.ndarray]:
    """Arrays as they are, each as large as they are together."""
    shape = shape_of(*(np.shape(array) for array in arrays))
    return [np.broadcast_to(array, shape) for array in arrays]
