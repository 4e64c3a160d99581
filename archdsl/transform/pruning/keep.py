"""How much of a cost is kept: `macs=50%`, `params=2M`."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from archdsl.cost.comparing.totals import LATENCY, cost_names, in_words, of_file, total
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

    def words(self, value: Fraction) -> str:
        """An amount of the cost for people, such as a whole number, or a time."""
        return in_words(self.cost, value if self.cost.startswith(LATENCY) else int(value))

    def fits(self, found: Fraction | None) -> bool:
        return found is not None and found <= self.most


def parse_keep(text: str, design: Design) -> Keep:
    """Raises InputError: no such cost, or no share or size."""
    cost, equals, size = (piece.strip() for piece in text.partition("="))
    if cost not in cost_names() and not of_file(cost):
        message, near = unknown("cost", cost, list(cost_names()))
        raise InputError(f"--keep: {message}; {near or 'write macs=50% or params=2M'}")
    whole = Fraction(total(design, cost))
    timed = cost.startswith(LATENCY) and not size.endswith("%")
    read = parse_size(size.removesuffix("%")) if equals and size.endswith("s") == timed else None
    if read is None or read[0] <= 0:
        sizes = f"a time, as {cost}=50% or {cost}=20ms" if timed else "a size, as macs=50% or params=2M"
        raise InputError(f"--keep takes a share or {sizes}; '{text}' came")
    most = whole * read[0] / 100 if size.endswith("%") else read[0]
    keep = Keep(cost, most, whole, len(design.graph()))
    if most >= whole:
        raise InputError(f"--keep {text}: the network has {cost} {keep.words(whole)} already")
    return keep
