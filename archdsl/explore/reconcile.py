"""Which readings of a source that leaves things open give the figures that it prints.

Every combination of the open readings is counted exactly, in arrays, and each figure is compared in its convention and to its
printed places. Several specs of one paper may be asked together: a reading that they share has one value in all of them.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from archdsl.cost.comparing.figures import printed_alike, total_of, words
from archdsl.cost.comparing.totals import total
from archdsl.design import Design
from archdsl.errors import InputError
from archdsl.explore.axis import Axis, allowed, size
from archdsl.explore.blocks import Block, Costed, blocks
from archdsl.explore.box import boxes
from archdsl.explore.front import First
from archdsl.explore.partition import Part, Partition
from archdsl.explore.typos import typos
from archdsl.spec.model import Reported

MOST = 400_000_000
"""Combinations of readings of one spec."""

POOL = 20_000
"""Readings of the best that are looked through for those that say more than needs be."""

FAR = 1 << 40


@dataclass(frozen=True)
class Figure:
    """A printed figure of one network."""

    net: Design
    reported: Reported
    total: str

    def __str__(self) -> str:
        return f"{self.net.name} {words(self.reported)}"

    def counted(self, changes: dict[str, Any]) -> int:
        """What it is with some settings changed."""
        known = {name: value for name, value in changes.items() if belongs(self.net, name)}
        return int(total(self.net.set(**known) if known else self.net, self.total))


@dataclass(frozen=True)
class Reading:
    """Settings that differ from the specs as they stand, and what they explain.

    Attributes:
        explains, misses: figures, each with what it is counted to be.
    """

    changes: dict[str, Any]
    explains: tuple[tuple[Figure, int], ...]
    misses: tuple[tuple[Figure, int], ...]


@dataclass(frozen=True)
class Reconciled:
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


def reconcile(
    nets: Sequence[Design],
    count: int = 10,
    one_typo: bool = False,
    most_changes: int | None = None,
    step: Callable[[int], None] | None = None,
) -> Reconciled:
    """Search the readings that specs declare open for what gives the printed figures.

    Args:
        count: how many readings are wanted.
        one_typo: search, beside every reading, one cell of the table that holds another value of its column.
        most_changes: how many readings may differ from the spec at once, a typo counted as one; any number where not given.
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
    tables = [_Table(net, axes, most, step) for net in nets]
    ranked = _Ranked(tables, axes, most, max(count, POOL))
    found = _fewest(ranked.first.notes, axes, figures, count)
    levels = dict(sorted(ranked.levels.items(), reverse=True))
    return Reconciled(found, figures, tuple(axes), ranked.searched, levels, ranked.unbuildable, time.perf_counter() - begin)


def figures_of(net: Design) -> list[Figure]:
    """The printed figures of a network that can be counted. Raises InputError where there are none."""
    found = [Figure(net, figure, name) for figure in net.base.reported if (name := total_of(figure)) is not None]
    if not found:
        raise InputError(f"{net.name}: no figure is reported that can be counted; give params, macs, or flops with a convention")
    return found


def readings(nets: Sequence[Design]) -> list[Axis]:
    """An axis for every open reading, the value that the spec has first. Raises InputError where specs differ in one."""
    axes: dict[str, Axis] = {}
    for net in nets:
        for name, knob in net.base.knobs.items():
            if not knob.reading or name in net.settings:
                continue
            own = net.knobs[name]
            own = tuple(own) if isinstance(own, list) else own
            axis = Axis.of(name, dict.fromkeys([own, *(knob.readings or allowed(knob, net.base))]))
            axis.check(net.base)
            if name in axes and axes[name].points != axis.points:
                raise InputError(f"the specs differ in '{name}': its default or what it may be; reconcile them one by one")
            axes[name] = axis
    return list(axes.values())


def belongs(net: Design, name: str) -> bool:
    """Whether a setting is one of a network."""
    return name in net.base.knobs or name.startswith("rows.")


