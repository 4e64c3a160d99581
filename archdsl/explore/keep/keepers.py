"""What is kept of a sweep's variants while they stream by: the Pareto front, the first in an order, a sample, or all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np

from archdsl.errors import InputError
from archdsl.explore.criteria.objective import Objective
from archdsl.explore.grid.chunk import Chunk
from archdsl.explore.keep.front import First, Front
from archdsl.explore.variants import Row


class Keeper(Protocol):
    """Takes the variants of a sweep chunk by chunk and keeps what it is for."""

    @property
    def costs(self) -> Sequence[str]:
        """Costs that it reads beside those that rows show."""

    def add(self, chunk: Chunk, lines: np.ndarray | None) -> None:
        """Take a chunk; `lines` are the numbers of the lines that pass, None for all."""


class Mergeable(Keeper, Protocol):
    """A keeper whose work several processes can share."""

    def merge(self, other: Any) -> None:
        """Take what another of the same kind has kept of later variants."""

    def fresh(self) -> Any:
        """Another of the same kind that has not kept anything yet."""


@dataclass
class Pareto:
    """Keeps the variants that no other beats, with the costs `shown`. Raises InputError where a cost is not known."""

    shown: Sequence[str]
    objectives: list[Objective]

    def __post_init__(self) -> None:
        self.front = Front(len(self.objectives))

    @property
    def costs(self) -> Sequence[str]:
        return [objective.name for objective in self.objectives]

    def add(self, chunk: Chunk, lines: np.ndarray | None) -> None:
        for objective in self.objectives:
            chunk.region.known(objective.name)
        columns = [objective.column(chunk) for objective in self.objectives]
        self.front.add(columns, lambda kept: chunk.rows(kept, self.shown), lines)

    def fresh(self) -> Pareto:
        return Pareto(self.shown, self.objectives)

    def merge(self, other: Pareto) -> None:
        self.front.merge(other.front)

    @property
    def rows(self) -> list[Row]:
        """The front, in the order of the first objective."""
        return self.front.notes


@dataclass
class Top:
    """Keeps the first `count` variants in the order of one objective."""

    shown: Sequence[str]
    count: int
    objective: Objective

    def __post_init__(self) -> None:
        self.first = First(self.count)

    @property
    def costs(self) -> Sequence[str]:
        return [self.objective.name]

    def add(self, chunk: Chunk, lines: np.ndarray | None) -> None:
        self.first.add(self.objective.column(chunk), lambda kept: chunk.rows(kept, self.shown), lines)

    def fresh(self) -> Top:
        return Top(self.shown, self.count, self.objective)

    def merge(self, other: Top) -> None:
        self.first.merge(other.first)

    @property
    def rows(self) -> list[Row]:
        """The variants in order."""
        return self.first.notes


@dataclass
class _Rows:
    """Keeps rows up to a number of them."""

    shown: Sequence[str]
    most: int
    costs: Sequence[str] = ()

    def __post_init__(self) -> None:
        self.rows: list[Row] = []

    def fresh(self) -> Self:
        return type(self)(self.shown, self.most)


@dataclass
class All(_Rows):
    """Keeps every variant. Raises InputError where they are more than `most`."""

    def add(self, chunk: Chunk, lines: np.ndarray | None) -> None:
        lines = np.arange(chunk.size) if lines is None else lines
        self._need_room(len(lines))
        self.rows += chunk.rows(lines, self.shown)

    def merge(self, other: All) -> None:
        self._need_room(len(other.rows))
        self.rows += other.rows

    def _need_room(self, count: int) -> None:
        if len(self.rows) + count > self.most:
            raise InputError(f"more than {self.most:,} variants; narrow the grid, or write them to a file")


@dataclass
class Sample(_Rows):
    """Keeps every n-th variant, so that `most` to twice as many are left of a large grid: what a plot shows of it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.step = 1
        self.seen = 0

    def add(self, chunk: Chunk, lines: np.ndarray | None) -> None:
        lines = np.arange(chunk.size) if lines is None else lines
        first = -self.seen % self.step
        self.seen += len(lines)
        self.rows += chunk.rows(lines[first :: self.step], self.shown)
        self._thin()

    def merge(self, other: Sample) -> None:
        self.rows += other.rows
        self.seen += other.seen
        self.step = max(self.step, other.step)
        self._thin()

    def _thin(self) -> None:
        while len(self.rows) > 2 * self.most:
            self.rows = self.rows[::2]
            self.step *= 2
