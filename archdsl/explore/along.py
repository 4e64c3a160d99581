"""The costs of a network along one setting or two: every variant counted, and those that cannot be built known by their settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

from archdsl.cost.comparing.totals import total
from archdsl.design import Design
from archdsl.errors import InputError
from archdsl.explore.grid.axis import Axis, size
from archdsl.explore.keep.keepers import All
from archdsl.explore.outcome import Outcome
from archdsl.explore.sweep import Progress, Sweep
from archdsl.explore.variants import Row
from archdsl.spec.row_groups import cells, is_cells, rows_of
from archdsl.spec.settings import known_setting
from archdsl.spec.values import Value

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
        return f"{missing:,} of {self.outcome.variants:,} cannot be built: {reason}" + (f" ({count:,}{more})" if more else "")


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


def as_it_stands(net: Design, settings: Sequence[str], costs: Sequence[str]) -> Row:
    """The row of the network itself: what settings hold, and its costs.

    Raises:
        InputError: there is no such setting, or it holds no single value.
    """
    return {name: held(net, name) for name in settings} | {cost: total(net, cost) for cost in costs}


def held(net: Design, name: str) -> Any:
    """The value that a setting has: a knob, an element of a list (`kernels.2`), or a cell of a table (`rows.15.exp`).

    Raises:
        InputError: there is no such setting, or it holds no single value: rows that differ, a formula, an argument of a block.
    """
    known_setting(net.base, name)
    owner, *rest = name.split(".")
    if not is_cells(name) and owner != "blocks":
        value = net.knobs[owner][int(rest[0]) - 1] if rest else net.knobs[owner]
        return tuple(value) if isinstance(value, list) else value
    found = cells(net.spec.net, name) if is_cells(name) else None
    if found is not None and found.way:
        return 1 if found.way == "*" else 0
    known = rows_of(net.spec.net)
    values = [known[row].cell(found.column) for row in found.rows] if found is not None else []
    if not values or any(value != values[0] for value in values) or isinstance(values[0], Value):
        raise InputError(f"{name} holds no single value")
    return values[0]
