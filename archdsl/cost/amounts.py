"""A cost as what it is made of: an amount for each layer, and how they come together, as a sum or as the largest of them.

Totals of one network, totals of a grid and columns by layer are all read from here. Amounts are ints, Fractions, or grids of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any, Protocol

from archdsl.exact import elements, exact, maximum
from archdsl.exact.partly import Partly, any_partly, at_least_if
from archdsl.ops.operator import Dim

Parts = tuple[tuple[Dim, int | Fraction], ...]
"""What the amount of a layer is the sum of: values, and what each is multiplied by."""


class Amounts(Protocol):
    """A cost of a network."""

    @property
    def total(self) -> Any:
        """Of the network: an int or a Fraction, or for a grid an array."""

    @property
    def layers(self) -> Sequence[Dim | None]:
        """Of every layer in the order of the bill; None where the cost says nothing of a layer."""

    def parts(self) -> Iterator[tuple[Dim, int]]:
        """What the total is the sum of: values, and how many times each is taken. On a grid they are arrays of many shapes."""

    def together(self, amounts: Sequence[Dim]) -> Dim:
        """The cost of some layers together, at least one."""


class Sum:
    """A cost that adds up over the layers."""

    def __init__(self, kinds: Sequence[int], terms: Sequence[Parts | None]):
        """
        Args:
            kinds: for every layer the index of its terms; layers that cost the same share them.
            terms: what a layer of each kind costs; None where it is not counted.
        """
        self.kinds, self.terms = kinds, terms

    def parts(self) -> Iterator[tuple[Dim, int]]:
        times = Counter(self.kinds)
        for kind, terms in enumerate(self.terms):
            for value, weight in terms or ():
                yield (value, times[kind] * weight) if isinstance(weight, int) else (value * weight, times[kind])

    @cached_property
    def by_kind(self) -> list[Dim | None]:
        """The amount of each kind of layer."""
        return [None if terms is None else _weighed(terms) for terms in self.terms]

    @cached_property
    def layers(self) -> list[Dim | None]:
        return [self.by_kind[kind] for kind in self.kinds]

    @cached_property
    def total(self) -> Any:
        times = Counter(self.kinds)
        known = plain(exact(sum(value * times[kind] for kind, value in enumerate(self.by_kind) if value is not None)))
        return at_least_if(any_partly(self.by_kind), known)

    def together(self, amounts: Sequence[Dim]) -> Dim:
        return sum(amounts)


class Largest:
    """A cost that is the largest of those of its layers, such as the peak of memory.

    Args:
        sides: what the total is the largest of; worked out when it is asked for. On a grid they are arrays of many shapes.
        layers: the same, for every layer in the order of the bill.
        partly: whether a layer may take more than is known, so that the total is a lower bound.
    """

    def __init__(self, sides: Callable[[], Sequence[Dim]], layers: Callable[[], Sequence[Dim | None]], partly: bool = False):
        self._sides, self._layers, self.partly = sides, layers, partly

    @cached_property
    def sides(self) -> Sequence[Dim]:
        return self._sides()

    def parts(self) -> Iterator[tuple[Dim, int]]:
        yield maximum(*self.sides), 1
        if self.partly:
            yield Partly(), 1

    @cached_property
    def layers(self) -> Sequence[Dim | None]:
        return self._layers()

    @cached_property
    def total(self) -> Any:
        return at_least_if(self.partly, plain(maximum(*self.sides)))

    def together(self, amounts: Sequence[Dim]) -> Dim:
        return at_least_if(any_partly(amounts), maximum(*amounts))


def plain(value: Any) -> Any:
    """A number as a user gets it: an int or a Fraction, or a NumPy array for a grid."""
    return elements(value)


def _weighed(terms: Parts) -> Dim:
    if len(terms) == 1:  # nearly always
        value, weight = terms[0]
        return value if weight == 1 else value * weight
    total: Dim = 0
    for value, weight in terms:
        total = total + (value if weight == 1 else value * weight)
    return total
