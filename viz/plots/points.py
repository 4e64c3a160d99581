"""Variants and their costs, and each setting or cost of them as a column: where it stands on an axis and how it is written."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from archdsl.errors import InputError, unknown
from archdsl.viz.text import plain, readable, setting

PALETTE = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c8c8c")
"""Colours of categories, told apart by colour-blind readers too (Okabe & Ito 2008, without the yellow that white paper swallows)."""

FEW = 12
"""Values up to which each has a tick of its own."""


@dataclass(frozen=True)
class Column:
    """One setting or cost of all variants.

    Attributes:
        name: of the setting or cost.
        cost: whether it is a cost.
        categories: whether the values are lists, words or bools, which stand at 0, 1, 2 and so on.
        places: where each variant stands on the axis.
        words: every different value in words, in the order of the axis for categories.
        word: for each variant, the place of its value in `words`.
        values: the different places, sorted.
        unit: of a cost that has one.
    """

    name: str
    cost: bool
    categories: bool
    places: tuple[float, ...]
    words: tuple[str, ...]
    word: tuple[int, ...]
    values: tuple[float, ...]
    unit: str = ""

    @property
    def label(self) -> str:
        """What its axis says."""
        return f"{self.name} ({self.unit})" if self.unit else self.name

    @property
    def varies(self) -> bool:
        return len(self.values) > 1

    def text(self, row: int) -> str:
        """The value of a variant in words."""
        return self.words[self.word[row]]

    def ticks(self) -> list[tuple[float, str]]:
        """Places and words of ticks where there are few values; of many categories, every few; of many numbers none."""
        if self.categories:
            every = -(-len(self.words) // (2 * FEW))
            return [(place, word) for place, word in enumerate(self.words) if place % every == 0]
        if self.cost or len(self.values) > FEW:
            return []
        return sorted((self.places[row], self.text(row)) for row in {place: i for i, place in enumerate(self.places)}.values())

    @property
    def format(self) -> str:
        """d3's format of ticks of numbers."""
        return "~s" if self.cost and max(map(abs, self.values)) >= 1000 else ""


@dataclass(frozen=True, eq=False)
class Points:
    """Variants and their costs.

    Attributes:
        title: what the variants are of.
        settings: names of what was varied. Values are numbers, words, bools, or lists of these.
        costs: names of what was counted or measured. Values are finite numbers.
        rows: every setting and cost of each variant, by name. Tens of thousands can be drawn; of a larger grid give a part that holds
            the front, and say so in the note.
        front: places in `rows` of the variants on the Pareto front.
        start: place in `rows` of the network as it stands.
        note: a line for the reader, as "50,000 of 1,203,456 variants shown, the front is complete".
        units: of costs that have one, by name, as {"peak": "bytes"}.

    Raises:
        InputError: no row, a row without one of the names, a name twice, or a place that does not exist.
    """

    title: str
    settings: tuple[str, ...]
    costs: tuple[str, ...]
    rows: tuple[dict[str, Any], ...]
    front: tuple[int, ...] = ()
    start: int | None = None
    note: str = ""
    units: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = (*self.settings, *self.costs)
        if not self.rows or not self.costs:
            raise InputError(f"{self.title}: there is no {'variant' if self.costs else 'cost'} to draw")
        if len(set(names)) < len(names):
            raise InputError(f"{self.title}: a setting or cost is named twice")
        wanted = set(names)
        for place, row in enumerate(self.rows):
            if not wanted <= row.keys():
                raise InputError(f"{self.title}: row {place} has no value for {', '.join(n for n in names if n not in row)}")
        for place in (*self.front, *(() if self.start is None else (self.start,))):
            if not 0 <= place < len(self.rows):
                raise InputError(f"{self.title}: there is no row {place}, only {len(self.rows)} rows")

    @cached_property
    def columns(self) -> dict[str, Column]:
        """All settings and costs, by name. Raises InputError for a cost that is no finite number."""
        made = {name: _setting(self, name) for name in self.settings}
        return made | {name: _cost(self, name) for name in self.costs}


@dataclass(frozen=True)
class OfVariants:
    """A plot of variants."""

    points: Points

    @property
    def title(self) -> str:
        return self.points.title

    @property
    def note(self) -> str:
        return self.points.note

    def told(self) -> str:
        """The note, or how many variants there are where it is empty; and what is the same for all."""
        points = self.points
        on_front = f", {len(set(points.front)):,} on the front" if points.front else ""
        fixed = [f"{column.name} {column.text(0)}" for column in points.columns.values() if not column.varies and not column.cost]
        said = points.note or f"{len(points.rows):,} variants{on_front}"
        return said + (f". The same for all: {', '.join(fixed)}" if fixed else "")


def check_known(kind: str, name: str, known: tuple[str, ...]) -> None:
    """Raise InputError where a name is not one of those that are known; `kind` is what it should be."""
    if name not in known:
        message, hint = unknown(kind, name, known)
        raise InputError(f"{message}; {hint}" if hint else message)


def _cost(points: Points, name: str) -> Column:
    numbers = [plain(row[name]) for row in points.rows]
    for row, value in enumerate(numbers):
        if isinstance(value, bool) or not isinstance(value, (int, float, Fraction)) or not math.isfinite(value):
            raise InputError(f"{points.title}: {name} of row {row} is no finite number but {value!r}")
    made = _numbers(name, True, [v if isinstance(v, int) else float(v) for v in numbers], readable)
    return replace(made, unit=points.units.get(name, ""))


def _setting(points: Points, name: str) -> Column:
    values = [plain(row[name]) for row in points.rows]
    if all(isinstance(v, (int, float, Fraction)) and not isinstance(v, bool) and math.isfinite(v) for v in values):
        words = {float(v): setting(v) for v in values}
        return _numbers(name, False, [v if isinstance(v, int) else float(v) for v in values], lambda number: words[number])
    texts = [setting(v) for v in values]
    order = sorted(dict(zip(texts, values, strict=True)).items(), key=lambda item: _rank(item[1]))
    place = {text: index for index, (text, _) in enumerate(order)}
    word = tuple(place[text] for text in texts)
    return Column(name, False, True, word, tuple(place), word, tuple(range(len(place))))


def _numbers(name: str, cost: bool, places: list[float], write: Callable[[float], str]) -> Column:
    index: dict[str, int] = {}
    known: dict[float, int] = {}
    for place in places:
        if place not in known:
            known[place] = index.setdefault(write(place), len(index))
    return Column(name, cost, False, tuple(places), tuple(index), tuple(known[p] for p in places), tuple(sorted(known)))


def _rank(value: Any) -> tuple[int, Any, str]:
    """Order of unlike values: numbers, then lists, then words, each in its own order, and last what is not given."""
    if isinstance(value, (int, float, Fraction)):
        return 0, [float(value)], ""
    if isinstance(value, list):
        ranks = [_rank(item) for item in value]
        return 1, [len(value), *ranks], ""
    return (3, [], "") if value is None else (2, [], str(value))
