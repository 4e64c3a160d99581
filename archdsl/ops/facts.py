"""What operators say of themselves: the words for it, and the answers that many of them share.

An operator says each of these by a class attribute or a method (see `archdsl.ops.operator.Operator`), or by the group that it
belongs to. Where an answer is the same for every size, one of the functions below stands in the class as its method.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple

from archdsl.exact import product

Dim = Any  # int, or a Grid of ints
Shape = tuple[Dim, ...]
INDEX_BYTES = 8  # indices and counters are int64 in PyTorch


class Memory(Enum):
    """Which memory the output of an operator lies in."""

    NEW = "memory of its own"
    VIEW = "the memory of its input, looked at in another way"
    PASSED = "its input as it is"


class Layout(Enum):
    """How an operator stands to the layout that runtimes keep maps in from one convolution to the next."""

    BLOCKED = "reads and makes maps in that layout: convolution, pooling"
    FOLLOWS = "works value by value, in whatever layout arrives"
    PLAIN = "reads and makes tensors in plain order"


class Reach(Enum):
    """What one value of the output sees of the input, for operators without a window."""

    PLACE = "the same place"
    EVERYTHING = "the whole input"
    UNKNOWN = "nobody knows"


class Window(NamedTuple):
    """A window and how it moves, each for every axis of the places.

    Attributes:
        padding: before the beginning and, where `behind` says nothing else, past the end; `same` pads half the window. Other words
            say it of maps of one size only (see `archdsl.ops.window.Sliding.over`).
        scale: values of the output for each step of the window, where the output is larger than the input; None elsewhere.
        behind: padding past the end where it may differ.
    """

    kernel: tuple[Dim, ...]
    stride: tuple[Dim, ...]
    padding: Any
    dilation: tuple[Dim, ...]
    scale: tuple[Dim, ...] | None = None
    behind: tuple[Dim, ...] | None = None

    @property
    def pads(self) -> tuple[Dim, ...]:
        """Padding before the beginning of each axis as numbers; None for each where it follows from the size of the map."""
        if self.padding != "same":
            return (None,) * len(self.kernel) if isinstance(self.padding, str) else tuple(self.padding)
        return tuple([d * (k - 1) // 2 for k, d in zip(self.kernel, self.dilation, strict=True)])

    @property
    def ends(self) -> tuple[Dim, ...]:
        """Padding past the end of each axis, likewise."""
        return self.pads if self.behind is None else self.behind


class Kept(NamedTuple):
    """What an operator keeps for its gradient.

    Attributes:
        input, output: whether it keeps them.
        factors: whether it keeps those inputs that the gradients of the others need.
        values: further elements of the network's dtype, for each image.
        indices: further elements of int64, for each image.
        once: further elements of the network's dtype, for the batch.
        flags: further elements of one byte, for the batch.
        plain: whether the input is kept in plain order, as a copy where it is part of a larger tensor or turned.
        copies: for several images, how many copies of the input are kept in another order, instead of the input.
        meanwhile: elements of the network's dtype, for each image, that there are beside all that until the operator returns.
        first: where no gradient passes on to the inputs, all that is kept, for each image; None where that changes nothing.
    """

    input: bool = False
    output: bool = False
    factors: bool = False
    values: Dim = 0
    indices: Dim = 0
    once: Dim = 0
    flags: Dim = 0
    plain: bool = False
    copies: int = 0
    meanwhile: Dim = 0
    first: Dim | None = None


class Gradient(NamedTuple):
    """What the backward pass of an operator needs beside the gradient of its output and those of its weights.

    Attributes:
        passes: whether the gradients of the inputs lie in the memory of the output's, as those of a sum do and of a view that leaves
            nothing out. Otherwise each is memory of its own.
        parts: whether each lies in a part of it, as those of what was put side by side.
        plain: whether the gradient of the output is copied first where it is a part of a larger tensor.
        reached: how many inputs, from the first, get one; all where None.
        in_turn: whether the inputs get theirs one by one from the last, each with `values`, and what is kept of each goes at once.
        values: further elements of the network's dtype for each image, until it is done.
        once: further elements of the network's dtype for the batch, until it is done.
    """

    passes: bool = False
    parts: bool = False
    plain: bool = False
    reached: int | None = None
    in_turn: bool = False
    values: Dim = 0
    once: Dim = 0


# -- answers that hold for every size: of `kept`, `gradient`, `scratch` and `sees` ---------------------------------------------------------


def keeps_nothing(op: object, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
    return Kept()


def keeps_input(op: object, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
    return Kept(input=True)


def keeps_output(op: object, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
    return Kept(output=True)


def keeps_input_or_copy(op: object, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
    """In place the input is overwritten, and its gradient needs it: a copy is kept."""
    return Kept(values=product(output)) if in_place else Kept(input=True)


def keeps_input_or_output(op: object, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
    """In place the output does as well."""
    return Kept(output=True) if in_place else Kept(input=True)


def keeps_factors(op: object, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
    return Kept(factors=True)


def passes_gradient(op: object, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
    return Gradient(passes=True)


def needs_output_again(op: object, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
    """The products that are summed up into the gradient of a weight, as many as the output has values."""
    return Gradient(values=product(output))


def no_scratch(op: object, inputs: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
    return 0


def sees_place(op: object, inputs: tuple[Shape, ...], output: Shape) -> Reach:
    return Reach.PLACE


def sees_everything(op: object, inputs: tuple[Shape, ...], output: Shape) -> Reach:
    return Reach.EVERYTHING
