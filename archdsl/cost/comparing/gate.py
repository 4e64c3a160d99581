"""Conditions on the difference of two networks, for continuous integration: `macs>+2%`, `params>100K`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from archdsl.errors import InputError, clip, near_miss
from archdsl.exact import divide
from archdsl.exact.partly import settled
from archdsl.spec.read_reported import parse_size

LONGEST = 200
"""Characters of a condition."""

_FORM = re.compile(r"\s*([\w.-]+)\s*(>=|<=|>|<)\s*([+-]?)\s*([0-9.,]+\s*(?:[KkMGBT]|us|ms|s)?)(%?)\s*\Z")


@dataclass(frozen=True)
class Gate:
    """One condition under which a difference is refused.

    `macs>+2%` compares the change in per cent of the first network, `macs>+1M` the change itself, `macs>120M` the second network.
    """

    text: str
    cost: str
    sign: str
    bound: Fraction
    relative: bool
    change: bool

    def fails(self, before: int | Fraction, after: int | Fraction) -> bool:
        """Whether the condition holds. Raises InputError where steps of unknown cost leave it open."""
        value: Any = after - before if self.change or self.relative else after
        if self.relative:
            value = divide(value * 100, before) if before else Fraction(0 if not value else 10**9)
        holds = settled(self.sign, value, self.bound)
        if holds is None:
            raise InputError(f"whether {self.text} is open: {self.cost} of a network with opaque steps is not known")
        return holds


def parse_gate(text: str, costs: list[str]) -> Gate:
    """A condition from its text.

    Raises:
        InputError: not of this form, or an unknown cost.
    """
    match = _FORM.match(text) if len(text) <= LONGEST else None
    size = parse_size(match[4]) if match else None
    if match is None or size is None:
        raise InputError(f"'{clip(text)}' is no condition; write for example macs>+2%, params>+100K or flops.thop>120M")
    if match[1] not in costs:
        raise InputError(f"unknown cost '{match[1]}'; {near_miss(match[1], costs) or 'known: ' + ', '.join(costs)}")
    bound = -size[0] if match[3] == "-" else size[0]
    return Gate(text, match[1], match[2], bound, bool(match[5]), bool(match[3]))
