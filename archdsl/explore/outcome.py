"""What a sweep came across."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

REASONS, OTHER = 1_000, "other reasons"
"""Reasons that are told apart, and what stands for all further ones."""


@dataclass
class Outcome:
    """How many variants a sweep came across, and what became of them.

    Attributes:
        variants: all of the grid.
        masked: those that cannot be built, by the first reason.
        passed: those that can be built and meet the condition.
        structures: graphs that were elaborated, one for each region.
        seconds: that the sweep took.
        stopped: whether it was stopped before the end of the grid.
    """

    variants: int = 0
    masked: Counter[str] = field(default_factory=Counter)
    passed: int = 0
    structures: int = 0
    seconds: float = 0.0
    stopped: bool = False

    def mask(self, reason: str, count: int) -> None:
        """Variants that cannot be built. Reasons hold numbers, so there may be as many as variants: past some they share one."""
        known = reason in self.masked or len(self.masked) < REASONS
        self.masked[reason if known else OTHER] += count

    def merge(self, other: Outcome) -> None:
        """Add what another part of the same sweep came across."""
        self.variants += other.variants
        for reason, count in other.masked.items():
            self.mask(reason, count)
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
