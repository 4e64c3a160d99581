"""Printing errors: an axis along which one cell of a table at a time holds another value of its column."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archdsl.errors import InputError
from archdsl.explore.grid.axis import Axis
from archdsl.spec.model import Call, Constant, Spec
from archdsl.spec.rows import tables


def typos(spec: Spec) -> Axis:
    """The table as it stands, then with each cell changed to each other value that its column holds.

    Cells that are empty or hold a formula stay as they are, and an operator is changed only to one whose rows fill the same columns.

    Raises:
        InputError: the net has no table.
    """
    base: dict[str, Any] = {}
    changes: list[tuple[str, Any]] = []
    for rows in _tables(spec):
        columns = dict.fromkeys(column for row in rows for column in row)
        for column in columns:
            held = list(dict.fromkeys(row[column] for row in rows if column in row))
            for row in rows:
                if column == "#" or column not in row:
                    continue
                name = f"rows.{row['#']}.{column}"
                base[name] = row[column]
                others = [other[column] for other in rows if other.keys() == row.keys()] if column == "op" else held
                changes += [(name, value) for value in dict.fromkeys(others) if value != row[column]]
    if not changes:
        raise InputError(f"{spec.name} has no table whose cells could be changed")
    names = tuple(base)
    points = [tuple(base.values())]
    points += [tuple(value if name == changed else base[name] for name in names) for changed, value in changes]
    return Axis(names, tuple(points), tuple(base.values()))


def _tables(spec: Spec) -> Iterator[list[dict[str, Any]]]:
    """The rows of each table: the number under `#`, and the value of every cell that holds one."""
    for table in tables(spec.net):
        yield [_cells(call) for call in table.calls()]


def _cells(call: Call) -> dict[str, Any]:
    plain = {name: value.value for name, value in call.args.items() if isinstance(value, Constant) and value.value is not None}
    return {"#": call.row, "op": call.target, **plain}
