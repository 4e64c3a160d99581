"""The parts of source text: values that may differ from one instance of a class to the next, and what stands around them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, NamedTuple


class NoForm(Exception):
    """A layer or function that has no form in Python source; the message names it."""


class Name(str):
    """A name that stands in the source as it is: `nn.ReLU`."""

    __slots__ = ()


Value = int | float | Name | tuple[float, ...]


class Slot(NamedTuple):
    """A value in the source.

    Attributes:
        hint: what an argument of the class would be called that holds it.
        unit: what it counts: only values of one unit are worked out from each other.
    """

    value: Value
    hint: str
    unit: str = "channels"

    @property
    def key(self) -> Hashable:
        return ("slot", type(self.value).__name__, self.unit)


class Ref(NamedTuple):
    """A tensor that arrives, by its position."""

    position: int

    @property
    def key(self) -> Hashable:
        return ("ref", self.position)


Piece = str | Slot | Ref
Text = tuple[Piece, ...]

REQUIRED: Any = object()


class Argument(NamedTuple):
    """One argument of a call.

    Attributes:
        keyword: its name where it is given by name.
        text: what is given.
        default: of the function that is called; an argument that has it in every instance is left out.
    """

    keyword: str
    text: Text
    default: Any = REQUIRED

    @property
    def key(self) -> Hashable:
        return (self.keyword, text_key(self.text))


class Made(NamedTuple):
    """A call that makes a module."""

    function: Text
    arguments: tuple[Argument, ...]

    @property
    def key(self) -> Hashable:
        return (text_key(self.function), tuple(argument.key for argument in self.arguments))

    def slots(self) -> list[Slot]:
        texts = [self.function, *(argument.text for argument in self.arguments)]
        return [piece for text in texts for piece in text if isinstance(piece, Slot)]


def text_key(text: Text) -> Hashable:
    """The same for texts that differ in the values of their slots only."""
    return tuple(piece if isinstance(piece, str) else piece.key for piece in text)
