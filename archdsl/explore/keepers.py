"""What is kept of a sweep's variants while they stream by: the Pareto front, the first in an order, or all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from archdsl.errors import InputError
from archdsl.explore.blocks import Block
from archdsl.explore.front import First, Front
from archdsl.explore.objective import Objective
from archdsl.explore.variants import Row

if TYPE_CHECKING:
    from archdsl.explore.sweep import Sweep


class Keeper(Protocol):
    """Takes the variants of a sweep block by block and keeps what it is for."""

    sweep: Any

    @property
    def costs(self) -> Sequence[str]:
        """Costs that it reads beside those that rows show."""

    def add(self, block: Block, lines: np.ndarray | None) -> None:
        """Take a block; `lines` are the numbers of the variants that count, None for all."""

    def merge(self, other: Any) -> None:
        """Take what another of the same kind has kept of later variants."""

    def fresh(self) -> Any:
        """Another of the kind, that has not kept anything."""


@dataclass
class Outcome:
    """What a sweep came across.

    Attributes:
        variants: all of the grid.
        masked: those that cannot be built, by the first reason.
        passed: those that can be built and for which the condition holds.
        structures: graphs that were elaborated.
    """

    variants: int = 0
    masked: Counter[str] = field(default_factory=Counter)
    passed: int = 0
    structures: int = 0
    seconds: float = 0.0

    def merge(self, other: Outcome) -> None:
        self.variants += other.variants
        self.masked += other.masked
        self.passed += other.passed
        self.structures += other.structures


@dataclass
class Pareto:
    """Keeps the variants that no other beats."""

    sweep: Sweep
    objectives: list[Objective]

    def __post_init__(self) -> None:
        self.front = Front(len(self.objectives))

    @property
    def costs(self) -> Sequence[str]:
        return [objective.name for objective in self.objectives]

    def add(self, block: Block, lines: np.ndarray | None) -> None:
        columns = [objective.column(block) for objective in self.objectives]
        self.front.add(columns, lambda kept: self.sweep.table(block, kept), lines)

    def fresh(self) -> Pareto:
        return Pareto(self.sweep, self.objectives)

    def merge(self, other: Pareto) -> None:
        self.front.merge(other.front)

    @property
    def rows(self) -> list[Row]:
        """The front, in the order of the first objective."""
        return self.front.notes


@dataclass
class Top:
    """Keeps the first variants in the order of one objective."""

    sweep: Sweep
    count: int
    objective: Objective

    def __post_init__(self) -> None:
        self.first = First(self.count)

    @property
    def costs(self) -> Sequence[str]:
        return [self.objective.name]

    def add(self, block: Block, lines: np.ndarray | None) -> None:
        self.first.add(self.objective.column(block), lambda kept: self.sweep.table(block, kept), lines)

    def fresh(self) -> Top:
        return Top(self.sweep, self.count, self.objective)

    def merge(self, other: Top) -> None:
        self.first.merge(other.first)

    @property
    def rows(self) -> list[Row]:
        return self.first.notes


@dataclass
class All:
    """Keeps every variant. Raises InputError where they are more than `most`."""

    sweep: Sweep
    most: int
    costs: Sequence[str] = ()

    def __post_init__(self) -> None:
        self.rows: list[Row] = []

    def add(self, block: Block, lines: np.ndarray | None) -> None:
        count = block.size if lines is None else len(lines)
        if len(self.rows) + count > self.most:
            raise InputError(f"more than {self.most:,} variants; narrow the grid, or write them to a file")
        self.rows += self.sweep.table(block, np.arange(block.size) if lines is None else lines)

    def fresh(self) -> All:
        return All(self.sweep, self.most)

    def merge(self, other: All) -> None:
        if len(self.rows) + len(other.rows) > self.most:
            raise InputError(f"more than {self.most:,} variants; narrow the grid, or write them to a file")
        self.rows += other.rows


@dataclass
class Sample:
    """Keeps every n-th variant, so that about `most` are left at the end: what a plot shows of the many."""

    sweep: Sweep
    most: int
    costs: Sequence[str] = ()

    def __post_init__(self) -> None:
        self.rows: list[Row] = []
        self.step = 1
        self.seen = 0

    def add(self, block: Block, lines: np.ndarray | None) -> None:
        lines = np.arange(block.size) if lines is None else lines
        first = -self.seen % self.step
        self.seen += len(lines)
        self.rows += self.sweep.table(block, lines[first :: self.step])
        while len(self.rows) > 2 * self.most:
            self.rows = self.rows[::2]
            self.step *= 2

    def fresh(self) -> Sample:
        return Sample(self.sweep, self.most)

    def merge(self, other: Sample) -> None:
        self.rows += other.rows
        self.seen += other.seen
        self.step = max(self.step, other.step)
        while len(self.rows) > 2 * self.most:
            self.rows = self.rows[::2]
            self.step *= 2
