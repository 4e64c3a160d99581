"""What was counted along one setting or two, as plots."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.design import Design
from archdsl.errors import InputError
from archdsl.exact.partly import any_partly
from archdsl.exact.shown import jsonable
from archdsl.explore.along import Along, along
from archdsl.explore.grid.axis import Axis
from archdsl.explore.plot import stands, unit_of
from archdsl.explore.variants import Row

if TYPE_CHECKING:
    from archdsl.viz.plots import Contour, Curves, Points


def points_of(found: Along) -> Points:
    """The variants that can be built, and the network as it stands among them.

    Raises:
        InputError: none can be built, or a cost is known in part alone.
    """
    from archdsl.viz.plots import Points

    if not found.rows:
        raise InputError(found.note or f"{found.net.name}: there is no variant to draw")
    if unknown := next((name for name in found.costs if any_partly(row[name] for row in found.rows)), None):
        raise InputError(f"{unknown} is not known: the network has opaque steps, and a plot shows exact numbers alone")
    rows = tuple({name: jsonable(row[name]) for name in (*found.settings, *found.costs)} for row in found.rows)
    start = next((place for place, row in enumerate(found.rows) if stands(found.net, row, found.settings)), None)
    units = {name: unit for name in found.costs if (unit := unit_of(name))}
    return Points(found.net.name, found.settings, found.costs, rows, (), start, found.note, units)


def curves(found: Along) -> Curves:
    """Costs along the first axis, with a line for each value of the second where there are two. Raises InputError as `points_of`."""
    from archdsl.viz.plots import Curves

    by = found.axes[1].name if len(found.axes) > 1 else None
    missing: tuple[Row, ...] = tuple({name: jsonable(value) for name, value in row.items()} for row in found.missing)
    return Curves(points_of(found), found.axes[0].name, found.costs, by, missing)


def contour(found: Along) -> Contour:
    """The first cost over both axes. Raises InputError as `points_of`, and where one of them is not of numbers."""
    from archdsl.viz.plots import Contour

    return Contour(points_of(found), found.axes[0].name, found.axes[1].name, found.costs[0])


LINES = 24
"""Values of a second axis that have a line of their own."""


def plot_curves(path: Path, net: Design, axes: Sequence[Axis], costs: Sequence[str]) -> None:
    """Draw costs along one axis, a line for each value of a second.

    Raises:
        InputError: more axes, too many lines or variants, a cost that is not known, or an ending of the file that is not.
        BackendError: a library for plots is not installed.
    """
    from archdsl.viz.plots import write_plot

    if len(axes) > 2:
        raise InputError(f"a curve goes along one knob, with a second one for its lines; {len(axes)} came")
    if len(axes) > 1 and len(axes[1]) > LINES:
        raise InputError(f"{axes[1].name} has {len(axes[1])} values, each a line; give at most {LINES}")
    write_plot(path, [curves(along(net, axes, costs))], title=f"{net.name} along {axes[0].name}")


def plot_contour(path: Path, net: Design, axes: Sequence[Axis], cost: str) -> None:
    """Draw one cost over two axes. Raises as `plot_curves`, and InputError where an axis is not of numbers."""
    from archdsl.viz.plots import write_plot

    if len(axes) != 2:
        raise InputError(f"a contour goes over two knobs; {len(axes)} came")
    write_plot(path, [contour(along(net, axes, [cost]))], title=f"{net.name}: {cost} over {axes[0].name} and {axes[1].name}")
