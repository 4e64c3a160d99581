"""Which readings of a source that leaves things open give the figures that it prints.

Every combination of the open readings is counted exactly, in arrays, and each figure is compared in its convention and to its
printed places. Several specs of one paper may be asked together: a reading that they share has one value in all of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from archdsl.cost.comparing.figures import printed_alike
from archdsl.cost.tables.result import WIDTH, Result
from archdsl.cost.tables.sheet import Sheet
from archdsl.design import Design
from archdsl.errors import InputError
from archdsl.exact.shown import jsonable, shown
from archdsl.explore.grid.axis import Axis, allowed, steps
from archdsl.explore.reconcile.figures import Figure, figures_of
from archdsl.explore.reconcile.ranking import Ranking
from archdsl.explore.reconcile.tally import Tally
from archdsl.explore.reconcile.typos import typos

POOL = 20_000
"""The best combinations, in which readings that say more than needed are looked for."""


@dataclass(frozen=True)
class Reading:
    """Settings that differ from the specs as they stand, and what they explain.

    Attributes:
        explains, misses: figures, each with what it is counted to be.
    """

    changes: dict[str, Any]
    explains: tuple[tuple[Figure, int], ...]
    misses: tuple[tuple[Figure, int], ...]

    def in_words(self) -> str:
        """What differs from the specs."""
        return ", ".join(f"{name} = {shown(value)}" for name, value in self.changes.items()) or "as the spec stands"

    def as_dict(self) -> dict[str, Any]:
        return {
            "changes": {name: jsonable(value) for name, value in self.changes.items()},
            "explains": [figure.as_dict(ours) for figure, ours in self.explains],
            "misses": [figure.as_dict(ours) for figure, ours in self.misses],
        }


TYPO_CHANGES = 2
"""Readings that may differ at once, the typo among them, where a typo is searched and no other number is given."""


@dataclass(frozen=True, repr=False)
class Reconciled(Result):
    """The readings that explain most, those with the fewest changes first.

    Attributes:
        searched: combinations that were counted.
        levels: for each number of explained figures, how many combinations explain as many.
        unbuildable: combinations that cannot be built.
    """

    readings: list[Reading]
    figures: list[Figure]
    axes: tuple[Axis, ...]
    searched: int
    levels: dict[int, int]
    unbuildable: int
    seconds: float

    def __bool__(self) -> bool:
        """Whether a reading explains every figure."""
        return bool(self.readings) and not self.readings[0].misses

    def sheets(self, width: int = WIDTH) -> list[Sheet]:
        return []

    def notes(self) -> list[str]:
        lines = ["Readings, those that explain most first, then those with the fewest changes", ""]
        for number, reading in enumerate(self.readings, 1):
            lines.append(f"{number}. {reading.in_words()}")
            lines += [f"     ✓ {figure}: {ours:,}" for figure, ours in reading.explains]
            lines += [f"     ✗ {f}: {ours:,}, {float(f.difference(ours)):+.2%}" for f, ours in reading.misses]
        lines += ["", *(axis.said for axis in self.axes if axis.said)]
        lines.append(f"{self.searched:,} readings in {self.seconds:.2f} s")
        lines += [f"  {many:,} explain {level} of {len(self.figures)} figures" for level, many in self.levels.items()]
        return [*lines, *([f"  {self.unbuildable:,} cannot be built"] if self.unbuildable else [])]

    def as_dict(self) -> dict[str, Any]:
        return {
            "readings": self._records(),
            "searched": self.searched,
            "unbuildable": self.unbuildable,
            "levels": {str(level): many for level, many in self.levels.items()},
            "seconds": self.seconds,
            "steps": steps(self.axes),
        }

    def _records(self) -> list[dict[str, Any]]:
        return [reading.as_dict() for reading in self.readings]


def reconcile(
    nets: Sequence[Design],
    count: int = 10,
    one_typo: bool = False,
    most_changes: int | None = None,
    step: Callable[[int], None] | None = None,
) -> Reconciled:
    """Search the readings that specs declare open for those that give the printed figures.

    Args:
        count: how many readings are wanted.
        one_typo: search, besides every reading, one cell of the table for another value of its column.
        most_changes: how many readings may differ from the spec at once, a typo counting as one; any number where not given.
        step: told how many more combinations of a spec are counted.

    Raises:
        InputError: nothing is open, no figure is printed, or there are too many combinations.
    """
    begin = time.perf_counter()
    figures = [found for net in nets for found in figures_of(net)]
    axes = readings(nets)
    if one_typo:
        if len(nets) != 1:
            raise InputError("one typo is searched in one spec at a time")
        axes = [*axes, typos(nets[0].base)]
    if not axes:
        raise InputError("no knob is marked 'reading: true'; mark those that the source leaves open")
    most = len(axes) if most_changes is None else most_changes
    ranking = Ranking([Tally(net, axes, most, step) for net in nets], axes, most, max(count, POOL))
    found = _shortest(ranking.first.notes, axes, figures, count)
    levels = dict(sorted(ranking.levels.items(), reverse=True))
    return Reconciled(found, figures, tuple(axes), ranking.searched, levels, ranking.unbuildable, time.perf_counter() - begin)


def readings(nets: Sequence[Design]) -> list[Axis]:
    """An axis for every open reading, with the value that the spec has in the first place. Raises InputError where specs differ."""
    axes: dict[str, Axis] = {}
    for net in nets:
        for name, knob in net.base.knobs.items():
            if not knob.reading or name in net.settings:
                continue
            own = net.knobs[name]
            own = tuple(own) if isinstance(own, list) else own
            axis = allowed(knob, net.base) if not knob.readings else Axis.of(name, knob.readings)
            axis = Axis.of(name, dict.fromkeys([own, *(point[0] for point in axis.points)]), axis.walked)
            axis.check(net.base)
            if name in axes and axes[name].points != axis.points:
                raise InputError(f"the specs differ in '{name}': its default or what it may be; reconcile them one by one")
            axes[name] = axis
    return list(axes.values())


def _shortest(best: list[tuple[int, ...]], axes: Sequence[Axis], figures: list[Figure], count: int) -> list[Reading]:
    """The first readings, without those that contain another one that explains as much."""
    found: list[Reading] = []
    for places in best:
        changes = {
            name: value
            for axis, place in zip(axes, places, strict=True)
            for name, value, own in zip(axis.names, axis.points[place], axis.points[0], strict=True)
            if value != own
        }
        if any(reading.changes.items() <= changes.items() for reading in found):
            continue
        counts = [(figure, figure.counted(changes)) for figure in figures]
        alike = [bool(printed_alike(ours, f.reported.value, f.reported.step)) for f, ours in counts]
        explains = tuple(c for c, same in zip(counts, alike, strict=True) if same)
        misses = tuple(c for c, same in zip(counts, alike, strict=True) if not same)
        found.append(Reading(changes, explains, misses))
        if len(found) >= count:
            break
    return found
