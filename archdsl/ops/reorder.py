"""Operators that look at the axes of a tensor in another way, or move values along them: between maps, tokens and windows."""

from __future__ import annotations

import re
from typing import Any

from archdsl.exact import product
from archdsl.ops.arguments import COUNT, SHIFTS, Kind, arg, optional, word
from archdsl.ops.errors import ArgumentError, RankError, ShapeError, refuse
from archdsl.ops.facts import Gradient, Layout, Memory, Reach, keeps_nothing, no_scratch, sees_place
from archdsl.ops.operator import NoMacs, Operator, SameShape, Shape, View, operator
from archdsl.ops.patterns import Group, Pattern, parse_pattern
from archdsl.ops.shapes import KINDS, Map, Sequence, Typed, Vector, described, feature_map, size, typed
from archdsl.ops.tokens import ungrouped

MADE = ("map", "sequence", "heads", "vector")
_NAME = re.compile(r"[A-Za-z_]\w*\Z", re.ASCII)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ArgumentError('expected axes by name, such as "c h w -> (h w) c"')
    parse_pattern(value)
    return " ".join(value.split())


PATTERN = Kind("axes -> axes", _text, {"type": "string"})


def _sizes(value: Any) -> tuple[tuple[str, Any], ...]:
    if not all(isinstance(pair, tuple) and len(pair) == 2 for pair in (value if isinstance(value, tuple) else [value])):
        raise ArgumentError("holds what is given by names of axes: p: 4")
    return tuple([(name, COUNT.convert(length)) for name, length in value])


class Named(dict[str, Kind]):
    """The arguments of an operator that takes lengths of axes too, whatever the axes are called."""

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or (isinstance(name, str) and _NAME.match(name) is not None)

    def __missing__(self, name: str) -> Kind:
        return COUNT


@operator("rearrange")
class Rearrange(NoMacs):
    """Axes taken apart, put in another order and together again, in the notation of einops (Rogozhnikov 2022).

    Lengths that do not follow from what arrives are further arguments, by the names of their axes:
    `{pattern: "c (h p) (w q) -> (h w) (p q c)", p: 4, q: 4}`. A pattern that only takes apart and puts together is a view.
    """

    layout = Layout.PLAIN
    kept, scratch = keeps_nothing, no_scratch
    keeps_scale = True

    pattern: Any = arg(PATTERN, doc="axes as they arrive and as they leave, without the batch")
    to: Any = arg(optional(word(*MADE)), None, doc="what it makes; where not given, 1 axis is a vector, 2 are a sequence")
    sizes: Any = arg(
        Kind("lengths of axes", _sizes, {"type": "array"}), (), doc="lengths of axes; given one by one, by their names"
    )

    @property
    def parsed(self) -> Pattern:
        return parse_pattern(self.pattern)

    @property
    def memory(self) -> Memory:  # type: ignore[override]
        return Memory.NEW if self.parsed.moves else Memory.VIEW

    @classmethod
    def read(cls, values: dict[str, Any]) -> Operator:
        """The operator; arguments that are no fields are lengths of axes."""
        fields = {name: value for name, value in values.items() if name in cls.fields}
        sizes: dict[str, Any] = {}
        for name, value in values.items():
            if value is None or name in ("pattern", "to"):
                continue
            try:
                sizes.update(_sizes(value) if name == "sizes" else {name: COUNT.convert(value)})
            except (ArgumentError, ShapeError) as error:
                raise ArgumentError(f"'{name}' of {cls.word} {error.message}", error.hint, name) from None
        made = super().read({**fields, "sizes": tuple(sizes.items())})
        assert isinstance(made, Rearrange)
        names = made.parsed.arriving
        for name in sizes:
            if name not in names:
                known = f"axes of the pattern: {', '.join(names)}"
                raise ArgumentError(f"'{name}' of rearrange is no axis of the pattern", known, name)
        return made

    def arguments(self) -> dict[str, Any]:
        found = super().arguments()
        sizes = found.pop("sizes", ())
        return {**found, **dict(sizes)}

    def lengths(self, shape: Shape) -> dict[str, Any]:
        """The length of every axis of the pattern. Raises ShapeError where what arrives does not fit."""
        left = self.parsed.left
        if len(shape) != len(left):
            arrives = described(typed(shape)) if len(shape) <= 3 else size(shape)
            raise RankError(f"rearrange takes {len(left)} axes by its pattern, {arrives} arrives")
        found = dict(self.sizes)
        for group, extent in zip(left, shape, strict=True):
            open_axes = [name for name in group if name not in found]
            if len(open_axes) > 1:
                raise ShapeError(
                    f"rearrange cannot tell the lengths of {_listed(open_axes)} apart", "give one of them by its name"
                )
            known = product(found[name] for name in group if name in found)
            if open_axes:
                if (ok := extent % known == 0) is not True:
                    refuse(ok, f"{extent} cannot be taken apart into {_written(group)} with {known}", about="pattern")
                found[open_axes[0]] = extent // known
            elif (ok := extent == known) is not True:
                refuse(ok, f"{_written(group)} is {known} long by the pattern, {extent} arrives", about="pattern")
        return found

    def shape(self, *inputs: Shape) -> Shape:
        lengths = self.lengths(inputs[0])
        made = [product(lengths[name] for name in group) for group in self.parsed.right]
        kind = self._kind(len(made))
        least, most = _AXES[kind]
        if not least <= len(made) <= most:
            raise ShapeError(f"a {kind.word} has {least} to {most} axes, the pattern makes {len(made)}", about="to")
        return kind(made)

    def _kind(self, count: int) -> type[Typed]:
        if self.to is not None:
            return KINDS[self.to]
        if count > 2:
            hint = "say it: to: map, to: sequence (the first axis counts groups) or to: heads"
            raise ShapeError(f"{count} axes may be a map, groups of tokens or heads", hint)
        return (Vector, Sequence)[count - 1]

    def sees(self, inputs: tuple[Shape, ...], output: Shape) -> Reach:
        """Where whole axes change their order a value sees its own place; where axes are taken apart or put together, maybe any."""
        whole = all(len(group) == 1 for side in self.parsed for group in side)
        return Reach.PLACE if whole else Reach.EVERYTHING


