"""Every variant of a sweep into a file, chunk by chunk: Parquet for tools, CSV for people."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from archdsl.artifacts import files
from archdsl.errors import InputError
from archdsl.exact.shown import jsonable, shown
from archdsl.explore.grid.axis import Axis
from archdsl.explore.grid.chunk import Chunk
from archdsl.extras import needed_by

ENDINGS = (".parquet", ".csv")


@contextmanager
def table_file(path: Path, axes: Sequence[Axis], costs: Mapping[str, int]) -> Iterator[Parquet | Csv]:
    """A keeper that writes every variant to a file, which appears when the `with` block ends well and not before.

    Args:
        costs: that the file is to have, by name, each with its denominator.

    Raises:
        InputError: another ending, or the file cannot be written.
        BackendError: Parquet needs pyarrow, which is not installed.
    """
    if path.suffix.lower() not in ENDINGS:
        raise InputError(f"{path}: a table of variants ends in {' or '.join(ENDINGS)}")
    with files(path) as made:
        file = (Parquet if path.suffix.lower() == ".parquet" else Csv)(made, axes, costs)
        yield file
        file.close()


class Csv:
    """Comma-separated values: fractions as decimals, lists as [3, 5]."""

    def __init__(self, path: Path, axes: Sequence[Axis], costs: Mapping[str, int]):
        self.columns = _Columns(axes)
        self.costs = tuple(costs)
        self.file = path.open("w", encoding="utf-8", newline="")
        self.writer = csv.writer(self.file, lineterminator="\n")
        self.writer.writerow([*self.columns.names, *costs])
        self.values = [[_cell(value) for value in values] for values in self.columns.values]

    def add(self, chunk: Chunk, lines: np.ndarray | None) -> None:
        """Write the variants of a chunk."""
        places = self.columns.places(chunk, lines)
        columns = [[texts[number] for number in here] for here, texts in zip(places, self.values, strict=True)]
        columns += [_costs(chunk, name, lines).tolist() for name in self.costs]
        self.writer.writerows(zip(*columns, strict=True))

    def close(self) -> None:
        """Finish the file."""
        self.file.close()


class Parquet:
    """Parquet: settings as ints, floats, words or lists, costs as 64-bit ints (as floats where they are fractions)."""

    def __init__(self, path: Path, axes: Sequence[Axis], costs: Mapping[str, int]):
        with needed_by("a .parquet file"):
            import pyarrow
            from pyarrow import parquet
        self.columns = _Columns(axes)
        self.costs = tuple(costs)
        self.arrow = pyarrow
        self.values = [pyarrow.array(_typed(values)) for values in self.columns.values]
        kinds = [pyarrow.int64() if den == 1 else pyarrow.float64() for den in costs.values()]
        types = [*(values.type for values in self.values), *kinds]
        self.schema = pyarrow.schema(list(zip([*self.columns.names, *costs], types, strict=True)))
        self.writer = parquet.ParquetWriter(path, self.schema)

    def add(self, chunk: Chunk, lines: np.ndarray | None) -> None:
        """Write the variants of a chunk."""
        places = self.columns.places(chunk, lines)
        columns = [values.take(self.arrow.array(here)) for here, values in zip(places, self.values, strict=True)]
        try:
            columns += [self.arrow.array(_costs(chunk, name, lines), type=self.schema.field(name).type) for name in self.costs]
        except OverflowError:
            raise InputError("a cost is longer than the 64 bits of a Parquet file; write it to .csv") from None
        self.writer.write_table(self.arrow.table(columns, schema=self.schema))

    def close(self) -> None:
        """Finish the file."""
        self.writer.close()


class _Columns:
    """The columns of the settings.

    Attributes:
        values: for every setting its value at each place of its axis.
    """

    def __init__(self, axes: Sequence[Axis]):
        self.names = [name for axis in axes for name in axis.names]
        self.values = [[point[place] for point in axis.points] for axis in axes for place in range(len(axis.names))]
        self.axes = [number for number, axis in enumerate(axes) for _ in axis.names]

    def places(self, chunk: Chunk, lines: np.ndarray | None) -> list[np.ndarray]:
        """For every setting the places of some lines on its axis."""
        inside = chunk.places(np.arange(chunk.size) if lines is None else lines)
        found = [chosen[here] for chosen, here in zip(chunk.region.box.chosen, inside, strict=True)]
        return [found[axis] for axis in self.axes]


def _costs(chunk: Chunk, name: str, lines: np.ndarray | None) -> np.ndarray:
    total, column = chunk.region.known(name), chunk.column(name)
    column = column if lines is None else column[lines]
    return column if total.den == 1 else column / total.den


def _cell(value: Any) -> Any:
    return shown(value) if isinstance(value, (tuple, bool, str)) or value is None else jsonable(value)


def _typed(values: Sequence[Any]) -> list[Any]:
    """Values of one type: floats where any is a fraction, texts where they are of several kinds."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, Fraction}:
        return [jsonable(value) if kinds == {int} or value is None else float(value) for value in values]
    if len(kinds) > 1:
        return [shown(value) for value in values]
    return [jsonable(value) for value in values]
