"""One answer out of several, and what happens where they differ or there is none."""

from __future__ import annotations

from typing import Any

from archdsl.exact.grid_context import current


class Disagreement(Exception):
    """A decision about structure has different answers in different places of a grid.

    Attributes:
        knobs: names of the knobs that the decision depends on.
        mask: array of the answers: truth values, or numbers from 0 that stand for other answers.
    """

    def __init__(self, knobs: frozenset[str], mask: Any = None):
        self.knobs = knobs
        self.mask = mask
        super().__init__(f"the values of {', '.join(sorted(knobs)) or 'an array'} give different answers")


def agreed(values: Any, knobs: frozenset[str]) -> Any:
    """The one element that an array holds wherever it counts.

    Raises:
        Disagreement: there are several.
    """
    counted = current().elements(values)
    first = counted[0]
    if (counted == first).all():
        return first
    import numpy as np

    if values.dtype == bool:
        raise Disagreement(knobs, values)
    if values.dtype != object:
        found = np.unique(values, return_inverse=True)[1]
        raise Disagreement(knobs, found.reshape(values.shape))
    numbers: dict[Any, int] = {}
    listed = [numbers.setdefault(value, len(numbers)) for value in values.ravel().tolist()]
    raise Disagreement(knobs, np.array(listed).reshape(values.shape))


class Undetermined(ValueError):
    """A question about symbols whose answer depends on what they stand for."""
