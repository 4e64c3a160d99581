"""Counting a bill in a convention: each layer's value, the total, and what the convention does not count."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from archdsl.cost.counting.conventions import Convention, Terms, load_convention
from archdsl.exact import exact
from archdsl.ops.operator import Dim

if TYPE_CHECKING:
    from archdsl.cost.counting.bill import Bill

TOOLS = ("thop", "fvcore", "ptflops", "torchinfo", "torch")
"""The conventions of today's tools, in the order in which they are shown."""


class Count:
    """What a convention counts of a network, for batch 1. On a grid every value is an array."""

    def __init__(self, bill: Bill, convention: Convention):
        self.bill = bill
        self.convention = convention
        # Layers that cost the same are counted once.
        self.values = [_value(bill, number, convention) for number in bill.distinct]

    @cached_property
    def total(self) -> Any:
        """An int (a Fraction where weights are), or for a grid an array."""
        from archdsl.cost.counting.bill import plain

        values = self.values
        return plain(exact(sum(values[kind] or 0 for kind in self.bill.kinds)))

    @property
    def layers(self) -> list[Dim | None]:
        """The value of every layer in the order of the bill; None where it is not counted."""
        return [self.values[kind] for kind in self.bill.kinds]

    @cached_property
    def not_counted(self) -> list[str]:
        """Operators of the network that the convention does not count, in the order in which they first come."""
        kinds = zip(self.bill.distinct, self.values, strict=True)
        return list(dict.fromkeys(self.bill.layers[number].node.op.word for number, value in kinds if value is None))


def count(bill: Bill, convention: Convention | str) -> Count:
    """The bill in a convention, or in the shipped one of that name.

    Raises:
        InputError: no such convention.
    """
    return Count(bill, load_convention(convention) if isinstance(convention, str) else convention)


def _value(bill: Bill, number: int, convention: Convention) -> Dim | None:
    layer = bill.layers[number]
    terms = convention.terms(layer.node, layer.inputs)
    return None if terms is None else weigh(terms, lambda name: bill.quantity(number, name))


def weigh(terms: Terms, quantity: Callable[[str], Dim]) -> Dim:
    """Sum of quantities times weights; 0 for no terms."""
    total: Dim = 0
    for name, weight in terms:
        total = total + (quantity(name) if weight == 1 else quantity(name) * weight)
    return total


class Flops(Mapping[str, Any]):
    """Totals by convention. As a mapping it holds the tools of today; called with any name or convention it gives that total."""

    def __init__(self, bill: Bill):
        self.bill = bill
        self.known: dict[str, Any] = {}

    def __call__(self, convention: Convention | str) -> Any:
        if isinstance(convention, Convention):
            return count(self.bill, convention).total
        if convention not in self.known:
            self.known[convention] = count(self.bill, convention).total
        return self.known[convention]

    def __getitem__(self, name: str) -> Any:
        if name not in TOOLS:
            raise KeyError(name)
        return self(name)

    def __iter__(self) -> Iterator[str]:
        return iter(TOOLS)

    def __len__(self) -> int:
        return len(TOOLS)

    def __repr__(self) -> str:
        return f"Flops({dict(self)})"
