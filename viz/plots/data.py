"""What plots are made from: variants with what they cost, the effect of single steps, measured values. Nothing is computed here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from archdsl.errors import InputError, unknown


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


@dataclass(frozen=True)
class Scatter:
    """Two costs of every variant against one another, the Pareto front marked.

    Attributes:
        points: the variants.
        x: cost on the horizontal axis.
        y: cost on the vertical axis.
        colour: setting or cost that colours the points; on a page, the one that is chosen at first. None for one colour.

    Raises:
        InputError: no such cost or setting.
    """

    points: Points
    x: str
    y: str
    colour: str | None = None

    def __post_init__(self) -> None:
        for name in (self.x, self.y):
            _known("cost", name, self.points.costs)
        if self.colour is not None:
            _known("setting or cost", self.colour, (*self.points.settings, *self.points.costs))


@dataclass(frozen=True)
class Parallel:
    """One line for each variant through an axis for each setting and cost.

    Attributes:
        points: the variants.
        colour: setting or cost that colours the lines; on a page, the one that is chosen at first. None for one colour.

    Raises:
        InputError: no such setting or cost.
    """

    points: Points
    colour: str | None = None

    def __post_init__(self) -> None:
        if self.colour is not None:
            _known("setting or cost", self.colour, (*self.points.settings, *self.points.costs))


@dataclass(frozen=True)
class Bar:
    """What one step of a setting does to a cost.

    Attributes:
        setting: its name.
        down: the step down in words, as "1 → 0.95"; empty where there is none.
        up: the step up, likewise.
        change_down: what is added to the cost, in its unit; None where the step cannot be built.
        change_up: likewise.
    """

    setting: str
    down: str
    up: str
    change_down: float | None
    change_up: float | None


@dataclass(frozen=True)
class Tornado:
    """The effect of one step of each setting on a cost.

    Attributes:
        title: what network it is of.
        cost: its name.
        start: the cost of the network as it stands.
        unit: of the cost, as "bytes"; empty for a count.
        bars: one for each setting, in any order.
        note: a line for the reader.
    """

    title: str
    cost: str
    start: float
    unit: str
    bars: tuple[Bar, ...]
    note: str = ""


@dataclass(frozen=True)
class Dot:
    """One measured value with its spread.

    Attributes:
        group: what it was measured in, as "onnxruntime, batch 1".
        name: of what was measured.
        value: a finite number between `low` and `high`.
        words: the same for the reader, with what belongs to it.
    """

    group: str
    name: str
    value: float
    low: float
    high: float
    words: str


@dataclass(frozen=True)
class Dots:
    """Measured values in groups, as ratios to one of them.

    Attributes:
        title: what was measured.
        axis: what the values are, as "time / DP-Net's time".
        dots: group by group, from top to bottom.
        mark: a value with a line of its own, 1 for ratios.
        note: a line for the reader.

    Raises:
        InputError: there is no dot, or a value is no finite number.
    """

    title: str
    axis: str
    dots: tuple[Dot, ...]
    mark: float = 1.0
    note: str = ""

    def __post_init__(self) -> None:
        if not self.dots:
            raise InputError(f"{self.title}: there is nothing to draw")
        for dot in self.dots:
            if not all(map(math.isfinite, (dot.value, dot.low, dot.high))):
                raise InputError(f"{self.title}: {dot.name} in {dot.group} is no finite number")


Plot = Scatter | Parallel | Tornado | Dots


def _known(kind: str, name: str, known: tuple[str, ...]) -> None:
    if name not in known:
        message, hint = unknown(kind, name, known)
        raise InputError(f"{message}; {hint}" if hint else message)
