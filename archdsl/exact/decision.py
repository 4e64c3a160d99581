"""One answer out of several, and what happens where they differ or there is none."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

COUNTED: ContextVar[Any] = ContextVar("counted", default=None)
"""Which elements of grids stand for variants that are asked for, an array of truths that broadcasts with them; None where all do.

The numbers of the others mean nothing, and decide nothing.
"""


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


def counted(values: Any) -> Any:
    """Those elements of an array that stand for variants that are asked for, in one line."""
    some = COUNTED.get()
    if some is None:
        return values.reshape(-1)
    import numpy as np

    values, some = np.broadcast_arrays(values, some)
    return values[some]


def agreed(values: Any, knobs: frozenset[str]) -> Any:
    """The one element that an array holds wherever it counts.

    Raises:
        Disagreement: there are several.
    """
    some = counted(values)
    first = some[0]
    if (some == first).all():
        return first
    import numpy as np

    if values.dtype == bool:
        raise Disagreement(knobs, values)
    numbers: dict[Any, int] = {}
    listed = [numbers.setdefault(value, len(numbers)) for value in values.ravel().tolist()]
    raise Disagreement(knobs, np.array(listed).reshape(values.shape))


class Undetermined(ValueError):
    """A question about symbols whose answer depends on what they stand for."""
