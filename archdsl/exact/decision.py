"""What happens when one answer is wanted where there are several, or none."""

from __future__ import annotations

from typing import Any


class Disagreement(Exception):
    """A decision about structure has different answers in different places of a grid.

    Attributes:
        knobs: names of the knobs that the decision depends on.
        mask: boolean array of the answers.
    """

    def __init__(self, knobs: frozenset[str], mask: Any = None):
        self.knobs = knobs
        self.mask = mask
        super().__init__(f"the values of {', '.join(sorted(knobs)) or 'an array'} give different answers")


class Undetermined(ValueError):
    """A question about symbols whose answer depends on what they stand for."""
