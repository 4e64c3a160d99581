"""Every variant of a sweep into a file, block by block: Parquet for tools, CSV for people."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from archdsl.errors import BackendError, InputError
from archdsl.exact.shown import jsonable, shown
from archdsl.explore.blocks import Block

if TYPE_CHECKING:
    from archdsl.explore.sweep import Sweep

ENDINGS = (".parquet", ".csv")


@contextmanager
def table_file(path: Path, sweep: Sweep) -> Iterator[Parquet | Csv]:
    """What keeps every variant in a file, which appears when the block ends well and not before.

    Raises:
        InputError: another ending, or the file cannot be written.
        BackendError: Parquet needs pyarrow, which is not installed.
    """
    if path.suffix.lower() not in ENDINGS:
        raise InputError(f"{path}: a table of variants ends in {' or '.join(ENDINGS)}")
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from None
    os.close(handle)
    made = Path(name)
    try:
        file = (Parquet if path.suffix.lower() == ".parquet" else Csv)(made, sweep)
        yield file
        file.close()
        made.chmod(0o644)
        made.replace(path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from None
    finally:
        made.unlink(missing_ok=True)


class Csv:
    """Comma-separated values: fractions as decimals, lists as [3, 5]."""

    costs: Sequence[str] = ()

    def __init__(self, path: Path, sweep: Any):
        self.sweep = sweep
        self.file = path.open("w", encoding="utf-8", newline="")
        self.writer = csv.writer(self.file, lineterminator="\n")
        self.writer.writerow([*sweep.settings, *sweep.shown])
        self.values = [[_cell(value) for value in values] for values in _settings(sweep)]

    def add(self, block: Block, lines: np.ndarray | None) -> None:
        """Write the variants of a block."""
        places = _numbers(block, lines)
        columns = [[texts[number] for number in places[axis]] for axis, texts in zip(_axes(self.sweep), self.values, strict=True)]
        columns += [_costs(block, name, lines).tolist() for name in self.sweep.shown]
        self.writer.writerows(zip(*columns, strict=True))

    def merge(self, other: Any) -> None:
        raise AssertionError("a file is written by one process")

    def fresh(self) -> Any:
        raise AssertionError("a file is written by one process")

    def close(self) -> None:
        """Finish the file."""
        self.file.close()


class Parquet:
    """Parquet: settings as ints, floats, words or lists, costs as 64-bit ints (floats, where they are fractions)."""

    costs: Sequence[str] = ()

    def __init__(self, path: Path, sweep: Any):
        try:
            import pyarrow
            from pyarrow import parquet
        except ImportError:
            raise BackendError("a .parquet file needs pyarrow, which is not installed: pip install 'archdsl[parquet]'") from None
        self.sweep = sweep
        self.arrow = pyarrow
        self.values = [pyarrow.array(_typed(values)) for values in _settings(sweep)]
        whole = pyarrow.int64()
        kinds = [whole if sweep.objective(name).den == 1 else pyarrow.float64() for name in sweep.shown]
        names = [*sweep.settings, *sweep.shown]
        types = [*(values.type for values in self.values), *kinds]
        self.schema = pyarrow.schema(list(zip(names, types, strict=True)))
        self.writer = parquet.ParquetWriter(path, self.schema)

    def add(self, block: Block, lines: np.ndarray | None) -> None:
        """Write the variants of a block."""
        places = _numbers(block, lines)
        columns = [
            values.take(self.arrow.array(places[axis])) for axis, values in zip(_axes(self.sweep), self.values, strict=True)
        ]
        try:
            columns += [
                self.arrow.array(_costs(block, name, lines), type=self.schema.field(name).type) for name in self.sweep.shown
            ]
        except OverflowError:
            raise InputError("a cost is longer than the 64 bits of a Parquet file; write it to .csv") from None
        self.writer.write_table(self.arrow.table(columns, schema=self.schema))

    def merge(self, other: Any) -> None:
        raise AssertionError("a file is written by one process")

    def fresh(self) -> Any:
        raise AssertionError("a file is written by one process")

    def close(self) -> None:
        """Finish the file."""
        self.writer.close()


def _settings(sweep: Sweep) -> list[list[Any]]:
    """For every setting its value at each place of its axis."""
    return [[point[place] for point in axis.points] for axis in sweep.axes for place in range(len(axis.names))]


def _axes(sweep: Sweep) -> list[int]:
    """For every setting the number of its axis."""
    return [number for number, axis in enumerate(sweep.axes) for _ in axis.names]


def _numbers(block: Block, lines: np.ndarray | None) -> list[np.ndarray]:
    """For every axis the places of variants on the whole axis."""
    found = block.places(np.arange(block.size) if lines is None else lines)
    return [chosen[here] for chosen, here in zip(block.box.chosen, found, strict=True)]


def _costs(block: Block, name: str, lines: np.ndarray | None) -> np.ndarray:
    total, column = block.costed.total(name), block.column(name)
    column = column if lines is None else column[lines]
    return column if total.den == 1 else column / total.den


def _cell(value: Any) -> Any:
    return shown(value) if isinstance(value, (tuple, bool)) or value is None else jsonable(value)


def _typed(values: Sequence[Any]) -> list[Any]:
    """Values of one type: floats where any is a fraction, texts where they are of several kinds."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, Fraction}:
        return [jsonable(value) if kinds == {int} or value is None else float(value) for value in values]
    if len(kinds) > 1:
        return [shown(value) for value in values]
    return [jsonable(value) for value in values]