class _Table:
    """What every combination of one spec's readings explains.

    Attributes:
        shape: a length for each of all axes, 1 for those of other specs.
        explained: how many figures; distance: how far the others are, in millionths. buildable: whether it can be built.
    """

    def __init__(self, net: Design, axes: Sequence[Axis], most: int, step: Callable[[int], None] | None):
        own = [axis for axis in axes if all(belongs(net, name) for name in axis.names)]
        if size(own) > MOST:
            raise InputError(f"{net.name}: {size(own):,} combinations of readings are more than {MOST:,}; leave fewer open")
        self.shape = tuple(len(axis) if axis in own else 1 for axis in axes)
        self.figures = figures_of(net)
        shape = tuple(len(axis) for axis in own)
        self.explained = np.zeros(shape, dtype=np.uint8)
        self.distance = np.zeros(shape, dtype=np.int64)
        self.buildable = np.zeros(shape, dtype=bool)
        few = (box for box in boxes(own) if sum(int(places[0] > 0) for places in box.chosen) <= most)
        for found in Partition(net, few, tuple(dict.fromkeys(figure.total for figure in self.figures))):
            if isinstance(found, Part):
                for block in blocks(Costed(found)):
                    self.take(block)
            if step is not None:
                step(found.box.size)
        self.explained = self.explained.reshape(self.shape)
        self.distance = self.distance.reshape(self.shape)
        self.buildable = self.buildable.reshape(self.shape)

    def take(self, block: Block) -> None:
        """Put one block into its places."""
        lines = np.arange(block.size) if block.lines is None else block.lines
        places = tuple(c[here] for c, here in zip(block.box.chosen, block.places(lines), strict=True))
        self.buildable[places] = True
        for figure in self.figures:
            den = block.costed.total(figure.total).den
            ours = block.column(figure.total)[lines]
            value, unit = figure.reported.value, figure.reported.step
            scale = value.denominator * unit.denominator * 2
            explained = printed_alike(ours * scale, int(value * den * scale), int(unit * den * scale))
            self.explained[places] += explained
            far = np.abs(ours / float(value * den) - 1.0) * 1e6
            self.distance[places] += np.where(explained, 0, np.minimum(far, FAR / 4)).astype(np.int64)


class _Ranked:
    """All combinations in the order of what they explain, then of how few changes they take, then of how close the rest is.

    Attributes:
        first: places of the first few.
        levels: for each number of explained figures, how many combinations explain as many.
    """

    def __init__(self, tables: list[_Table], axes: Sequence[Axis], most: int, count: int):
        self.tables, self.most = tables, most
        self.first = First(count)
        self.levels: Counter[int] = Counter()
        self.searched = self.unbuildable = 0
        for index in _slices(tuple(len(axis) for axis in axes)):
            self.take(index)

    def take(self, index: tuple[slice, ...]) -> None:
        """Rank one piece of the grid."""
        shape = tuple(part.stop - part.start for part in index)
        changed = _changed(index)
        searched = changed <= self.most
        ok = np.logical_and.reduce(np.broadcast_arrays(searched, *self.cut("buildable", index)))
        explained = np.broadcast_to(sum(part.astype(np.int64) for part in self.cut("explained", index)), shape).reshape(-1)
        distance = np.broadcast_to(sum(self.cut("distance", index)), shape).reshape(-1)
        lines = np.flatnonzero(np.broadcast_to(ok, shape))
        many = int(np.count_nonzero(np.broadcast_to(searched, shape)))
        self.searched += many
        self.unbuildable += many - len(lines)
        levels = np.bincount(explained[lines])
        self.levels.update({level: int(levels[level]) for level in np.flatnonzero(levels).tolist()})
        key = (-explained << 52) + (np.broadcast_to(changed, shape).reshape(-1) << 44) + np.minimum(distance, FAR)

        def places(kept: np.ndarray) -> list[tuple[int, ...]]:
            found = [place + part.start for place, part in zip(np.unravel_index(kept, shape), index, strict=True)]
            return list(zip(*(place.tolist() for place in found), strict=True))

        self.first.add(key, places, lines)

    def cut(self, name: str, index: tuple[slice, ...]) -> list[np.ndarray]:
        """A piece of one array of every table."""
        found = []
        for table in self.tables:
            array = getattr(table, name)
            found.append(array[tuple(slice(None) if n == 1 else part for n, part in zip(array.shape, index, strict=True))])
        return found


def _changed(index: tuple[slice, ...]) -> np.ndarray:
    """How many readings differ from the first of their axis."""
    found = np.zeros((1,) * len(index), dtype=np.int64)
    for number, part in enumerate(index):
        along = (np.arange(part.start, part.stop) > 0).astype(np.int64)
        found = found + along.reshape([-1 if n == number else 1 for n in range(len(index))])
    return found


def _slices(shape: tuple[int, ...], most: int = 1 << 20) -> Iterator[tuple[slice, ...]]:
    """The grid in pieces of bounded size: leading axes place by place."""
    lead = 0
    while prod(shape[lead:]) > most and lead < len(shape) - 1:
        lead += 1
    for places in np.ndindex(*shape[:lead]):
        step = max(1, most // prod(shape[lead + 1 :]))
        for start in range(0, shape[lead], step):
            middle = slice(start, min(start + step, shape[lead]))
            yield (*(slice(p, p + 1) for p in places), middle, *(slice(0, n) for n in shape[lead + 1 :]))


def _fewest(best: list[tuple[int, ...]], axes: Sequence[Axis], figures: list[Figure], count: int) -> list[Reading]:
    """Readings without those that contain another one that explains as much."""
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


def difference(figure: Figure, ours: int) -> Fraction:
    """How far a count is from the printed figure, as a share of it."""
    return (ours - figure.reported.value) / figure.reported.value
