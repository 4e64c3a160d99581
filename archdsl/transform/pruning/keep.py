"""How much of a cost is kept: `macs=50%`, `params=2M`."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from archdsl.cost.comparing.totals import cost_names, total
from archdsl.design import Design
from archdsl.errors import InputError, SpecError, unknown
from archdsl.spec.read_reported import parse_size


@dataclass(frozen=True)
class Keep:
    """A cost that may not be above a bound.

    Attributes:
        whole: of the network as it came.
        layers: how many that has. One with others is not the same network made narrower.
    """

    cost: str
    most: Fraction
    whole: Fraction
    layers: int

    def of(self, design: Design, **knobs: Any) -> Fraction | None:
        """The cost of a network with other knobs; None where it cannot be put together, or has other layers."""
        try:
            made = design.set(**knobs) if knobs else design
            return Fraction(total(made, self.cost)) if len(made.graph()) == self.layers else None
        except (SpecError, InputError):
            return None

    def fits(self, found: Fraction | None) -> bool:
        return found is not None and found <= self.most


def parse_keep(text: str, design: Design) -> Keep:
    """Raises InputError: no such cost, or no share or size."""
    cost, equals, size = (piece.strip() for piece in text.partition("="))
    if cost not in cost_names():
        message, near = unknown("cost", cost, list(cost_names()))
        raise InputError(f"--keep: {message}; {near or 'write macs=50% or params=2M'}")
    whole = Fraction(total(design, cost))
    read = parse_size(size.removesuffix("%")) if equals else None
    if read is None or read[0] <= 0:
        raise InputError(f"--keep takes a share or a size, as macs=50% or params=2M; '{text}' came")
    most = whole * read[0] / 100 if size.endswith("%") else read[0]
    if most >= whole:
        raise InputError(f"--keep {text}: the network has {cost} {int(whole):,} already")
    return Keep(cost, most, whole, len(design.graph()))
