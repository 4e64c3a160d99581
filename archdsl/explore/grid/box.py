"""Boxes: parts of a grid that are elaborated in one pass, some places of every axis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from typing import Any

import numpy as np

from archdsl.exact import is_single_number
from archdsl.exact.grid import Grid
from archdsl.exact.integers import LIMIT
from archdsl.exact.truth import Choices, Lists
from archdsl.explore.grid import cut
from archdsl.explore.grid.axis import Axis


@dataclass(frozen=True, eq=False)
class Box:
    """Places on every axis, whose combinations are the variants of the box.

    Attributes:
        chosen: for every axis the numbers of the places that are in the box, ascending.
        counted: a mask of the combinations that are in the box, with an axis for each axis of the box, of length 1 where the axis
            makes no difference; None where all are.
    """

    axes: tuple[Axis, ...]
    chosen: tuple[np.ndarray, ...]
    counted: np.ndarray | None = None

    @cached_property
    def shape(self) -> tuple[int, ...]:
        return tuple(len(places) for places in self.chosen)

    @cached_property
    def size(self) -> int:
        """How many variants are in the box."""
        if self.counted is None:
            return prod(self.shape)
        along = prod(n for n, m in zip(self.shape, self.counted.shape, strict=True) if m == 1)
        return int(np.count_nonzero(self.counted)) * along

    def settings(self) -> dict[str, Any]:
        """A value for every setting: the value itself where the box has only one, otherwise an array along the axis."""
        found: dict[str, Any] = {}
        for number, (axis, places) in enumerate(zip(self.axes, self.chosen, strict=True)):
            shape = [1] * len(self.axes)
            shape[number] = len(places)
            points = [axis.points[index] for index in places.tolist()]
            for name, values, own in zip(axis.names, zip(*points, strict=True), axis.own or axis.names, strict=True):
                if not axis.own or any(value != own for value in values):
                    found[name] = _value(values, tuple(shape), name)
        return found

    def corner(self, last: bool) -> Box:
        """The box of one variant, the first or the last."""
        end = -1 if last else 0
        places = [0 if not last else len(chosen) - 1 for chosen in self.chosen]
        if self.counted is not None:
            for number, place in enumerate(np.argwhere(self.counted)[end].tolist()):
                if self.counted.shape[number] > 1:
                    places[number] = place
        return Box(self.axes, tuple(chosen[place : place + 1] for chosen, place in zip(self.chosen, places, strict=True)))

    def groups(self, answers: np.ndarray) -> list[Box]:
        """The variants of the box by the answer that a condition gives for them.

        Args:
            answers: an array that broadcasts to the box.
        """
        answers = self.with_all_axes(answers)
        found = []
        for answer in np.unique(answers):
            same = answers == answer if self.counted is None else self.counted & (answers == answer)
            if same.any():
                found.append(Box(self.axes, self.chosen, same)._tight())
        return found

    def halves(self, names: frozenset[str] = frozenset()) -> list[Box]:
        """The box cut in two along its longest axis, of those with one of the settings if any of these has more than one place.

        A half that holds no variant is left out.
        """
        named = {number for number, axis in enumerate(self.axes) if names.intersection(axis.names)}
        halves = [self.within(span) for span in cut.halves(cut.whole(self.shape), named)]
        return [half._tight() for half in halves if half.size]

    def with_all_axes(self, array: np.ndarray) -> np.ndarray:
        """An array that broadcasts to the box, with an axis for each axis of the box."""
        return array.reshape((1,) * (len(self.axes) - array.ndim) + array.shape)

    def within(self, span: cut.Span) -> Box:
        """The part of the box in a span of its places."""
        box = self
        for number, part in enumerate(span):
            if part.stop - part.start < box.shape[number]:
                box = box._keeping(number, part)
        return box

    def _keeping(self, number: int, places: slice | np.ndarray) -> Box:
        """The box of some places along one axis."""
        chosen = (*self.chosen[:number], self.chosen[number][places], *self.chosen[number + 1 :])
        counted = self.counted
        if counted is not None and counted.shape[number] > 1:
            counted = counted[(slice(None),) * number + (places,)]
        return Box(self.axes, chosen, counted)

    def _tight(self) -> Box:
        """The same variants, without the places that hold none of them."""
        box = self
        for number in range(len(self.axes)):
            counted = box.counted
            if counted is not None and counted.shape[number] > 1:
                others = tuple(n for n in range(counted.ndim) if n != number)
                places = np.flatnonzero(counted.any(axis=others))
                if len(places) < box.shape[number]:
                    box = box._keeping(number, places)
        return Box(box.axes, box.chosen) if box.counted is not None and box.counted.all() else box


def boxes(axes: Sequence[Axis]) -> Iterator[Box]:
    """A whole grid in boxes: all numbers of an axis share one, and of a knob all words, all truth values and all lists of numbers."""
    for chosen in product(*map(_kinds, axes)):
        yield Box(tuple(axes), chosen)


def _kinds(axis: Axis) -> list[np.ndarray]:
    """The places of an axis in groups whose values can stand in one array."""
    groups: dict[Any, list[int]] = {}
    columns = []
    for values in zip(*axis.points, strict=True):
        known: dict[Any, Any] = {}
        columns.append(
            [known.get((type(value), value)) or known.setdefault((type(value), value), _kind(value)) for value in values]
        )
    for index, kinds in enumerate(zip(*columns, strict=True)):
        groups.setdefault(kinds, []).append(index)
    return [np.array(places) for places in groups.values()]


def _kind(value: Any) -> Any:
    """What an array is of: numbers, lists of numbers, words, or truth values; other values stand alone."""
    if is_single_number(value):
        return "number"
    if isinstance(value, tuple):
        return "numbers" if value and all(map(is_single_number, value)) else tuple(map(_kind, value))
    return type(value) if isinstance(value, (str, bool)) else (type(value), value)


def _value(values: Sequence[Any], shape: tuple[int, ...], name: str) -> Any:
    first = values[0]
    if isinstance(first, tuple):
        lengths = [len(value) for value in values]
        places = [_value([value[min(place, len(value) - 1)] for value in values], shape, name) for place in range(max(lengths))]
        if min(lengths) == max(lengths):
            return places
        return Lists(np.array(lengths).reshape(shape), places, frozenset([name]))
    if all(value == first for value in values):
        return first
    if isinstance(first, (str, bool)):
        return Choices.of(values, shape, frozenset([name]))
    array = np.empty(
        len(values), dtype=np.int64 if all(type(value) is int and -LIMIT < value < LIMIT for value in values) else object
    )
    array[:] = values
    return Grid.of(array.reshape(shape), name)
