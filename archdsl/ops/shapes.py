"""What kinds of tensors there are: maps, sequences of tokens, vectors, what attention works on, and indices.

A shape is a tuple of dimensions without the batch axis, and its class is its kind: a map of 4x8x8 and four heads of 8x8 are the same
numbers and not the same thing. Dimensions are ints, grids of ints or symbols.
"""

from __future__ import annotations

from typing import Any, ClassVar

from archdsl.ops.errors import RankError
from archdsl.ops.facts import Dim, Shape


class Typed(tuple[Dim, ...]):
    """Base of the kinds.

    Attributes:
        word: what the language calls the kind.
        axes: names of the axes, for messages; `...` stands for any number.
    """

    __slots__ = ()

    word: ClassVar[str]
    axes: ClassVar[str]

    @property
    def channel_axis(self) -> int:
        """Index of the channels, from 0."""
        return len(self) - 1

    @property
    def places(self) -> tuple[Dim, ...]:
        """The extents along which a map is wide or a sequence long; none for a vector."""
        return ()

    def with_channels(self, channels: Dim) -> Typed:
        """The same kind and places, with other channels."""
        return self.with_axis(self.channel_axis, channels)

    def with_axis(self, axis: int, length: Dim) -> Typed:
        """The same kind with another length of one axis; negative counts from the end."""
        found = list(self)
        found[axis] = length
        return type(self)(found)


class Map(Typed):
    """(channels, height, width); (channels, length) in one dimension, (channels, depth, height, width) in three."""

    __slots__ = ()
    word, axes = "map", "channels x places"

    @property
    def channel_axis(self) -> int:
        return 0

    @property
    def places(self) -> tuple[Dim, ...]:
        return self[1:]


class Sequence(Typed):
    """(tokens, channels). Where tokens stand in groups that are worked on apart, such as windows: (groups, tokens, channels)."""

    __slots__ = ()
    word, axes = "sequence", "tokens x channels"

    @property
    def places(self) -> tuple[Dim, ...]:
        return self[-2:-1]


class Vector(Typed):
    """(channels,)."""

    __slots__ = ()
    word, axes = "vector", "channels"


class Heads(Typed):
    """Inside attention: (heads, tokens, channels), or (heads, tokens, tokens); with groups (groups, heads, tokens, channels)."""

    __slots__ = ()
    word, axes = "heads", "heads x tokens x channels"

    @property
    def places(self) -> tuple[Dim, ...]:
        return self[-2:-1]


class Ids(Typed):
    """(tokens,): whole numbers that stand for words or classes, with nothing to calculate on."""

    __slots__ = ()
    word, axes = "ids", "tokens"

    @property
    def places(self) -> tuple[Dim, ...]:
        return self[:]


KINDS: dict[str, type[Typed]] = {kind.word: kind for kind in (Map, Sequence, Vector, Heads, Ids)}
"""Every kind by its word."""

RANKS: dict[int, type[Typed]] = {1: Vector, 2: Sequence, 3: Map, 4: Map}
"""The kind that a shape is taken for where nothing tells: by its number of axes."""


def typed(shape: Shape) -> Typed:
    """The shape with its kind; one that has none gets it by its number of axes. Raises ShapeError where there is none."""
    if isinstance(shape, Typed):
        return shape
    if len(shape) not in RANKS:
        raise RankError(f"a tensor has one to four axes, {size(shape)} has {len(shape)}")
    return RANKS[len(shape)](shape)


def size(shape: Shape) -> str:
    """A shape in words: 16x112x112."""
    return "x".join(str(d) for d in shape) or "scalar"


def described(shape: Shape) -> str:
    """A shape with its kind, for messages: a map of 16x112x112."""
    if isinstance(shape, Heads):
        return f"{size(shape)} inside attention"
    words: dict[object, str] = {Map: "a map of ", Sequence: "tokens of ", Vector: "a vector of ", Ids: "indices of "}
    return words.get(type(shape), "") + size(shape)


def channel_axis(shape: Shape) -> int:
    """Index of the channels in a shape: first in maps and vectors, last in sequences of tokens and inside attention."""
    return typed(shape).channel_axis


def is_map(shape: Shape, places: int | None = 2) -> bool:
    """Whether a shape is a map, with so many places (None: with any)."""
    kind = typed(shape)
    return isinstance(kind, Map) and places in (None, len(kind) - 1)


def feature_map(op: Any, shape: Shape) -> tuple[Dim, Dim, Dim]:
    """Channels, height and width of a map. Raises ShapeError for anything else."""
    if type(shape) is not Map:
        shape = typed(shape)
    if type(shape) is not Map or len(shape) != 3:
        raise RankError(f"{op.word} takes a map of channels x height x width, {_arrives(shape)} arrives", _towards_map(shape))
    return shape


def sequence(op: Any, shape: Shape) -> Sequence:
    """A sequence: (…, tokens, channels). Raises ShapeError for anything else."""
    shape = typed(shape)
    if not isinstance(shape, Sequence):
        hint = "put tokens before it" if type(shape) is Map else "put merge_heads before it" if type(shape) is Heads else ""
        raise RankError(f"{op.word} takes tokens x channels, {_arrives(shape)} arrives", hint)
    return shape


def heads(op: Any, shape: Shape) -> Heads:
    """What attention works on: (…, heads, tokens, channels). Raises ShapeError for anything else."""
    shape = typed(shape)
    if not isinstance(shape, Heads):
        raise RankError(f"{op.word} takes heads x tokens x channels, {_arrives(shape)} arrives", "put split_heads before it")
    return shape


def _arrives(shape: Shape) -> str:
    """A shape in a message whose kind is in question: its numbers, and its kind where they do not tell it."""
    return size(shape) if RANKS.get(len(shape)) is type(shape) else described(shape)


def _towards_map(shape: Shape) -> str:
    return "put merge_heads before it, and what makes a map of tokens" if type(shape) is Heads else ""
