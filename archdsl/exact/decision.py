"""What happens when one answer is wanted of an array that has several."""

from __future__ import annotations

from typing import Any


class Disagreement(Exception):
    """A decision about structure has different answers in different places of a grid.

    Attributes:
        knobs: names of the knobs that the decision depends on.
        mask: array of the answers, truths or numbers from 0 that stand for them.
    """

    def __init__(self, knobs: frozenset[str], mask: Any = None):
        self.knobs = knobs
        self.mask = mask
        super().__init__(f"the values of {', '.join(sorted(knobs)) or 'an array'} give different answers")
