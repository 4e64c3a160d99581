"""The axes of tensors by their names; numbers for the places of a map: one for all of them, or a list with one for each, as many as
there are when a map arrives.
"""

from __future__ import annotations

from typing import Any

from archdsl.ops.errors import RankError, ShapeError
from archdsl.ops.facts import Dim, Shape
from archdsl.ops.shapes import Heads, Ids, Map, Sequence, Typed, Vector, described, size, typed

PLACES: dict[int, tuple[str, ...]] = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
"""Names of the places by their number."""


class Each(tuple[Dim, ...]):
    """One number for every axis, whatever their number is; as a tuple it is that of two places, which nearly all maps have.

    Where an axis has two sides it holds two numbers for each.
    """

    __slots__ = ()

    def over(self, places: int) -> tuple[Dim, ...]:
        """The same for so many places."""
        return tuple(self) if places == 2 else (self[0],) * (len(self) // 2 * places)


def each(value: Dim, sides: int = 1) -> Each:
    return Each((value,) * (2 * sides))


ONE, NONE = each(1), each(0)


def told(given: dict[str, Any], inputs: tuple[Shape, ...]) -> dict[str, Any]:
    """Arguments of an operator as they hold for what arrives: a number that stands for every axis, told for each."""
    return {name: value.over(len(inputs[0]) - 1) if type(value) is Each else value for name, value in given.items()}


def any_map(op: Any, shape: Shape) -> Map:
    """A map of one to three places. Raises ShapeError for anything else."""
    if type(shape) is not Map:
        shape = typed(shape)
    if type(shape) is not Map:
        arrives = size(shape) if len(shape) < 3 else described(shape)
        raise RankError(f"{op.word} takes a map of channels x height x width, {arrives} arrives")
    return shape


def spread(op: Any, name: str, shape: Shape, sides: int = 1) -> tuple[Dim, ...]:
    """The numbers of an argument for the places of a map.

    Args:
        sides: numbers for each place.

    Raises:
        ShapeError: a list of another length.
    """
    value, places = getattr(op, name), len(shape) - 1
    if len(value) == sides * places:
        return value  # type: ignore[no-any-return]
    if type(value) is Each:
        return value.over(places)
    wanted = f"[{', '.join(PLACES[places])}]" if sides == 1 else f"[{', '.join(SIDES[places])}]"
    one = "one number or " if sides * places > 1 else "one number, or "
    message = f"'{name}' of {op.word} has {len(value)} numbers, a map of {size(shape)} arrives"
    raise ShapeError(message, f"it takes {one}{wanted} there", name)


SIDES: dict[int, tuple[str, ...]] = {
    1: ("left", "right"),
    2: ("left", "right", "top", "bottom"),
    3: ("left", "right", "top", "bottom", "front", "back"),
}
"""Sides of a map by the number of its places, the last axis first, as PyTorch has them."""


NAMES: dict[tuple[type[Typed], int], tuple[str, ...]] = {
    (Vector, 1): ("channels",),
    (Sequence, 2): ("tokens", "channels"),
    (Sequence, 3): ("groups", "tokens", "channels"),
    (Heads, 3): ("heads", "tokens", "channels"),
    (Heads, 4): ("groups", "heads", "tokens", "channels"),
    (Map, 2): ("channels", *PLACES[1]),
    (Map, 3): ("channels", *PLACES[2]),
    (Map, 4): ("channels", *PLACES[3]),
    (Ids, 1): ("tokens",),
}
"""Names of the axes, by the kind of tensor and the number of them."""

AXES = tuple(dict.fromkeys(name for names in NAMES.values() for name in names))
"""Every name of an axis."""


def names_of_axes(shape: Typed) -> tuple[str, ...]:
    return NAMES.get((type(shape), len(shape))) or tuple(f"axis {a}" for a in range(len(shape)))


def named_axis(op: Any, argument: str, shape: Shape) -> int:
    """The axis that an argument names, without the batch. Raises ShapeError where what arrives has none of that name."""
    name, arriving = getattr(op, argument), typed(shape)
    names = names_of_axes(arriving)
    if type(arriving) is Ids:
        raise RankError(f"{op.word} takes values, {described(arriving)} arrive", "put embedding before it")
    if name not in names:
        raise ShapeError(f"{described(arriving)} has no {name} for {op.word}", f"it has {', '.join(names)}", argument)
    return names.index(name)
