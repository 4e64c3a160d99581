"""Weights that are at hand and in no file: those of a model that was imported on the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from torch import Tensor


class Held(NamedTuple):
    """Weights of a network.

    Attributes:
        origin: the model that they are of.
        state: tensors by their names in the compiled network.
    """

    origin: str
    state: Mapping[str, Tensor]
