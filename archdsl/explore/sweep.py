"""Sweeps: every variant of a grid counted exactly, and what is kept of them while they stream by."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from archdsl.design import Design
from archdsl.errors import InputError
from archdsl.exact.broadcasting import MOST_AXES
from archdsl.explore.criteria.condition import Condition
from archdsl.explore.criteria.objective import Objective, check_cost, denominator, objective
from archdsl.explore.grid.axis import Axis, size
from archdsl.explore.grid.box import Box, boxes
from archdsl.explore.grid.chunk import Chunk, chunks
from archdsl.explore.grid.partition import Partition
from archdsl.explore.grid.region import Region
from archdsl.explore.keep.keepers import All, Keeper, Pareto, Sample, Top
from archdsl.explore.outcome import Outcome
from archdsl.explore.variants import Row, Variants

COSTS = ("params", "macs")
"""Costs that every table of variants shows."""

Progress = Callable[[int], None]
"""Told after every chunk how many variants it had."""


class Sweep:
    """A grid of variants of a network. Nothing is counted before something is asked of it.

    Attributes:
        shown: costs that rows hold.
    """

    def __init__(self, net: Design, axes: Sequence[Axis], where: str = "", shown: Iterable[str] = ()):
        """
        Raises:
            InputError: a value that does not fit, or a cost that is not known.
            SpecError: a mistake in the condition.
        """
        if not axes:
            raise InputError("a grid needs at least one axis")
        if len(axes) > MOST_AXES:
            raise InputError(f"a grid has at most {MOST_AXES} axes, {len(axes)} came; `archdsl search` takes any number")
        if not isinstance(where, str):
            raise InputError("a condition is a text, as in where='params<=3.5M'")
        self.net = net
        self.axes = tuple(axes)
        shown = [shown] if isinstance(shown, str) else shown
        for axis in self.axes:
            axis.check(net.base)
        settings = [name for axis in self.axes for name in axis.names]
        readable = dict.fromkeys([*settings, *net.base.knobs, *net.settings])
        self.condition = Condition(where, readable, _words(net, self.axes)) if where else None
        read = self.condition.names if self.condition else []
        named = [
            name for name in (*COSTS, *shown, *read) if name not in readable and name.partition(".")[0] not in net.base.knobs
        ]
        self.shown = tuple(dict.fromkeys(named))
        for name in self.shown:
            check_cost(name, net)

    def __len__(self) -> int:
        return self.size

    @property
    def size(self) -> int:
        """How many variants there are; unlike `len`, of any number."""
        return size(self.axes)

    def __repr__(self) -> str:
        return f"<sweep of {self.net.name} over {', '.join(self.settings)}: {len(self):,} variants>"

    @cached_property
    def settings(self) -> tuple[str, ...]:
        """Names of the settings of all axes."""
        return tuple(name for axis in self.axes for name in axis.names)

    def objective(self, text: str) -> Objective:
        """An objective from its text: `macs`, `max:width`. Raises InputError."""
        return objective(text, self.net, self.axes)

    def pareto(self, *objectives: str) -> Variants:
        """The variants that no other beats: at least as good in all of the objectives, and better in one.

        Args:
            objectives: costs that are to be low (`macs`), or settings and costs that are to be high (`max:width`). Of variants that
                are equal in all of them one is given.
        """
        if not objectives or not all(isinstance(text, str) for text in objectives):
            raise InputError("a front takes names of costs and settings, as in pareto('params', 'max:width')")
        kept = Pareto(self.shown, [self.objective(text) for text in objectives])
        outcome = self.run([kept])
        return self.variants(kept.rows, outcome)

    def top(self, count: int = 20, by: str = "macs") -> Variants:
        """The first variants in the order of one objective."""
        if count < 1:
            raise InputError(f"at least 1 variant is wanted, {count} came")
        kept = Top(self.shown, count, self.objective(by))
        outcome = self.run([kept])
        return self.variants(kept.rows, outcome)

    def rows(self, most: int = 100_000) -> Variants:
        """All variants that pass, in the order of the grid. Raises InputError where they are more than `most`."""
        kept = All(self.shown, most)
        outcome = self.run([kept])
        return self.variants(kept.rows, outcome)

    def plot(self, path: str | Path, *objectives: str) -> None:
        """Draw the variants that pass, and the front of the objectives where any are given, to .html, .png, .svg or .pdf."""
        from archdsl.explore.plot import SHOWN, plot_variants

        sample = Sample(self.shown, SHOWN)
        kept = Pareto(self.shown, [self.objective(text) for text in objectives]) if objectives else None
        outcome = self.run([keeper for keeper in (sample, kept) if keeper is not None])
        front = self.variants(kept.rows if kept else [], outcome)
        names = [text.rpartition(":")[2] for text in objectives]
        plot_variants(Path(path), self.net, names, front, self.variants(sample.rows, outcome))

    def variants(self, rows: list[Row], outcome: Outcome) -> Variants:
        """Rows that were kept, with the names of their columns."""
        return Variants(self.net.name, self.settings, self.shown, rows, outcome)

    def write(self, path: str | Path) -> Outcome:
        """Write every variant that passes to a .parquet or .csv file, whole or not at all."""
        with self.file(path) as file:
            return self.run([file])

    def file(self, path: str | Path) -> AbstractContextManager[Keeper]:
        """A keeper that writes every variant to a file, see `archdsl.explore.keep.table_file`."""
        from archdsl.explore.keep.table_file import table_file

        return table_file(Path(path), self.axes, {name: denominator(name, self.net, self.axes) for name in self.shown})

    def run(self, keepers: Sequence[Keeper], progress: Progress | None = None, outcome: Outcome | None = None) -> Outcome:
        """Let every variant stream by the keepers once. `archdsl.explore.spread` does the same in several processes.

        Args:
            outcome: what is filled, for a caller who wants to know how far it came when it is interrupted.
        """
        begin = time.perf_counter()
        outcome = outcome or Outcome()
        try:
            return self.stream(boxes(self.axes), keepers, progress, outcome)
        finally:
            outcome.seconds = time.perf_counter() - begin

    def stream(
        self, some: Iterable[Box], keepers: Sequence[Keeper], progress: Progress | None = None, outcome: Outcome | None = None
    ) -> Outcome:
        """Let the variants of some boxes stream by the keepers."""
        outcome = outcome or Outcome()
        asked = [name for keeper in keepers for name in keeper.costs if name not in self.settings]
        for found in Partition(self.net, some, tuple(dict.fromkeys([*self.shown, *asked]))):
            if not isinstance(found, Region):
                outcome.variants += found.box.size
                outcome.mask(found.reason, found.box.size)
                if progress is not None:
                    progress(found.box.size)
                continue
            outcome.structures += 1
            for chunk in chunks(found):
                self.take(chunk, keepers, outcome)
                outcome.variants += chunk.variants
                if progress is not None:
                    progress(chunk.variants)
        return outcome

    def take(self, chunk: Chunk, keepers: Sequence[Keeper], outcome: Outcome) -> None:
        """Let one chunk go by the keepers."""
        lines = chunk.lines
        if self.condition is not None:
            held = self.condition.lines(chunk)
            lines = held if lines is None else lines if held is None else np.intersect1d(lines, held, assume_unique=True)
        if chunk.masks:
            alive = np.broadcast_to(True if chunk.counted is None else chunk.counted, chunk.shape).copy()
            for ok, reason in chunk.masks:
                if failing := int(np.count_nonzero(alive & ~ok)):
                    outcome.mask(reason, failing)
                alive &= ok
        passed = chunk.size if lines is None else len(lines)
        outcome.passed += passed
        if passed:
            for keeper in keepers:
                keeper.add(chunk, lines)


def _words(net: Design, axes: Sequence[Axis]) -> set[Any]:
    """Words that settings of axes, or knobs, hold or may hold."""
    swept = {value for axis in axes for point in axis.points for value in point if isinstance(value, str)}
    held = {value for value in net.knobs.values() if isinstance(value, str)}
    chosen = {word for knob in net.base.knobs.values() for word in knob.choices or () if isinstance(word, str)}
    return swept | held | chosen