_AXES: dict[type[Typed], tuple[int, int]] = {Map: (2, 4), Sequence: (2, 3), KINDS["heads"]: (3, 4), Vector: (1, 1)}
Rearrange.kinds = Named(Rearrange.kinds)


def _written(group: Group) -> str:
    return group[0] if len(group) == 1 else f"({' '.join(group)})"


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


@operator("to_map")
class ToMap(View):
    """Tokens as the places of a map again, row by row: (height * width, channels) to (channels, height, width)."""

    sees = sees_place

    height: Any = arg(COUNT, doc="rows of the map")
    width: Any = arg(optional(COUNT), None, doc="columns; as many as fit where not given")

    def shape(self, *inputs: Shape) -> Shape:
        tokens, channels = ungrouped(self, inputs[0])
        width = tokens // self.height if self.width is None else self.width
        if (ok := self.height * width == tokens) is not True:
            refuse(ok, f"{tokens} tokens do not make a map of {self.height}x{width}", about="height")
        return Map((channels, self.height, width))


@operator("roll")
class Roll(SameShape):
    """A map moved down and to the right, what leaves on one side comes in on the other (shifted windows of Liu et al. 2021)."""

    memory, layout = Memory.NEW, Layout.PLAIN
    kept, scratch = keeps_nothing, no_scratch
    keeps_scale = True

    shifts: Any = arg(SHIFTS, doc="places down and to the right; negative moves up and to the left")

    def shape(self, *inputs: Shape) -> Shape:
        _, height, width = feature_map(self, inputs[0])
        for shift, extent in zip(self.shifts, (height, width), strict=True):
            if (ok := (-extent < shift) & (shift < extent)) is not True:
                refuse(ok, f"a roll by {shift} must be less than the map, {size(inputs[0])}", about="shifts")
        return inputs[0]

    def gradient(self, inputs: tuple[Shape, ...], output: Shape) -> Gradient:
        """Moved along one axis first, then along the other."""
        return Gradient(values=product(output))

    def sees(self, inputs: tuple[Shape, ...], output: Shape) -> Reach:
        return Reach.PLACE
