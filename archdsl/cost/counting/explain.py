"""Why two conventions differ: the waterfall from one total to the other, operator by operator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from archdsl.cost.amounts import Sum
from archdsl.cost.counting.bill import Bill
from archdsl.cost.counting.convention import Convention, rule_in_words
from archdsl.cost.counting.conventions import load_convention
from archdsl.cost.counting.layer import Layer
from archdsl.errors import InputError
from archdsl.exact import has_axes
from archdsl.exact.shown import jsonable
from archdsl.ops.operator import Dim


@dataclass(frozen=True)
class Drop:
    """What one kind of operator does to the total on the way from one convention to the other.

    Attributes:
        word: the operator.
        layers: how many layers run this operator.
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
            {"operator": d.word, "layers": d.layers, **_numbers(d.before, d.after), "difference": jsonable(d.difference)}
            for d in self.drops
        ]
        return {"from": self.start, "to": self.end, **_numbers(self.before, self.after), "steps": drops}


def _numbers(before: Any, after: Any) -> dict[str, Any]:
    return {"before": jsonable(before), "after": jsonable(after)}


def explain(bill: Bill, start: Convention | str, end: Convention | str) -> Waterfall:
    """Which operators make the difference between two conventions, and how much.

    Raises:
        InputError: no such convention, or a grid of networks, whose differences have no one order.
    """
    first, second = (load_convention(c) if isinstance(c, str) else c for c in (start, end))
    if has_axes(bill.macs):
        raise InputError("the difference of a grid of networks is not one number; choose one network")
    before, after = bill.count(first), bill.count(second)
    rules: dict[str, dict[tuple[str, str], None]] = {}
    for number, layer in enumerate(bill):
        pair = tuple(_rule(c, layer, number in bill.dead) for c in (first, second))
        rules.setdefault(layer.node.op.word, {})[pair[0], pair[1]] = None
    drops = [_drop(word, tuple(found), bill, before, after) for word, found in rules.items()]
    steps = sorted((d for d in drops if d.difference), key=lambda d: -abs(d.difference))
    same = tuple(d.word for d in drops if not d.difference)
    return Waterfall(first.name, second.name, before.total, after.total, tuple(steps), same)


def _rule(convention: Convention, layer: Layer, dead: bool) -> str:
    """What a convention does with a layer, in words."""
    if dead and not convention.dead_counted:
        return "not counted where its output reaches nothing"
    return "unknown" if layer.node.op.opaque else rule_in_words(convention.terms(layer.node, layer.inputs))


def _drop(word: str, rules: tuple[tuple[str, str], ...], bill: Bill, before: Sum, after: Sum) -> Drop:
    numbers = [number for number, layer in enumerate(bill) if layer.node.op.word == word]
    return Drop(word, len(numbers), _sum(before, numbers), _sum(after, numbers), rules)


def _sum(counted: Sum, numbers: list[int]) -> Dim | None:
    """The count of some layers; None where not one of them is counted."""
    known = [value for number in numbers if (value := counted.layers[number]) is not None]
    return sum(known) if known else None
