"""Operators that pass their input on: the input itself, identity, dropout and stochastic depth."""

from __future__ import annotations

from typing import Any, ClassVar

from archdsl.ops.arguments import NUMBER, Kind, arg
from archdsl.ops.errors import ArgumentError
from archdsl.ops.operator import Elementwise, NoMacs, Shape, operator


def _probability(value: Any) -> float:
    number: float = NUMBER.convert(value)
    if not 0 <= number < 1:
        raise ArgumentError(f"must lie from 0 up to, and without, 1; {number:g} came")
    return number


PROBABILITY = Kind("number from 0 up to 1", _probability, NUMBER.schema)


class Input(NoMacs):
    """Where the image comes in. It is no step of a spec, `input:` makes it."""

    word = "input"
    fields: ClassVar[dict[str, Any]] = {}

    size: Shape

    def __init__(self, size: Shape):
        self.size = size

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Input) and bool(self.size == other.size)

    def __hash__(self) -> int:
        return hash(self.size)

    def __repr__(self) -> str:
        return f"Input(size={self.size})"

    def shape(self, *inputs: Shape) -> Shape:
        return self.size

    def arguments(self) -> dict[str, Any]:
        return {"size": self.size}


@operator("identity")
class Identity(Elementwise):
    """The input as it is."""


@operator("dropout")
class Dropout(Elementwise):
    """Zeros a random share of the values while training (Srivastava et al. 2014)."""

    rate: Any = arg(PROBABILITY, 0.5, doc="share that is dropped")


@operator("drop_path")
class DropPath(Elementwise):
    """Stochastic depth (Huang et al. 2016): zeros a random share of the images while training, which skips the path for them."""

    rate: Any = arg(PROBABILITY, 0.0, doc="share that is dropped")
