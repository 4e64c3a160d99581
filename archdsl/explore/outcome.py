"""What a sweep came across."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Outcome:
    """How many variants a sweep came across, and what became of them.

    Attributes:
        variants: all of the grid.
        masked: those that cannot be built, by the first reason.
        passed: those that can be built and meet the condition.
        structures: graphs that were elaborated, one for each region.
        seconds: that the sweep took.
    """

    variants: int = 0
    masked: Counter[str] = field(default_factory=Counter)
    passed: int = 0
    structures: int = 0
    seconds: float = 0.0

    def merge(self, other: Outcome) -> None:
        """Add what another part of the same sweep came across."""
        self.variants += other.variants
        self.masked += other.masked
        self.passed += other.passed
        self.structures += other.structures

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "variants": self.variants,
            "masked": sum(self.masked.values()),
            "seconds": self.seconds,
            "passed": self.passed,
            "structures": self.structures,
            "reasons": dict(self.masked),
        }
