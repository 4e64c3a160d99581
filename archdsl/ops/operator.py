"""What an operator is: fields, shape rule, weights and multiply-accumulates in one place, for ints and arrays alike.

A shape has no batch axis: (channels, height, width) for maps, (channels,) for vectors, (tokens, channels) for sequences. Inside
attention it is (heads, tokens, channels).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar, dataclass_transform

from archdsl.exact import product, select
from archdsl.ops.arguments import Kind, arg
from archdsl.ops.errors import ArgumentError, ShapeError, refuse

Dim = Any  # int, or a Grid of ints
Shape = tuple[Dim, ...]


class Operator:
    """Base of all primitive operators. Subclasses are frozen dataclasses made by `operator`."""

    word: ClassVar[str]
    fields: ClassVar[dict[str, dataclasses.Field[Any]]]
    kinds: ClassVar[dict[str, Kind]]
    required: ClassVar[tuple[str, ...]]
    joins: ClassVar[bool] = False  # takes two or more inputs

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

    def shape(self, *inputs: Shape) -> Shape:
        """Output shape. Raises ShapeError where the inputs do not fit."""
        raise NotImplementedError(f"{type(self).__name__} has no shape rule")

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        """Shapes of the learned tensors by name."""
        return {}

    def buffers(self, *inputs: Shape) -> dict[str, Shape]:
        """Shapes of the tensors that are kept and not learned (running statistics), by name; scalars of int64 are left out."""
        return {}

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> Dim:
        """Multiply-accumulates for batch 1, biases not counted."""
        raise NotImplementedError(f"{type(self).__name__} has no rule for multiply-accumulates")

    def products(self, inputs: tuple[Shape, ...], output: Shape) -> Dim:
        """Multiply-accumulates of two computed tensors for batch 1, as in attention; kept apart from those with weights."""
        return 0

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


class Elementwise(NoMacs):
    """One input, an output of the same shape."""

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]


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
        return len(value) == len(default) and all(map(_same, value, default))
    return type(value) is type(default) and bool(value == default)


# -- what shape rules share ----------------------------------------------------------------------------------------------------


def size(shape: Shape) -> str:
    """A shape in words: 16x112x112."""
    return "x".join(str(d) for d in shape) or "scalar"


def feature_map(op: Operator, shape: Shape) -> tuple[Dim, Dim, Dim]:
    """Channels, height and width of a map. Raises ShapeError for anything else."""
    if len(shape) != 3:
        raise ShapeError(f"{op.word} takes a map of channels x height x width, {size(shape)} arrives")
    return shape


def channel_axis(shape: Shape) -> int:
    """Index of the channels in a shape: first in maps and vectors, last in sequences of tokens."""
    return 1 if len(shape) == 2 else 0


def slide(extent: Dim, kernel: Dim, stride: Dim, padding: Any, dilation: Dim = 1, ceil: bool = False) -> Dim:
    """Length after a sliding window, along one axis.

    `same` pads half the window on either side, so the length is divided by the stride and rounded up whatever the window is;
    that needs a window of odd extent.
    """
    if padding == "same":
        if (ok := (dilation * (kernel - 1)) % 2 == 0) is not True:
            hint = "give the padding as a number, or put a pad before it"
            refuse(ok, f"a window of {kernel} cannot be padded by the same amount on both sides", hint)
        return (extent + stride - 1) // stride
    rest = extent + 2 * padding - dilation * (kernel - 1) - 1
    if (ok := rest >= 0) is not True:
        refuse(ok, f"a window of {dilation * (kernel - 1) + 1} does not fit into {extent} with padding {padding}")
    if not ceil:
        return rest // stride + 1
    length = (rest + stride - 1) // stride + 1
    # A window that would begin in the padding past the end is dropped, as in PyTorch.
    return select((length - 1) * stride >= extent + padding, length - 1, length)


def pads(padding: Any, kernel: tuple[Dim, Dim], dilation: tuple[Dim, Dim] = (1, 1)) -> tuple[Dim, Dim]:
    """Padding on either side of height and width as numbers."""
    if padding != "same":
        height, width = padding
        return height, width
    return (dilation[0] * (kernel[0] - 1) // 2, dilation[1] * (kernel[1] - 1) // 2)


def along(padding: Any, axis: int) -> Any:
    """The padding of one axis: `same`, or its number."""
    return padding if padding == "same" else padding[axis]
