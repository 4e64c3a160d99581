"""What an operator is, in one place: fields, shape rule, weights, multiply-accumulates, memory and what it keeps for its gradient.

All of it is plain arithmetic on dimensions that are ints or arrays.

A shape has no batch axis, and its class says what kind of tensor it is (`archdsl.ops.shapes`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar, dataclass_transform

from archdsl.errors import BackendError
from archdsl.exact import product
from archdsl.ops.arguments import Kind, arg
from archdsl.ops.axes import Each
from archdsl.ops.errors import ArgumentError, ShapeError
from archdsl.ops.facts import Dim as Dim
from archdsl.ops.facts import Gradient, Kept, Layout, Memory, Reach, Window, keeps_nothing, no_scratch
from archdsl.ops.facts import Shape as Shape
from archdsl.ops.readers import unsaid


class Operator:
    """Base of all primitive operators. Subclasses are frozen dataclasses made by `operator`.

    `memory`, `layout`, `kept`, `scratch`, `sees`, `shape` and `macs` have no default, because none would be right for every
    operator: whoever needs one that an operator does not say refuses that operator (see `archdsl.ops.readers`). Where nothing is
    said of the others, an operator is only treated more carefully than it needs to be.

    Attributes:
        memory: which memory the output lies in, at inference.
        layout: how it stands to the layout that runtimes keep maps in between convolutions.
        joins: takes two or more inputs.
        opaque: what it computes is not known, and so what it costs is not (see `archdsl.ops.opaque`); takes any number of inputs.
        pairwise: for joins: combines two inputs at a time from the left, in any order (a sum, a product).
        neutral: for joins: one input alone is the output (a sum, a product, a concatenation).
        stretches: for joins: a map of 1x1 is stretched over the places of the others.
        overwritable: the output is memory of its own that the gradient does not need, so what comes after may overwrite it.
        alike: does the same to every channel, each by itself.
        keeps_scale: only moves values or cuts them off, so that a quantised output needs no other scale than the input had.
        side_by_side: for joins: the values of the inputs are those of the output, so that quantised ones need one scale.
        takes_norm: a norm after it can be folded into its weight and bias, row by row.
        shared_scratch: what it needs for a moment is the same for any number of images.
        counters: scalars of int64 that are kept beside the buffers (the number of batches seen).
        integers: names of the buffers and constants that hold integers.
    """

    word: ClassVar[str]
    fields: ClassVar[dict[str, dataclasses.Field[Any]]]
    kinds: ClassVar[dict[str, Kind]]
    required: ClassVar[tuple[str, ...]]

    memory: ClassVar[Memory]
    layout: ClassVar[Layout]
    joins: ClassVar[bool] = False
    opaque: ClassVar[bool] = False
    pairwise: ClassVar[bool] = False
    neutral: ClassVar[bool] = False
    stretches: ClassVar[bool] = False
    overwritable: ClassVar[bool] = False
    alike: ClassVar[bool] = False
    keeps_scale: ClassVar[bool] = False
    side_by_side: ClassVar[bool] = False
    takes_norm: ClassVar[bool] = False
    shared_scratch: ClassVar[bool] = False
    counters: ClassVar[int] = 0
    integers: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, **values: Any) -> None:
        raise TypeError("an operator is made by one of the subclasses")

    def values(self) -> tuple[Any, ...]:
        """The arguments, in order."""
        return tuple([getattr(self, name) for name in self.fields])

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.values() == other.values()

    def __hash__(self) -> int:
        return hash((type(self), self.values()))

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in zip(self.fields, self.values(), strict=True))
        return f"{type(self).__name__}({given})"

    @unsaid
    def shape(self, *inputs: Shape) -> Shape:
        """Output shape. Raises ShapeError where the inputs do not fit."""
        raise BackendError(
            f"elaboration has no rule for the operator {self.word}: it does not say what its output's shape is (shape)"
        )

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        """Shapes of the learned tensors by name."""
        return {}

    def buffers(self, *inputs: Shape) -> dict[str, Shape]:
        """Shapes of the tensors that are kept and not learned (running statistics), by name; `counters` are left out."""
        return {}

    def constants(self, *inputs: Shape) -> dict[str, Shape]:
        """Shapes of the tensors that follow from arguments and sizes alone and are kept beside the buffers (masks, tables of
        indices), by name; they are not saved with the weights."""
        return {}

    @unsaid
    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> Dim:
        """Multiply-accumulates for batch 1, biases not counted."""
        raise BackendError(f"cost has no rule for the operator {self.word}: it does not say its multiply-accumulates (macs)")

    def products(self, inputs: tuple[Shape, ...], output: Shape) -> Dim:
        """Multiply-accumulates of two computed tensors for batch 1, as in attention; kept apart from those with weights."""
        return 0

    @unsaid
    def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
        """What the forward pass of a training step keeps for the gradient, as the formula of the gradient needs it.

        Args:
            in_place: whether the operator overwrites its input.
        """
        raise NotImplementedError

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        """What the backward pass needs. Where nothing is said, the gradient of each input is memory of its own and nothing more is
        needed; that of what is looked at in another way as a whole, or passed on, is that of the output."""
        whole = self.trained_memory is not Memory.NEW and (product(inputs[0]) == product(output)) is True
        return Gradient(passes=whole)

    @unsaid
    def scratch(self, inputs: tuple[Shape, ...], output: Shape, itemsize: int) -> Dim:
        """Bytes that the operator needs beside its inputs and output until it returns, for batch 1."""
        raise NotImplementedError

    def partial(self, inputs: tuple[Shape, ...], output: Shape) -> list[tuple[str, Shape]]:
        """Tensors that are made one from the other on the way to the output: what each is called, and its shape."""
        return []

    @unsaid
    def sees(self, inputs: tuple[Shape, ...], output: Shape) -> Window | Reach:
        """What one value of the output sees of the input."""
        raise NotImplementedError

    @property
    def trained_memory(self) -> Memory:
        """Which memory the output lies in while training."""
        return self.memory

    def overwrites(self) -> bool:
        """Whether frameworks offer the operator in place, overwriting its input, for training too."""
        return False

    def hands_on(self, count: int) -> bool:
        """Whether the output at inference is the first input's memory, given the number of inputs."""
        return self.memory is not Memory.NEW or (self.pairwise and count == 1)

    def params(self, *inputs: Shape) -> Dim:
        """Number of learned values."""
        return sum(product(shape) for shape in self.weights(*inputs).values())

    @classmethod
    def read(cls, values: dict[str, Any]) -> Operator:
        """The operator with the given arguments.

        Raises:
            ArgumentError: an argument does not fit; `name` is its name.
        """
        converted = {}
        kinds = cls.kinds
        for name, value in values.items():
            if value is None and name not in cls.required:
                continue
            try:
                converted[name] = kinds[name].convert(value)
            except (ArgumentError, ShapeError) as error:
                raise ArgumentError(f"'{name}' of {cls.word} {error.message}", error.hint, name) from None
        return cls(**converted)

    def arguments(self) -> dict[str, Any]:
        """The fields that differ from their defaults, for display and serialization."""
        shown = {}
        for name, spec in self.fields.items():
            value = getattr(self, name)
            if spec.default is not dataclasses.MISSING and _same(value, spec.default):
                continue
            shown[name] = value
        return shown


