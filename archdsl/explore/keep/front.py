"""What is kept of many variants while they stream by: a Pareto front, or the first few in an order.

Both hold lines of integers, the numbers that decide (smaller is better), with a note of which variant each line is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from archdsl.errors import InputError

Notes = Callable[[np.ndarray], list[Any]]
"""What to remember of lines that are kept, given by their numbers in the chunk."""

CELLS = 1 << 14
"""Cells of the table by which most variants are seen to be beaten by a front; few enough for the processor's cache."""

MOST = 50_000
"""Variants that a front, or a list in an order, may have."""

FEW = 1 << 10
"""Lines that are compared with each other at once."""


class Front:
    """The variants that no other beats: none is at least as good in everything and better in something.

    Of variants that are equal in everything that decides, the one that came first is kept.

    Attributes:
        values: one line for each kept variant, one column for each number that decides.
        notes: what was remembered of each.
    """

    def __init__(self, width: int):
        self.values = np.empty((0, width), dtype=np.int64)
        self.notes: list[Any] = []
        self._stairs: _Stairs | None = None

    def add(self, columns: list[np.ndarray], notes: Notes, lines: np.ndarray | None = None) -> None:
        """Take the variants of a chunk.

        Raises:
            InputError: more than MOST variants are such that no other that came so far beats them.

        Args:
            columns: the numbers that decide, one array each, for all lines of the chunk.
            lines: numbers of the lines that count; all, where not given.
        """
        if lines is not None:
            columns = [column[lines] for column in columns]
        kept = self._candidates(columns)
        if not len(kept):
            return
        new = np.stack([column[kept] for column in columns], axis=1)
        first = optimal(new)
        new, kept = new[first], kept[first]
        self._merge(new, notes(kept if lines is None else lines[kept]))

    def merge(self, other: Front) -> None:
        """Take the variants of another front."""
        self._merge(other.values, other.notes)

    def _merge(self, new: np.ndarray, notes: list[Any]) -> None:
        values = np.concatenate([self.values, new]) if len(self.values) else new
        both = [*self.notes, *notes]
        kept = optimal(values)
        if len(kept) > MOST:
            raise _too_large()
        self.values, self.notes, self._stairs = values[kept], [both[line] for line in kept.tolist()], None

    def _candidates(self, columns: list[np.ndarray]) -> np.ndarray:
        """Lines that neither the front so far nor a few good lines of the chunk beat; others may still beat some of them."""
        lines = np.arange(len(columns[0]))
        if any(column.dtype == object for column in (*columns, self.values)):
            return lines
        if len(self.values):
            if self._stairs is None:
                self._stairs = _Stairs(self.values)
            lines = np.flatnonzero(self._stairs.open(columns))
        return _without_plain(columns, lines)


