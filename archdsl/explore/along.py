"""The costs of a network along one setting or two: every variant counted, and those that cannot be built known by their settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from archdsl.design import Design
from archdsl.errors import InputError
from archdsl.explore.grid.axis import Axis, size
from archdsl.explore.keep.keepers import All
from archdsl.explore.outcome import Outcome
from archdsl.explore.sweep import Progress, Sweep
from archdsl.explore.variants import Row

MOST = 10_000
"""Variants that are counted and held one by one."""


@dataclass(frozen=True, eq=False)
class Along:
    """What was found along one axis or two.

    Attributes:
        costs: names of what was counted.
        rows: settings and costs of every variant that can be built, in the order of the grid.
        outcome: how many there are, and why some cannot be built.
    """

    net: Design
    axes: tuple[Axis, ...]
    costs: tuple[str, ...]
    rows: tuple[Row, ...]
    outcome: Outcome

    @cached_property
    def settings(self) -> tuple[str, ...]:
        """Names of the settings of all axes."""
        return tuple(name for axis in self.axes for name in axis.names)

    @cached_property
    def missing(self) -> tuple[Row, ...]:
        """Settings of the variants that cannot be built."""
        built = {tuple(row[name] for name in self.settings) for row in self.rows}
        grid = (tuple(value for point in points for value in point) for points in product(*(axis.points for axis in self.axes)))
        return tuple(dict(zip(self.settings, values, strict=True)) for values in grid if values not in built)

    @property
    def note(self) -> str:
        """How many cannot be built and why, in a line; empty where all can."""
        if not self.outcome.masked:
            return ""
        reason, count = self.outcome.masked.most_common(1)[0]
        others = len(self.outcome.masked) - 1
        more = f", and {others} other reason{'s' if others != 1 else ''}" if others else ""
        missing = sum(self.outcome.masked.values())
        return f"{missing:,} of {self.outcome.variants:,} cannot be built: {reason}" + (f" ({count:,}){more}" if more else "")


def along(net: Design, axes: Sequence[Axis], costs: Sequence[str], progress: Progress | None = None) -> Along:
    """Count every variant along one axis or two.

    Raises:
        InputError: an unknown cost, a value that does not fit, or more variants than are held.
    """
    if size(axes) > MOST:
        raise InputError(f"{size(axes):,} variants are more than the {MOST:,} that a curve or contour holds; give fewer values")
    wanted = tuple(dict.fromkeys(costs))
    sweep = Sweep(net, axes, shown=wanted)
    kept = All(wanted, MOST)
    outcome = sweep.run([kept], progress)
    return Along(net, tuple(axes), wanted, tuple(kept.rows), outcome)
