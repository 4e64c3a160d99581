"""Why two conventions differ: the waterfall from one total to the other, operator by operator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archdsl.cost.counting.bill import plain
from archdsl.cost.counting.conventions import Convention, describe
from archdsl.cost.counting.count import Count, count
from archdsl.errors import InputError
from archdsl.ops.operator import Dim

if TYPE_CHECKING:
    from archdsl.cost.counting.bill import Bill


@dataclass(frozen=True)
class Drop:
    """What one kind of operator does to the total on the way from one convention to the other.

    Attributes:
        word: the operator.
        layers: how many of them there are whose counts may differ.
        before, after: their counts; None where the convention does not count them.
        rules: both rules in words (`MACs`, `2 per input`, `not counted`), for each pair that occurs, in the order of the network.
    """

    word: str
    layers: int
    before: Any
    after: Any
    rules: tuple[tuple[str, str], ...]

    @property
    def difference(self) -> Any:
        return (self.after or 0) - (self.before or 0)


@dataclass(frozen=True)
class Waterfall:
    """From the total of one convention to that of another.

    Attributes:
        drops: operators that make a difference, the largest first; their differences add up to `after - before`.
        same: operators that count alike in both.
    """

    start: str
    end: str
    before: Any
    after: Any
    drops: tuple[Drop, ...]
    same: tuple[str, ...]

    @property
    def difference(self) -> Any:
        return self.after - self.before

    def as_dict(self) -> dict[str, Any]:
        drops = [
            {"operator": d.word, "layers": d.layers, "before": d.before, "after": d.after, "difference": d.difference}
            for d in self.drops
        ]
        return {"from": self.start, "to": self.end, "before": self.before, "after": self.after, "steps": drops}


def explain(bill: Bill, start: Convention | str, end: Convention | str) -> Waterfall:
    """Which operators make the difference between two conventions, and how much.

    Raises:
        InputError: no such convention, or a grid of networks, whose differences have no one order.
    """
    first, second = count(bill, start), count(bill, end)
    if type(plain(bill.macs)) is not int:
        raise InputError("a grid of networks has no one waterfall; choose one network")
    words = dict.fromkeys(layer.node.op.word for layer in bill)
    drops = [_drop(word, bill, first, second) for word in words]
    steps = sorted((d for d in drops if d.difference), key=lambda d: -abs(d.difference))
    same = tuple(d.word for d in drops if not d.difference)
    return Waterfall(first.convention.name, second.convention.name, first.total, second.total, tuple(steps), same)


def _drop(word: str, bill: Bill, first: Count, second: Count) -> Drop:
    numbers = [number for number, layer in enumerate(bill.layers) if layer.node.op.word == word]
    rules: dict[tuple[str, str], None] = {}
    for number in numbers:
        layer = bill.layers[number]
        terms = [c.convention.terms(layer.node, layer.inputs) for c in (first, second)]
        rules[describe(terms[0]), describe(terms[1])] = None
    return Drop(word, len(numbers), _sum(first, numbers), _sum(second, numbers), tuple(rules))


def _sum(counted: Count, numbers: list[int]) -> Dim | None:
    """The count of some layers; None where not one of them is counted."""
    values = [counted.values[counted.bill.kinds[number]] for number in numbers]
    known = [value for value in values if value is not None]
    return sum(known) if known else None
