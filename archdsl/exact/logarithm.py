"""Natural logarithms as whole numbers of a small unit.

A logarithm has no exact number, so it is rounded once, to 1 / 4,194,304 (2.4e-7). From there on sums and products of logarithms are
exact, so an array of networks, a single network and a proof of the best one agree to the last digit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from archdsl.exact.decision import Undetermined
from archdsl.exact.kinds import is_number_array, is_single_number

if TYPE_CHECKING:
    from archdsl.exact.grid import Grid

UNIT = 1 << 22
"""Units of a logarithm in 1."""


def log(x: Any) -> Any:
    """The natural logarithm of an int above 0, or of each element of an array of them, in units of 1 / UNIT.

    Raises:
        ValueError: not above 0.
        Undetermined: of a symbol.
    """
    if is_number_array(x):
        return each(lambda value: _log(value) if value > 0 else 0, x)  # 0 and less stand for no network
    if not is_single_number(x):
        raise Undetermined(f"the logarithm of {x} is no polynomial")
    return _log(x)


def _log(x: Any) -> int:
    return round(math.log(x) * UNIT)


def each(function: Callable[[int], int], grid: Any) -> Grid:
    """A function of every integer of a grid, by the function of one integer, so that both round alike."""
    import numpy as np

    from archdsl.exact.grid import Grid
    from archdsl.exact.integers import pack

    found, places = np.unique(grid.num, return_inverse=True)
    made = pack(np.array([function(int(value)) for value in found.tolist()], dtype=object))
    return Grid(made[places].reshape(grid.num.shape), 1, grid.knobs)