class NoMacs(Operator):
    """An operator without multiply-accumulates. Said by a base class, so that a missing rule is never taken for zero."""

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> Dim:
        return 0


class SameShape(NoMacs):
    """One input, an output of the same shape."""

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]


class View(NoMacs):
    """Base of the operators whose output is their input's memory, looked at in another way."""

    memory, layout = Memory.VIEW, Layout.PLAIN
    kept, scratch = keeps_nothing, no_scratch
    keeps_scale = True


OPERATORS: dict[str, type[Operator]] = {}
_T = TypeVar("_T", bound=type[Any])


@dataclass_transform(frozen_default=True, field_specifiers=(arg,))
def operator(word: str) -> Callable[[_T], _T]:
    """Register a class under the word that specs use for it.

    Raises:
        ValueError: the word is taken; names both owners.
    """

    def register(cls: _T) -> _T:
        # What every operator does alike stands in the base; made for each class by itself it would double the time of importing.
        made: Any = dataclasses.dataclass(frozen=True, repr=False, eq=False)(cls)
        if word in OPERATORS:
            raise ValueError(f"'{word}' is both {OPERATORS[word].__qualname__} and {made.__qualname__}")
        made.word = word
        made.fields = {f.name: f for f in dataclasses.fields(made)}
        made.kinds = {name: f.metadata["kind"] for name, f in made.fields.items()}
        made.required = tuple(name for name, f in made.fields.items() if f.default is dataclasses.MISSING)
        OPERATORS[word] = made
        return made  # type: ignore[no-any-return]

    return register


def _same(value: Any, default: Any) -> bool:
    """Whether an argument is its default; an array never is."""
    if isinstance(value, tuple) and isinstance(default, tuple):
        if type(default) is Each and len(value) != len(default):
            return all(_same(number, default[0]) for number in value)
        return len(value) == len(default) and all(map(_same, value, default))
    return type(value) is type(default) and bool(value == default)
