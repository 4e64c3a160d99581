"""One node of an ONNX file as the functions that lower it see it, and the table of these."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from archdsl.importer.draft import Draft, NotSaid
from archdsl.importer.lower import layers
from archdsl.importer.values import Const, Operand


class Call(NamedTuple):
    """One node of a file: its inputs (None where left out) and attributes.

    Attributes:
        opset: tells what attributes and inputs mean.
        outputs: how many it has.
    """

    op: str
    operands: list[Operand | None]
    attributes: dict[str, Any]
    opset: int
    outputs: int

    @property
    def x(self) -> Operand:
        """What it works on."""
        found = self.operands[0]
        if found is None:
            raise NotSaid(f"{self.op} without an input")
        return found

    def at(self, place: int) -> Operand | None:
        """The input at a place, if it is given."""
        return self.operands[place] if place < len(self.operands) else None

    def weight(self, place: int) -> Const:
        return layers.known(self.at(place))

    def numbers(self, place: int) -> list[Any] | None:
        """The numbers of an input that says how, not what; None where it is not given."""
        found = self.at(place)
        return None if found is None else layers.known(found).tensor.flatten().tolist()

    def get(self, name: str, default: Any = None) -> Any:
        return self.attributes.get(name, default)

    def moved(self, name: str, since: int, place: int = 1) -> list[Any] | None:
        """Numbers that were an attribute and became an input in an opset."""
        return self.get(name) if self.opset < since else self.numbers(place)


Lower = Callable[[Draft, Call], Any]
OPERATORS: dict[str, Lower] = {}
"""By `op_type`, what takes the draft and the node."""


def operator(*names: str) -> Callable[[Lower], Lower]:
    def register(function: Lower) -> Lower:
        OPERATORS.update(dict.fromkeys(names, function))
        return function

    return register


def short(value: float) -> Any:
    """A number that a file keeps as float32, as the decimal that somebody typed."""
    return layers.number(float(f"{value:.7g}"))


def eps_of(call: Call) -> float:
    """The number under the root of a norm, as somebody typed it."""
    return float(f"{call.get('epsilon', 1e-5):.7g}")
