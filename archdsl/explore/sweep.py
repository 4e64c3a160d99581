"""Sweeps: every variant of a grid counted exactly, and what is kept of them while they stream by."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from archdsl.design import Design
from archdsl.errors import InputError
from archdsl.exact import exact
from archdsl.explore.axis import Axis, size
from archdsl.explore.blocks import Block, Costed, blocks, points
from archdsl.explore.box import Box, boxes
from archdsl.explore.condition import Condition
from archdsl.explore.keepers import All, Keeper, Outcome, Pareto, Sample, Top
from archdsl.explore.objective import Objective, check_cost, objective
from archdsl.explore.partition import Part, Partition
from archdsl.explore.variants import Row, Variants

if TYPE_CHECKING:
    from archdsl.explore.workers import Workers

COSTS = ("params", "macs")
"""Costs that every table of variants shows."""

Progress = Callable[[int], None]
"""Told after every block how many variants it had."""


class Sweep:
    """A grid of variants of a network. Nothing is worked out before something is asked of it.

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
        return size(self.axes)

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
        kept = Pareto(self, [self.objective(text) for text in objectives])
        outcome = self.run([kept])
        return self.variants(kept.rows, outcome)

    def top(self, count: int = 20, by: str = "macs") -> Variants:
        """The first variants in the order of one objective."""
        if count < 1:
            raise InputError(f"at least 1 variant is wanted, {count} came")
        kept = Top(self, count, self.objective(by))
        outcome = self.run([kept])
        return self.variants(kept.rows, outcome)

    def rows(self, most: int = 100_000) -> Variants:
        """All variants that pass, in the order of the grid. Raises InputError where they are more than `most`."""
        kept = All(self, most)
        outcome = self.run([kept])
        return self.variants(kept.rows, outcome)

    def plot(self, path: str | Path, *objectives: str) -> None:
        """Draw the variants that pass, and the front of the objectives where any are given, to .html, .png, .svg or .pdf."""
        from archdsl.explore.plot import SHOWN, plot_variants

        sample = Sample(self, SHOWN)
        kept = Pareto(self, [self.objective(text) for text in objectives]) if objectives else None
        outcome = self.run([keeper for keeper in (sample, kept) if keeper is not None])
        front = self.variants(kept.rows if kept else [], outcome)
        names = [text.rpartition(":")[2] for text in objectives]
        plot_variants(Path(path), self.net, names, front, self.variants(sample.rows, outcome))

    def variants(self, rows: list[Row], outcome: Outcome) -> Variants:
        """Rows that were kept, with the names of their columns."""
        return Variants(self.net.name, self.settings, self.shown, rows, outcome)

    def write(self, path: str | Path) -> Outcome:
        """Write every variant that passes to a .parquet or .csv file, whole or not at all."""
        from archdsl.explore.table_file import table_file

        with table_file(Path(path), self) as file:
            return self.run([file])

    def run(self, keepers: Sequence[Keeper], progress: Progress | None = None, workers: Workers | None = None) -> Outcome:
        """Let every variant stream by the keepers once.

        Args:
            workers: other processes that do the work, see `archdsl.explore.spread`; here, where not given.
        """
        begin = time.perf_counter()
        if workers is not None:
            from archdsl.explore.spread import spread

            outcome = spread(self, keepers, workers, progress)
        else:
            outcome = self.stream(boxes(self.axes), keepers, progress)
        outcome.seconds = time.perf_counter() - begin
        return outcome

    def stream(self, some: Iterable[Box], keepers: Sequence[Keeper], progress: Progress | None = None) -> Outcome:
        """Let the variants of some boxes stream by the keepers."""
        outcome = Outcome()
        asked = [name for keeper in keepers for name in keeper.costs if name not in self.settings]
        for found in Partition(self.net, some, tuple(dict.fromkeys([*self.shown, *asked]))):
            outcome.variants += found.box.size
            if not isinstance(found, Part):
                outcome.masked[found.reason] += found.box.size
                if progress is not None:
                    progress(found.box.size)
                continue
            outcome.structures += 1
            for block in blocks(Costed(found)):
                self.take(block, keepers, outcome)
                if progress is not None:
                    progress(block.size if block.lines is None else len(block.lines))
        return outcome

    def take(self, block: Block, keepers: Sequence[Keeper], outcome: Outcome) -> None:
        """Let one block go by the keepers."""
        lines = block.lines
        if self.condition is not None:
            held = self.condition.lines(block)
            lines = held if lines is None else lines if held is None else np.intersect1d(lines, held, assume_unique=True)
        if block.masks:
            alive = np.broadcast_to(True if block.counted is None else block.counted, block.shape).copy()
            for ok, reason in block.masks:
                if failing := int(np.count_nonzero(alive & ~ok)):
                    outcome.masked[reason] += failing
                alive &= ok
        passed = block.size if lines is None else len(lines)
        outcome.passed += passed
        if passed:
            for keeper in keepers:
                keeper.add(block, lines)

    def table(self, block: Block, lines: np.ndarray) -> list[Row]:
        """Rows of some variants of a block: their settings and the costs that are shown."""
        places = block.places(lines)
        found = points(self.axes, block.box, places)
        for name in self.shown:
            total = block.costed.total(name)
            for row, value in zip(found, total.at(places).tolist(), strict=True):
                row[name] = value if total.den == 1 else exact(Fraction(value, total.den))
        return found


def _words(net: Design, axes: Sequence[Axis]) -> set[Any]:
    """Words that settings of axes, or knobs, hold or may hold."""
    swept = {value for axis in axes for point in axis.points for value in point if isinstance(value, str)}
    held = {value for value in net.knobs.values() if isinstance(value, str)}
    chosen = {word for knob in net.base.knobs.values() for word in knob.choices or () if isinstance(word, str)}
    return swept | held | chosen
