"""What a sweep or a sensitivity found, as plots."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archdsl.cost.comparing.totals import LATENCY, Value
from archdsl.design import Design
from archdsl.errors import InputError
from archdsl.exact.partly import any_partly
from archdsl.exact.shown import jsonable, shown
from archdsl.explore.present import held
from archdsl.explore.sensitivity import Influence, Side
from archdsl.explore.variants import Row, Variants

if TYPE_CHECKING:
    from archdsl.viz.plots import Points, Tornado

SHOWN = 20_000
"""Variants that a plot shows beside the front."""

UNITS = {"peak": "bytes", "weights": "bytes", "state": "bytes", "moved": "bytes", "receptive_field": "pixels"}


def unit_of(name: str) -> str:
    """The unit of a cost, "" for a count."""
    return "s" if name.startswith(LATENCY) else UNITS.get(name, "")


def plot_variants(path: Path, net: Design, objectives: Sequence[str], front: Variants, sample: Variants) -> None:
    """Draw variants by the first two objectives, and over all settings and costs.

    Args:
        objectives: names of costs and settings.
        front: the variants on the front, all of them; may be empty.
        sample: some of all variants that passed.

    Raises:
        InputError: nothing passed, or the file's ending is not known.
        BackendError: a library for plots is not installed.
    """
    from archdsl.viz.plots import Parallel, Scatter, write_plot

    found = points(net, front, sample)
    named = [name for name in dict.fromkeys([*objectives, *found.costs]) if name in found.costs][:2]
    named = [*named, *(cost for cost in found.costs if cost not in named)][:2]
    colour = next((name for name in [*objectives, *found.settings] if name not in named), None)
    write_plot(path, [Scatter(found, named[0], named[1], colour=colour), Parallel(found)], title=f"Variants of {net.name}")


def points(net: Design, front: Variants, sample: Variants, drawn: Sequence[str] = (), present: Row | None = None) -> Points:
    """The front and the others as data of a plot.

    Args:
        drawn: what is to stand on an axis. Settings among them count as costs, so that a front of `max:width` is seen.
        present: the network as it stands, where neither the front nor the sample has it.
    """
    from archdsl.viz.plots import Points

    if unknown := next((name for name in sample.costs if any_partly(row[name] for row in sample.rows)), None):
        raise InputError(f"{unknown} is not known: the network has opaque steps, and a plot shows exact numbers alone")
    on_front = {_key(row) for row in front.rows}
    others = [row for row in sample.rows if _key(row) not in on_front]
    rows = [*front.rows, *others]
    passed = sample.outcome.passed
    note = f"{len(rows):,} of {passed:,} variants shown" + (", the front is complete" if front.rows else "")
    whole = "" if len(rows) == passed else note
    rows = rows if present is None else [*rows, present]
    records = tuple({name: jsonable(row[name]) for name in sample.columns} for row in rows)
    start = next((place for place, row in enumerate(rows) if stands(net, row, sample.settings)), None)
    units = {name: unit for name in sample.costs if (unit := unit_of(name))}
    front_places = tuple(range(len(front.rows)))
    settings = tuple(name for name in sample.settings if name not in drawn)
    costs = (*(name for name in sample.settings if name in drawn), *sample.costs)
    return Points(net.name, settings, costs, records, front_places, start, whole, units)


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row.values())


def stands(net: Design, row: Row, settings: Sequence[str]) -> bool:
    """Whether a row is the network as it stands."""
    try:
        return all(jsonable(held(net, name)) == jsonable(row[name]) for name in settings)
    except InputError:  # what holds no single value is in no row
        return False


def plot_tornado(path: Path, name: str, influences: Sequence[Influence], cost: str, start: Value) -> None:
    """Draw what one step of each knob does to a cost. Raises as `plot_variants`."""
    from archdsl.viz.plots import write_plot

    write_plot(path, [tornado(name, influences, cost, start)], title=f"{name}: one step of each knob")


def tornado(name: str, influences: Sequence[Influence], cost: str, start: Value) -> Tornado:
    """What one step of each knob does to a cost, as data of a plot; knobs that do nothing are left out."""
    from archdsl.viz.plots import Bar, Tornado

    bars = []
    for influence in influences:
        if not influence.span(cost, start):
            continue
        steps = [f"{shown(influence.value)} → {shown(side.value)}" if side else "" for side in (influence.down, influence.up)]
        changes = [_change(side, cost, start) for side in (influence.down, influence.up)]
        bars.append(Bar(influence.name, steps[0], steps[1], changes[0], changes[1]))
    return Tornado(name, cost, float(start), unit_of(cost), tuple(bars))


def _change(side: Side | None, cost: str, start: Value) -> float | None:
    return float(side.costs[cost] - start) if side is not None and side.costs else None
