"""What variants are compared by: costs and settings, each of which is to be low or high."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np

from archdsl.cost.comparing.totals import COSTS, FLOPS, LATENCY, convention_of, device_of, parts_of_unit, unknown_cost
from archdsl.design import Design
from archdsl.errors import InputError
from archdsl.exact import exact
from archdsl.exact.bounds import ordered
from archdsl.exact.integers import fits
from archdsl.explore.grid.axis import Axis
from archdsl.explore.grid.chunk import Chunk


@dataclass(frozen=True)
class Objective:
    """A cost or a setting that is to be as low, or as high, as possible.

    Attributes:
        sign: 1 where low is good, -1 where high is.
        den: the factor that makes all of its values integers.
    """

    name: str
    sign: int
    den: int

    def column(self, chunk: Chunk) -> np.ndarray:
        """An integer for every line of a chunk; smaller is better."""
        column, total = chunk.column(self.name), chunk.region.total(self.name)
        factor = self.sign * (self.den // total.den)
        if factor == 1:
            return column
        return column * factor if fits(*ordered(total.low * factor, total.high * factor)) else column.astype(object) * factor

    def value(self, key: int) -> Any:
        """The exact value that an integer of the column stands for."""
        return exact(Fraction(int(key) * self.sign, self.den))

    def __str__(self) -> str:
        return self.name if self.sign == 1 else f"max:{self.name}"


def objective(text: str, net: Design, axes: Sequence[Axis]) -> Objective:
    """An objective from its text: `macs`, `min:macs`, `max:width`.

    Raises:
        InputError: neither a cost nor a setting that is swept over numbers.
    """
    way, _, name = text.strip().rpartition(":")
    if way not in ("", "min", "max"):
        raise InputError(f"'{text}': write min:{name} or max:{name}")
    sign = -1 if way == "max" else 1
    return Objective(name, sign, denominator(name, net, axes))


def denominator(name: str, net: Design, axes: Sequence[Axis]) -> int:
    """The factor that makes every value of a cost or setting an integer. Raises InputError for a name that is neither."""
    for axis in axes:
        if name in axis.names:
            values = [point[axis.names.index(name)] for point in axis.points]
            if any(isinstance(value, bool) or not isinstance(value, (int, Fraction)) for value in values):
                raise InputError(f"'{name}' holds no numbers, so it cannot be low or high")
            return lcm(*(value.denominator for value in values))
    if name.startswith(FLOPS):
        return lcm(1, *(_weights(convention_of(net, name.removeprefix(FLOPS)).rules)))
    if name in COSTS or name.startswith(LATENCY):
        check_cost(name, net)
        return parts_of_unit(name)
    if name in net.spec.knobs:
        raise InputError(f"'{name}' is the same for all variants; give it values: {name}=from:to:step")
    raise unknown_cost(name, tuple(n for axis in axes for n in axis.names))


def check_cost(name: str, net: Design) -> None:
    """Raises InputError for what is no cost."""
    if name.startswith(FLOPS):
        convention_of(net, name.removeprefix(FLOPS))
    elif name.startswith(LATENCY):
        device_of(net, name.removeprefix(LATENCY))
    elif name not in COSTS:
        raise unknown_cost(name)


def _weights(rules: Any) -> list[int]:
    """Denominators of all weights in the rules of a convention."""
    if isinstance(rules, dict):
        return [den for rule in rules.values() for den in _weights(rule)]
    if isinstance(rules, tuple):
        return [weight.denominator for _, weight in rules]
    return _weights(rules.cases)