class _Stairs:
    """A front as a staircase: one look into a table tells of most variants that they are beaten.

    All numbers but the one that varies most are sorted into buckets. For each combination of buckets the table holds the least of
    that one number among the kept variants that lie at or below the lower ends of the buckets. A variant that is not lower is beaten,
    or equal to a kept one.
    """

    def __init__(self, values: np.ndarray):
        spans = [int(column.max()) - int(column.min()) for column in values.T]
        self.last = max(range(len(spans)), key=lambda number: spans[number])
        self.others = [number for number in range(len(spans)) if number != self.last]
        most = int(CELLS ** (1 / max(1, len(self.others))))
        self.lows = [int(values[:, number].min()) for number in self.others]
        self.shifts = [max(0, (spans[number] // most).bit_length()) for number in self.others]
        self.ends = [-(-spans[number] >> shift) for number, shift in zip(self.others, self.shifts, strict=True)]
        table = np.full([end + 1 for end in self.ends] or [1], np.iinfo(np.int64).max)
        cells = tuple(
            -((low - values[:, number]) >> shift) for number, low, shift in zip(self.others, self.lows, self.shifts, strict=True)
        )
        np.minimum.at(table, cells or (np.zeros(len(values), dtype=int),), values[:, self.last])
        for axis in range(table.ndim):
            np.minimum.accumulate(table, axis=axis, out=table)
        self.table = table

    def open(self, columns: list[np.ndarray]) -> np.ndarray:
        """A mask of the variants that the table does not show to be beaten."""
        better: Any = False
        cell: Any = 0
        for number, low, shift, end in zip(self.others, self.lows, self.shifts, self.ends, strict=True):
            bucket = (columns[number] - low) >> shift
            better = better | (bucket < 0)
            np.clip(bucket, 0, end, out=bucket)
            cell = cell * (end + 1) + bucket
        found: np.ndarray = (columns[self.last] < self.table.reshape(-1)[cell]) | better
        return found


def _without_plain(columns: list[np.ndarray], lines: np.ndarray) -> np.ndarray:
    """Lines that remain when one good line after another is taken and the lines that it beats are left out, as long as that pays."""
    while len(lines) > FEW:
        some = [column[lines] for column in columns]
        spans = [max(1, int(column.max()) - int(column.min())) for column in some]
        best = int(np.argmin(sum((column - int(column.min())) / span for column, span in zip(some, spans, strict=True))))
        left: np.ndarray = some[0] < some[0][best]
        for column in some[1:]:
            left |= column < column[best]
        left[best] = True
        before, lines = len(lines), lines[left]
        if len(lines) * 4 > before * 3:
            break
    return lines


def optimal(values: np.ndarray) -> np.ndarray:
    """Numbers of the lines that no other line beats, in the order of their values; of equal lines the first."""
    if not len(values):
        return np.arange(0)
    order = np.lexsort(tuple(values[:, column] for column in reversed(range(values.shape[1]))))
    ordered = values[order]
    kept: np.ndarray
    if values.shape[1] == 1:
        kept = np.arange(1)
    elif values.shape[1] == 2:
        y = ordered[:, 1]
        before = np.minimum.accumulate(y)
        kept = np.ones(len(y), dtype=bool)
        kept[1:] = y[1:] < before[:-1]
    else:
        kept = _skyline(ordered)
    found: np.ndarray = order[kept]
    return found


def _skyline(ordered: np.ndarray, step: int = 256) -> np.ndarray:
    """The same for lines in lexicographic order, in which only an earlier line can beat a later one."""
    kept = np.empty((0, ordered.shape[1]), dtype=ordered.dtype)
    numbers: list[int] = []
    for start in range(0, len(ordered), step):
        piece = ordered[start : start + step]
        beaten = np.tril(_beats(piece, piece), -1).any(axis=1)  # by a line that is beaten itself too: what beats that beats both
        left = np.flatnonzero(~beaten)
        for first in range(0, len(kept), FEW):
            if len(left):
                left = left[~_beats(kept[first : first + FEW], piece[left]).any(axis=1)]
        numbers.extend((start + left).tolist())
        if len(numbers) > MOST:
            raise _too_large()
        kept = np.concatenate([kept, piece[left]])
    return np.array(numbers, dtype=int)


def _beats(earlier: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """For each line, whether each earlier one is at least as good; the first number is known to be."""
    found = np.ones((len(lines), len(earlier)), dtype=bool)
    for column in range(1, lines.shape[1]):
        found &= earlier[None, :, column] <= lines[:, column, None]
    return found


def _too_large() -> InputError:
    return InputError(
        f"the front has more than {MOST:,} variants, which is more than is kept: "
        "name fewer costs, narrow it with --where (a condition), or take coarser steps"
    )


class First:
    """The first few variants in an order, smallest numbers first; of equal ones those that came first."""

    def __init__(self, count: int):
        """Raises InputError where more are wanted than are kept."""
        if count > MOST:
            raise InputError(f"a list of {count:,} variants is longer than {MOST:,}; write all of them to a file")
        self.count = count
        self.values = np.empty(0, dtype=np.int64)
        self.notes: list[Any] = []

    def add(self, column: np.ndarray, notes: Notes, lines: np.ndarray | None = None) -> None:
        """Take the variants of a chunk; `lines` are the numbers of those that count."""
        if lines is not None:
            column = column[lines]
        full = len(self.values) >= self.count
        kept = np.flatnonzero(column < self.values[-1]) if full else np.arange(len(column))
        if len(kept) > self.count:
            part = np.argpartition(column[kept], self.count - 1)[: self.count]
            last = column[kept][part].max()
            sure = kept[column[kept] < last]
            ties = kept[column[kept] == last][: self.count - len(sure)]
            kept = np.sort(np.concatenate([sure, ties]))
        if len(kept):
            self._merge(column[kept], notes(kept if lines is None else lines[kept]))

    def merge(self, other: First) -> None:
        """Take the variants of another."""
        self._merge(other.values, other.notes)

    def _merge(self, new: np.ndarray, notes: list[Any]) -> None:
        values = np.concatenate([self.values, new]) if len(self.values) else np.asarray(new)
        both = [*self.notes, *notes]
        order = np.argsort(values, kind="stable")[: self.count]
        self.values, self.notes = values[order], [both[line] for line in order.tolist()]
