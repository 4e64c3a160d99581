"""Range analysis: between which values each tensor of a network lies, as far as its operators say so, whatever its weights.

A ReLU gives nothing below 0, a hard swish nothing below -0.375, a concatenation what its parts give. A convolution or a norm can
give anything. An operator without a rule can too, so what is not known is never taken for a bound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from math import inf
from typing import Any, NamedTuple

from archdsl.ir.graph import Node
from archdsl.ops.activation import HardSigmoid, HardSwish, LeakyReLU, ReLU, ReLU6, Sigmoid, SiLU, Tanh
from archdsl.ops.arithmetic import Clamp
from archdsl.ops.attention import Softmax
from archdsl.ops.join import Add, Concat, Mul
from archdsl.ops.operator import View
from archdsl.ops.passing import Passing
from archdsl.ops.places import Pad
from archdsl.ops.pool import AdaptivePool, AvgPool, MaxPool
from archdsl.ops.rearrange import Shift, Shuffle
from archdsl.ops.resize import Upsample
from archdsl.ops.smooth import CELU, ELU, SELU, Hardtanh, Mish, Softplus, Softsign, SquaredReLU


class Range(NamedTuple):
    """Values from `low` to `high`, both included."""

    low: float = -inf
    high: float = inf

    def within(self, other: Range) -> bool:
        return other.low <= self.low and self.high <= other.high

    def over(self, other: Range) -> Range:
        """The least range that holds both."""
        return Range(min(self.low, other.low), max(self.high, other.high))

    def cut(self, low: float, high: float) -> Range:
        """Of values that are kept within bounds."""
        return Range(min(max(self.low, low), high), max(min(self.high, high), low))


ANY = Range()
Rule = Callable[[Any, tuple[Range, ...]], Range]
"""What an operator gives, from what its inputs hold."""


def ranges(nodes: Mapping[str, Node], arriving: Range = ANY) -> dict[str, Range]:
    """The range of every tensor by the name of its node.

    Args:
        nodes: of one network, every one after those that it reads.
        arriving: what the network's inputs hold.
    """
    found: dict[str, Range] = {}
    for name, node in nodes.items():
        of = tuple([found[source] for source in node.inputs])
        found[name] = _rule(type(node.op))(node.op, of) if of else arriving
    return found


def unchanged(op: Any) -> Range | None:
    """The values that an activation gives back as they are, one and all; None where there are none.

    A hard swish is x (x + 3) / 6 only between -3 and 3: from 3 on it gives x.
    """
    if isinstance(op, Hardtanh):
        return Range(op.low, op.high)
    if isinstance(op, Clamp):
        return Range(*_bounds(op))
    return _UNCHANGED.get(type(op))


_UNCHANGED = {
    ReLU: Range(0),
    ReLU6: Range(0, 6),
    HardSwish: Range(3),
    LeakyReLU: Range(0),
    ELU: Range(0),
    CELU: Range(0),
}


def _anything(op: Any, of: tuple[Range, ...]) -> Range:
    return ANY


def _same(op: Any, of: tuple[Range, ...]) -> Range:
    return of[0]


def _with_zeros(op: Any, of: tuple[Range, ...]) -> Range:
    return of[0].over(Range(0, 0))


def _always(low: float, high: float = inf) -> Rule:
    return lambda op, of: Range(low, high)


def _swish(low: float) -> Rule:
    """Of x times a gate between 0 and 1: not below its minimum, nor 0 where x is not below 0, nor above x or 0."""
    return lambda op, of: Range(0.0 if of[0].low >= 0 else low, max(of[0].high, 0.0))


def _bounds(op: Clamp) -> tuple[float, float]:
    return (-inf if op.least is None else op.least), (inf if op.most is None else op.most)


def _sum(op: Any, of: tuple[Range, ...]) -> Range:
    return Range(sum(one.low for one in of), sum(one.high for one in of))


def _product(op: Any, of: tuple[Range, ...]) -> Range:
    def times(a: Range, b: Range) -> Range:
        corners = [0.0 if x == 0 or y == 0 else x * y for x in a for y in b]
        return Range(min(corners), max(corners))

    return reduce(times, of)


def _average(op: AvgPool, of: tuple[Range, ...]) -> Range:
    return _same(op, of) if op.padding in (0, (0, 0)) else _with_zeros(op, of)


def _padded(op: Pad, of: tuple[Range, ...]) -> Range:
    return _with_zeros(op, of) if op.mode == "zeros" else _same(op, of)


_RULES: dict[type[Any], Rule] = {
    ReLU: lambda op, of: of[0].cut(0, inf),
    ReLU6: lambda op, of: of[0].cut(0, 6),
    Hardtanh: lambda op, of: of[0].cut(op.low, op.high),
    Clamp: lambda op, of: of[0].cut(*_bounds(op)),
    HardSigmoid: _always(0, 1),
    Sigmoid: _always(0, 1),
    Softmax: _always(0, 1),
    Tanh: _always(-1, 1),
    Softsign: _always(-1, 1),
    Softplus: _always(0),
    SquaredReLU: _always(0),
    HardSwish: _swish(-0.375),  # at -3/2
    SiLU: _swish(-0.2785),  # at -1.2785
    Mish: _swish(-0.3089),  # at -1.1925
    LeakyReLU: lambda op, of: Range(min(of[0].low, 0), max(of[0].high, 0)) if 0 <= op.slope <= 1 else ANY,
    ELU: lambda op, of: Range(-op.alpha, max(of[0].high, 0)),
    CELU: lambda op, of: Range(-op.alpha, max(of[0].high, 0)) if op.alpha > 0 else ANY,
    SELU: _always(-1.7582),
    Add: _sum,
    Mul: _product,
    Concat: lambda op, of: reduce(Range.over, of),
    MaxPool: _same,
    AvgPool: _average,
    AdaptivePool: _same,
    Pad: _padded,
    Shuffle: _same,
    Shift: _with_zeros,
    Upsample: lambda op, of: ANY if op.mode == "bicubic" else of[0],
}


def _rule(kind: type[Any]) -> Rule:
    if kind in _RULES:
        return _RULES[kind]
    return _same if issubclass(kind, View | Passing) else _anything
