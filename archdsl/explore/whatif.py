"""What-if: two states of a network side by side, and what one step of each knob would do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from archdsl.cost.comparing.align import RowPair, align
from archdsl.cost.comparing.totals import LATENCY, Value, in_words, total
from archdsl.cost.tables.changes import Total, row_dict, rows_sheet, totals, totals_sheet
from archdsl.cost.tables.result import WIDTH, Result
from archdsl.cost.tables.sheet import Sheet
from archdsl.design import Design
from archdsl.exact.partly import is_partly
from archdsl.exact.shown import jsonable, shown, written
from archdsl.explore.sensitivity import Influence, Side, sensitivity

COSTS = ("params", "macs", "peak")
"""Costs that are always shown."""
BAR = 24
"""Length of a bar, in letters."""
ROW = 28
"""Letters of a line of the tornado beside the name of the knob and the bars."""


@dataclass(frozen=True, repr=False)
class WhatIf(Result):
    """What changes where knobs are set, and what a step of each knob would do after that.

    Attributes:
        changed: settings that were changed, by name; empty where none was.
        totals, changes: every cost before and after, and the rows that differ; empty where nothing was changed.
        start: the costs that steps start from.
        influences: what a step of each knob does, those first that matter most.
        by: the cost whose tornado is drawn.
    """

    name: str
    changed: Mapping[str, Any]
    totals: list[Total]
    changes: list[RowPair]
    start: dict[str, Value]
    influences: list[Influence]
    by: str

    def sheets(self, width: int = WIDTH) -> list[Sheet]:
        return [*self._changes(), self._steps(), *self._slopes(), *self._tornado(width)]

    def notes(self) -> list[str]:
        lengths = [f"{i.name} by {shown(i.step)}" for i in self.influences if i.step is not None]
        idle = [i.name for i in self.influences if self._idle(i)]
        lines = ["no row changes"] if self.changed and not self.changes else []
        lines += [f"steps: {', '.join(lengths)}"] if lengths else []
        return [*lines, *([f"no step changes a cost: {', '.join(idle)}"] if idle else [])]

    def as_dict(self) -> dict[str, Any]:
        told = {"totals": [t.as_dict() for t in self.totals], "changes": [*map(row_dict, self.changes)]}
        steps = [_influence(influence) for influence in self.influences]
        return {"name": self.name, **(told if self.changed else {}), "sensitivity": steps}

    def _records(self) -> list[dict[str, Any]]:
        """A row for each step of each knob."""
        return [
            {"knob": i.name, "value": jsonable(i.value), "step": jsonable(side.value), **_costs(side)}
            for i in self.influences
            for side in _sides(i)
        ]

    def _idle(self, influence: Influence) -> bool:
        return all(side.costs == self.start for side in _sides(influence))

    def _changes(self) -> Iterator[Sheet]:
        if not self.changed:
            return
        what = ", ".join(f"{name}={written(value)}" for name, value in self.changed.items())
        yield totals_sheet(f"{self.name}, {what}", self.totals)
        if self.changes:
            yield rows_sheet("Rows that change", self.changes)

    def _steps(self) -> Sheet:
        """What steps do to all costs."""
        rows = []
        for influence in self.influences:
            if self._idle(influence):
                continue
            for place, side in enumerate(_sides(influence)):
                knob = ["", ""] if place else [influence.name, shown(influence.value)]
                rows.append((*knob, shown(side.value), *(_moved(side, cost, self.start[cost]) for cost in self.start)))
        head = ("knob", "is", "step", *self.start)
        return Sheet(f"{self.name}: one step of each knob", head, tuple(rows), frozenset(head[2:]))

    def _slopes(self) -> Iterator[Sheet]:
        """What one unit of each knob costs, or what the next step adds where a cost goes in steps."""
        rows = []
        for influence in self.influences:
            if influence.slopes and not self._idle(influence):
                told = (_slope(influence, cost, self.start[cost]) for cost in self.start)
                rows.append((influence.name, shown(influence.value), *told))
        if rows:
            head = ("knob", "at", *(f"{cost} per unit" for cost in self.start))
            yield Sheet(f"{self.name}: slopes", head, tuple(rows), frozenset(head[1:]))

    def _tornado(self, width: int) -> Iterator[Sheet]:
        """What steps do to one cost, as bars; nothing where no step moves it."""
        by, start = self.by, self.start[self.by]
        moving = sorted((i for i in self.influences if i.span(by, start)), key=lambda i: i.span(by, start), reverse=True)
        if not moving:
            return
        most = moving[0].span(by, start)
        knobs = [f"{i.name} {shown(side.value)}" for i in moving for side in _sides(i)]
        length = max(4, min(BAR, (width - max(map(len, knobs)) - ROW) // 2))
        rows = []
        for influence in moving:
            for side, mark in ((influence.down, "◂"), (influence.up, "▸")):
                if side is not None:
                    change = side.costs[by] - start if side.costs else None
                    what = "cannot be built" if change is None else in_words(by, change, "+") if change else "·"
                    rows.append((f"{influence.name} {shown(side.value)}", what, _bar(change or 0, most, mark, length)))
        yield Sheet(f"{by}, from {in_words(by, start)}", ("step", "change", ""), tuple(rows), frozenset(["change"]))


def whatif(
    net: Design,
    changed: Mapping[str, Any] | None = None,
    show: Iterable[str] = (),
    by: str = "macs",
    steps: Mapping[str, Any] | None = None,
) -> WhatIf:
    """What changes in a network where knobs are set, and what one step of each knob would do after that.

    Args:
        changed: new values of settings.
        show: costs beside params, macs and peak.
        by: the cost whose tornado is drawn.
        steps: lengths of steps, by knob, in place of its own.

    Raises:
        InputError: an unknown setting or cost, or a value that does not fit.
    """
    costs = list(dict.fromkeys([*COSTS, *show, by]))
    after = net.set(**changed) if changed else net
    start = {cost: total(after, cost) for cost in costs}
    influences = sensitivity(after, costs, steps)
    devices = tuple(cost.removeprefix(LATENCY) for cost in costs if cost.startswith(LATENCY))
    summary = totals(net, after, devices) if changed else []
    rows = [row for row in align(net.cost(), after.cost()) if row.kind != "same"] if changed else []
    return WhatIf(after.name, changed or {}, summary, rows, start, influences, by)


def _sides(influence: Influence) -> list[Side]:
    """The steps that there are."""
    return [side for side in (influence.down, influence.up) if side is not None]


def _moved(side: Side, cost: str, start: Value) -> str:
    """A change in per cent; in full where the start is nothing."""
    if not side.costs:
        return "cannot be built"
    change = side.costs[cost] - start
    if not change:
        return "·"
    if not start or is_partly(change):
        return in_words(cost, change, "+")
    share = float(change / start)
    return f"{share:+.1%}" if abs(share) >= 5e-4 else f"{share * 100:+.1g}%"  # one class of a thousand is no +0.0%


def _slope(influence: Influence, cost: str, start: Value) -> str:
    """An exact slope; where the cost goes in steps, the next one."""
    slope = influence.slopes[cost]
    if slope is not None:
        return in_words(cost, slope, "+") if slope else "·"
    side = influence.up if influence.up and influence.up.costs else influence.down
    if side is None or not side.costs:
        return "cannot be built"
    change = side.costs[cost] - start
    return f"steps: {in_words(cost, change, '+') if change else 'no change'} at {shown(side.value)}"


def _bar(change: Value, most: Value, mark: str, width: int) -> str:
    """A bar to the left or right of a middle line."""
    length = round(abs(float(change)) / float(most) * width)
    bar = "█" * length if length else (mark if change else "")
    return f"{bar:>{width}}│" if change < 0 else f"{'':>{width}}│{bar}"


def _costs(side: Side) -> dict[str, Any]:
    return {name: jsonable(value) for name, value in side.costs.items()}


def _influence(influence: Influence) -> dict[str, Any]:
    def side(found: Side | None) -> dict[str, Any] | None:
        return None if found is None else {"value": jsonable(found.value), "costs": _costs(found), "reason": found.reason}

    sides = {"down": side(influence.down), "up": side(influence.up)}
    found = {"knob": influence.name, "value": jsonable(influence.value), "step": jsonable(influence.step), **sides}
    return {**found, "slopes": {cost: jsonable(slope) for cost, slope in influence.slopes.items()}}
