"""Selection: what `a if c else b`, the minimum and the maximum become on arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from archdsl.exact.grid import Grid, as_grid
from archdsl.exact.integers import integers
from archdsl.exact.truth import Choices, Truth, objects


def where(condition: Truth, yes: Any, no: Any) -> Any:
    """Elementwise choice between two numbers or grids (or two words). Exact; shapes broadcast."""
    a, b = as_grid(yes), as_grid(no)
    if a is None or b is None:
        left = yes.values if isinstance(yes, Choices) else objects([yes], ())
        right = no.values if isinstance(no, Choices) else objects([no], ())
        knobs = condition.knobs.union(*(v.knobs for v in (yes, no) if isinstance(v, Choices)))
        return Choices(np.where(condition.mask, left, right), knobs)
    knobs = condition.knobs | a.knobs | b.knobs
    num = np.where(condition.mask, a.num, b.num)
    bounds = (min(a.lo, b.lo), max(a.hi, b.hi))
    if a.is_integer and b.is_integer:
        return Grid(num, 1, knobs, bounds)
    return Grid(num, np.where(condition.mask, integers(a.den), integers(b.den)), knobs, bounds)
