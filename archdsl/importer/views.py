"""Chains of reshapes and transpositions, held as one view of a tensor until something needs the values in their new order.

A view takes the axes of a tensor apart into factors and puts these together as other axes, as `rearrange` writes it:
`b c (h p) (w q) -> b (h w) (p q c)`. A chain of any length is one view again, and one that ends where it began is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import prod
from typing import NamedTuple

from torch import Tensor

Group = tuple[int, ...]
"""Factors that are one axis, by number; the last changes fastest. None for an axis of length 1."""

BATCH = 0
"""The factor of the batch, which is there whatever its length."""


class View(NamedTuple):
    """How axes of a tensor become others.

    Attributes:
        lengths: of the factors, which are numbered in the order in which they lie in the tensor.
        source: for each axis of the tensor its factors; the batch comes first.
        axes: the same of the axes that are seen.
    """

    lengths: tuple[int, ...]
    source: tuple[Group, ...]
    axes: tuple[Group, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        """Lengths of the axes that are seen."""
        return tuple([self.length(group) for group in self.axes])

    def of(self, tensor: Tensor) -> Tensor:
        """What is seen of a tensor of one image, whose batch axis comes first."""
        lengths = [1 if factor == BATCH else length for factor, length in enumerate(self.lengths)]
        order = [factor for group in self.axes for factor in group]
        apart = tensor.reshape(lengths).permute(order)
        return apart.reshape([prod(lengths[factor] for factor in group) for group in self.axes])

    @property
    def is_plain(self) -> bool:
        """Whether the tensor is seen as it is."""
        return self.source == self.axes

    @property
    def permutation(self) -> tuple[int, ...] | None:
        """For each axis that is seen the axis of the tensor that it is; None where axes are taken apart or put together.

        Of axes of length 1 those that stand in their place are taken first.
        """
        if len(self.source) != len(self.axes):
            return None
        left = list(range(len(self.source)))
        found = []
        for place, group in enumerate(self.axes):
            fits = [axis for axis in left if self.source[axis] == group]
            if not fits:
                return None
            chosen = place if place in fits else fits[0]
            left.remove(chosen)
            found.append(chosen)
        return tuple(found)

    def length(self, group: Group) -> int:
        return prod(self.lengths[factor] for factor in group)

    def permuted(self, order: Sequence[int]) -> View:
        """The view with its axes in another order."""
        return normal(self.lengths, self.source, [self.axes[axis] for axis in order])

    def reshaped(self, sizes: Sequence[int]) -> View | None:
        """The same values in order as axes of these lengths; None where factors cannot be taken apart so."""
        lengths, source = list(self.lengths), [list(group) for group in self.source]
        open_factors = [factor for group in self.axes for factor in group]
        axes: list[list[int]] = []
        for size in sizes:
            group: list[int] = []
            missing = size
            while missing > 1 or (open_factors and lengths[open_factors[0]] == 1):
                if not open_factors:
                    return None
                factor = open_factors[0]
                if missing % lengths[factor] == 0:
                    missing //= lengths[factor]
                    group.append(open_factors.pop(0))
                elif factor != BATCH and lengths[factor] % missing == 0:
                    lengths.append(lengths[factor] // missing)
                    lengths[factor] = missing
                    inner = len(lengths) - 1
                    for other in source:
                        if factor in other:
                            other.insert(other.index(factor) + 1, inner)
                    group.append(factor)
                    open_factors[0] = inner
                    missing = 1
                else:
                    return None
            axes.append(group)
        if open_factors:
            return None
        return normal(lengths, source, axes)

    def with_axis(self, axis: int, group: Group = ()) -> View:
        """The view with one axis more, of length 1 where no factors are given."""
        return View(self.lengths, self.source, (*self.axes[:axis], group, *self.axes[axis:]))

    def without_axis(self, axis: int) -> View:
        """The view without an axis of length 1."""
        assert not self.axes[axis]
        return View(self.lengths, self.source, (*self.axes[:axis], *self.axes[axis + 1 :]))

    def with_length(self, axis: int, length: int) -> View:
        """The view over a tensor whose axis that is seen at a place has another length. It has to be a whole axis of the tensor."""
        place = self.source.index(self.axes[axis]) if self.axes[axis] else self._empty(axis)
        new = len(self.lengths)
        source = [(new,) if number == place else group for number, group in enumerate(self.source)]
        axis %= len(self.axes)
        axes = [(new,) if number == axis else group for number, group in enumerate(self.axes)]
        return normal((*self.lengths, length), source, axes)

    def _empty(self, axis: int) -> int:
        """Which axis of the tensor, of those of length 1, an axis of length 1 is: the one as far from the end."""
        empty = [number for number, group in enumerate(self.source) if not group]
        wanted = axis % len(self.axes) - len(self.axes) + len(self.source)
        return min(empty, key=lambda number: abs(number - wanted))


def plain(sizes: Iterable[int]) -> View:
    """A tensor as it is. The first of the lengths is the batch."""
    lengths = tuple(sizes)
    groups = tuple([(axis,) for axis in range(len(lengths))])
    return normal(lengths, groups, groups)


def normal(lengths: Sequence[int], source: Sequence[Sequence[int]], axes: Sequence[Sequence[int]]) -> View:
    """The view with as few factors as it takes, numbered in the order of the tensor: equal views are equal tuples."""
    kept_source = [[f for f in group if f == BATCH or lengths[f] > 1] for group in source]
    kept_axes = [[f for f in group if f == BATCH or lengths[f] > 1] for group in axes]
    after = {a: b for group in kept_axes for a, b in pairwise(group)}
    merged = dict(enumerate(lengths))
    for group in kept_source:
        place = 0
        while place + 1 < len(group):
            first, second = group[place : place + 2]
            if BATCH not in (first, second) and after.get(first) == second:
                merged[first] *= merged[second]
                group.remove(second)
                for other in kept_axes:
                    if second in other:
                        other.remove(second)
                if second in after:
                    after[first] = after.pop(second)
                else:
                    del after[first]
            else:
                place += 1
    order = [factor for group in kept_source for factor in group]
    number = {factor: index for index, factor in enumerate(order)}
    return View(
        tuple([merged[factor] for factor in order]),
        tuple([tuple([number[f] for f in group]) for group in kept_source]),
        tuple([tuple([number[f] for f in group]) for group in kept_axes]),
    )
