"""Selection: what `a if c else b`, the minimum and the maximum become on arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from archdsl.exact.grid import Grid, as_grid
from archdsl.exact.integers import integers
from archdsl.exact.kinds import key
from archdsl.exact.truth import Choices, Truth


def where(condition: Truth, yes: Any, no: Any) -> Any:
    """Elementwise choice between two numbers or grids (or two words). Exact; shapes broadcast."""
    a, b = as_grid(yes), as_grid(no)
    if a is None or b is None:
        left, right = (side if isinstance(side, Choices) else Choices(np.zeros((), dtype=np.int64), [side]) for side in (yes, no))
        knobs = condition.knobs | left.knobs | right.knobs
        codes = np.where(condition.mask, left.codes, right.codes + len(left.words))
        words = [*left.words, *right.words]
        return Choices.of([words[code] for code in codes.ravel().tolist()], codes.shape, knobs)
    knobs = condition.knobs | a.knobs | b.knobs
    num = np.where(condition.mask, a.num, b.num)
    bounds = (min(a.lo, b.lo), max(a.hi, b.hi))
    if a.is_integer and b.is_integer:
        return Grid(num, 1, knobs, bounds)
    return Grid(num, np.where(condition.mask, integers(a.den), integers(b.den)), knobs, bounds)


def indicator(condition: Truth) -> Grid:
    """1 where a condition holds and 0 elsewhere. A product with it is kept as its factors."""
    return Grid(condition.mask.astype(np.int64), 1, condition.knobs, (0, 1))


def chosen(masks: Sequence[np.ndarray], sides: Sequence[Any]) -> Any:
    """One number out of several, each for the variants of its mask: plain where all are equal, else an array along the axes on which
    it depends."""
    first = key(sides[0])
    if all(key(side) == first for side in sides[1:]):
        return sides[0]
    found = sides[-1]
    for mask, side in zip(masks[-2::-1], sides[-2::-1], strict=True):
        found = where(Truth(mask), side, found)
    if not isinstance(found, Grid) or not found.is_integer:
        return found
    num = found.num
    for axis in range(num.ndim):
        begin = num.take([0], axis)
        if num.shape[axis] > 1 and (num == begin).all():
            num = begin
    return Grid(num, 1, found.knobs) if num.size > 1 else int(num.reshape(-1)[0])
