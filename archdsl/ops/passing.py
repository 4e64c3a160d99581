"""Operators that pass their input on: the input itself, identity, dropout and stochastic depth."""

from __future__ import annotations

from typing import Any, ClassVar

from archdsl.exact import product
from archdsl.ops.arguments import PROBABILITY, arg
from archdsl.ops.facts import Kept, Layout, Memory, keeps_nothing, no_scratch, sees_place
from archdsl.ops.operator import NoMacs, SameShape, Shape, operator
from archdsl.ops.shapes import RANKS, Typed, typed


class Input(NoMacs):
    """Where the image comes in. It is no step of a spec, `input:` makes it. It reads nothing, so readers pass over it."""

    memory, layout = Memory.NEW, Layout.PLAIN

    word = "input"
    fields: ClassVar[dict[str, Any]] = {}

    size: Typed

    def __init__(self, size: Shape):
        self.size = typed(size)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Input) and type(self.size) is type(other.size) and bool(self.size == other.size)

    def __hash__(self) -> int:
        return hash(self.size)

    def __repr__(self) -> str:
        return f"Input(size={self.size})"

    def shape(self, *inputs: Shape) -> Shape:
        return self.size

    def arguments(self) -> dict[str, Any]:
        kind = typed(self.size)
        return {"size": self.size} if RANKS.get(len(kind)) is type(kind) else {"size": self.size, "kind": kind.word}


class Passing(SameShape):
    """Base of the operators that pass their input on at inference, as it is."""

    memory, layout = Memory.PASSED, Layout.FOLLOWS
    scratch, sees = no_scratch, sees_place
    keeps_scale = True


class Dropping(Passing):
    """Base of those that drop something while training, where their rate is not 0."""

    rate: Any

    @property
    def trained_memory(self) -> Memory:
        return Memory.NEW if self.rate > 0 else Memory.PASSED


@operator("identity")
class Identity(Passing):
    """The input as it is."""

    kept = keeps_nothing


@operator("dropout")
class Dropout(Dropping):
    """Zeros a random share of the values while training (Srivastava et al. 2014)."""

    rate: Any = arg(PROBABILITY, 0.5, doc="share that is dropped")

    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        return Kept(values=product(output) if self.rate > 0 else 0)


@operator("drop_path")
class DropPath(Dropping):
    """Stochastic depth (Huang et al. 2016): zeros a random share of the images while training, which skips the path for them."""

    rate: Any = arg(PROBABILITY, 0.0, doc="share that is dropped")

    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        return Kept(values=1 if self.rate > 0 else 0)  # whether the image is kept
