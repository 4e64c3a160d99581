"""Cells of several rows under one name, as `--set`, axes and `--where` of transform take them.

rows.5-9.exp                    the rows of a range; rows.5,7,9 and rows.2-4,9 name them one by one
rows.*.exp                      all rows that hold something in the column
rows[op=dp_a].kernel            the rows in which a cell is so; rows[op=dp_a,se=true] and rows.5-16[op=dp_a] narrow further
rows.5-9.exp=*1.1               each row its own number times 1.1; +16 is 16 more, +-16 is 16 less

A product is rounded to the nearest multiple (halves up, at least one) of what all numbers of the column are multiples of: 8 under 16, 64,
72, ...; 1 under 3, 5. Under a column with a fraction it is exact. A sum is exact, and must be whole where the column is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from archdsl.errors import InputError, near_miss
from archdsl.exact import divide, exact, floor, is_integer, is_number, is_single_number, maximum
from archdsl.exact.shown import describe, written
from archdsl.spec.model import Body, Call, Constant, Formula, Inline, ListOf, Table
from archdsl.spec.read_modifiers import MODIFIERS
from archdsl.spec.rows import tables

_CELLS = re.compile(r"(?P<rows>rows(?:\.[0-9*][^\[\].]*(?:\[.*\])?|\[.*\]))\.(?P<column>[^.\[\]*+]+)(?P<way>[*+]?)\Z")
_ROWS = re.compile(r"rows(?:\.(?P<places>[^\[\].]*))?(?:\[(?P<conditions>.*)\])?\Z")
_PLACE = re.compile(r"([0-9]{1,6})(?:-([0-9]{1,6}))?\Z")
_NUMBER = re.compile(r"[-+]?[0-9]{1,40}(?:\.[0-9]{1,40}|/[0-9]{1,40})?\Z")
WAYS = ("*", "+")
GROUPS = "rows.5-9, rows.5,7,9, rows.* or rows[op=NAME]"


class Row(NamedTuple):
    """A row and the table that it stands in."""

    call: Call
    table: Table

    def cell(self, column: str) -> Any:
        """What it holds in a column: a number, a word, a list, a formula as a `Value`; None where nothing is given."""
        if column == "op":
            return self.call.target
        value = getattr(self.call.mods, MODIFIERS[column][0]) if column in MODIFIERS else self.call.args.get(column)
        return value.value if isinstance(value, Constant) else value


@dataclass(frozen=True)
class Cells:
    """The cells that a setting names.

    Attributes:
        way: `*` or `+` where a value says what becomes of the number of each row, otherwise empty.
    """

    column: str
    rows: tuple[int, ...]
    way: str = ""


@lru_cache(maxsize=4)
def rows_of(net: Body) -> dict[int, Row]:
    """The rows of a net by their numbers."""
    return {call.row: Row(call, table) for table in tables(net) for call in table.calls() if call.row is not None}


def is_cells(name: str) -> bool:
    """Whether the name of a setting means cells of rows."""
    return name.startswith(("rows.", "rows["))


def split_setting(text: str) -> tuple[str, str, str]:
    """`name=value` as name, `=` and value; an equals sign in brackets of the name belongs to the name."""
    start = text.find("].") if text.lstrip().startswith("rows") and "[" in text.partition("=")[0] else -1
    place = text.find("=", max(start, 0))
    return (text.strip(), "", "") if place < 0 else (text[:place].strip(), "=", text[place + 1 :])


def cells(net: Body, name: str) -> Cells:
    """What a name means.

    Raises:
        InputError: not of the form above, no such row or column, or a group of no row.
    """
    found = _CELLS.match(name)
    if found is None:
        raise InputError(f"'{name}' names no cell; write rows.NUMBER.COLUMN, as in rows.15.exp; several rows as {GROUPS}")
    column, known = found["column"], rows_of(net)
    rows = named_rows(found["rows"], known, name)
    if found["rows"] == "rows.*":
        rows = [row for row in rows if known[row].cell(column) is not None] or rows
    columns = list(dict.fromkeys(each for row in rows for each in known[row].table.columns))
    if column not in columns:
        raise InputError(f"{name}: unknown column '{column}'; {near_miss(column, columns) or _known(columns)}")
    for row in rows:
        if column not in known[row].table.columns:
            raise InputError(f"{name}: the table of row {row} has no column '{column}'")
    return Cells(column, tuple(rows), found["way"])


def named_rows(text: str, known: dict[int, Row], name: str) -> list[int]:
    """The numbers of the rows that `rows.5-9`, `rows.*` or `rows[op=dp_a]` means, ascending.

    Args:
        name: how messages begin.

    Raises:
        InputError: not of the form above, no such row or column, or none.
    """
    found = _ROWS.match(text)
    if found is None or (found["places"] is None and found["conditions"] is None) or found["places"] == "":
        raise InputError(f"{name}: '{text}' names no rows; write rows.15, {GROUPS}")
    if not known:
        raise InputError(f"{name}: no row {found['places'] or 'at all'}; the net has no table")
    places = found["places"]
    rows = set(known) if places in (None, "*") else set(_places(places, known, name))
    for condition in _pieces(found["conditions"]) if found["conditions"] is not None else ():
        rows = _holding(condition, rows, known, name)
    return sorted(rows)


def _places(text: str, known: dict[int, Row], name: str) -> Iterator[int]:
    for piece in text.split(","):
        found = _PLACE.match(piece.strip())
        if found is None:
            raise InputError(f"{name}: '{piece.strip()}' is no row; write rows.15, {GROUPS}")
        first, last = int(found[1]), int(found[2] or found[1])
        if last < first:
            raise InputError(f"{name}: the range {first}-{last} falls; write {last}-{first}")
        wrong = next((row for row in (first, last) if row not in known), None)
        if wrong is not None:
            raise InputError(f"{name}: no row {wrong}; the tables have rows 1 to {max(known)}")
        yield from (row for row in range(first, last + 1) if row in known)


def _holding(condition: str, rows: Iterable[int], known: dict[int, Row], name: str) -> set[int]:
    """The rows in which a condition such as `op=dp_a` holds."""
    column, equals, text = (piece.strip() for piece in condition.partition("="))
    if not equals or not column or not text:
        raise InputError(f"{name}: '{condition.strip()}' is no condition on rows; write column=value, as in rows[op=NAME]")
    rows = list(rows)
    columns = list(dict.fromkeys(each for row in rows for each in known[row].table.columns))
    if column not in columns:
        raise InputError(f"{name}: unknown column '{column}'; {near_miss(column, columns) or _known(columns)}")
    held = {row: _said(known[row].cell(column)) for row in rows}
    wanted = _said(_value(text))
    found = {row for row in rows if held[row] == wanted}
    if not found:
        there = list(dict.fromkeys(held.values()))
        raise InputError(f"{name}: no row has {column} {wanted}; {near_miss(wanted, there) or 'there are ' + ', '.join(there)}")
    return found


def _said(held: Any) -> str:
    """What a cell holds as its text, by which cells are compared."""
    if isinstance(held, Formula):
        return f"${held.bare}" if held.bare is not None else "a formula"
    return "a list" if isinstance(held, (ListOf, Inline)) else written(held)


def _value(text: str) -> Any:
    try:
        return exact(Fraction(text))
    except (ValueError, ZeroDivisionError):
        return {"true": True, "false": False, "~": None, "null": None}.get(text, text)


def _pieces(text: str) -> list[str]:
    """What commas part, those in brackets left alone."""
    return re.split(r",(?![^\[]*\])", text)


# -- each row its own number ---------------------------------------------------------------------------------------------------


def relative(name: str, raw: Any) -> tuple[str, Any]:
    """A setting whose text is `*1.1` or `+16` as the name with its way and the number; any other as it is.

    Raises:
        InputError: no number stands behind the sign.
    """
    if not isinstance(raw, str) or not is_cells(name) or not raw.strip().startswith(WAYS):
        return name, raw
    way, text = raw.strip()[0], raw.strip()[1:].strip()
    if not _NUMBER.match(text) or name.endswith(WAYS):
        raise InputError(
            f"{name}={raw}: what {'multiplies' if way == '*' else 'is added'} is a number, as in *1.1, *3/2, +16 or +-16"
        )
    return name + way, exact(Fraction(text))


def relative_values(name: str, text: str) -> tuple[str, str]:
    """The values of an axis likewise: `*0.9,*1,*1.1` becomes `0.9,1,1.1` of the name with its way.

    Raises:
        InputError: values with a sign among others.
    """
    pieces = [piece.strip() for piece in re.split("[,:]", text)]
    signs = {piece[:1] if piece.startswith(WAYS) else "" for piece in pieces}
    if not is_cells(name) or signs == {""} or name.endswith(WAYS):
        return name, text
    if ":" in text and pieces[0].startswith(WAYS):
        signs = {piece[:1] for piece in pieces if piece.startswith(WAYS)}
    if len(signs) > 1:
        raise InputError(f"{name}={text}: numbers, factors (*1.1) and what is added (+16) cannot stand in one axis")
    way = signs.pop()
    return name + way, re.sub(rf"(^|[,:])\s*\{way}", r"\1", text)


def relative_of(name: str, values: Iterable[Any]) -> tuple[str, Iterable[Any]]:
    """The values of an axis in Python likewise: `["*0.9", "*1"]`. Raises InputError for such texts among others."""
    if not is_cells(name) or not isinstance(values, (list, tuple)):
        return name, values
    found = [relative(name, value) for value in values]
    names = {each for each, _ in found}
    if len(names) > 1:
        raise InputError(f"{name}: numbers, factors (*1.1) and what is added (+16) cannot stand in one axis")
    return names.pop() if names else name, [value for _, value in found]


def spread(net: Body, name: str, value: Any) -> Iterator[tuple[int, str, Any]]:
    """What a setting of cells puts where: row, column and value.

    Raises:
        InputError: the name is wrong, or a row holds no number that could be multiplied or added to.
    """
    found = cells(net, name)
    known = rows_of(net)
    step = _step(found.column, known) if found.way else None
    for row in found.rows:
        yield row, found.column, _changed(known[row].cell(found.column), found, value, step, row) if found.way else value


def _changed(held: Any, found: Cells, value: Any, step: int | None, row: int) -> Any:
    if not is_single_number(held):
        what = "nothing" if held is None else _said(held) if isinstance(held, (Formula, ListOf, Inline)) else describe(held)
        done = "multiplied" if found.way == "*" else "added to"
        raise InputError(f"rows.{row}.{found.column} holds {what}, which cannot be {done}; name the rows that hold numbers")
    if not is_number(value):
        raise InputError(f"rows.{row}.{found.column}: {describe(value)} is no number")
    if found.way == "+":
        if step is not None and not is_integer(value):
            raise InputError(f"rows.{row}.{found.column} holds whole numbers; {describe(value)} cannot be added")
        return held + value
    if step is None:
        return held * value
    return maximum(step, floor(divide(held * value, step) + Fraction(1, 2)) * step)


def _step(column: str, known: dict[int, Row]) -> int | None:
    """What all numbers of a column are multiples of; None where one is not whole."""
    numbers = [cell for row in known.values() if is_single_number(cell := row.cell(column))]
    whole = [number for number in numbers if isinstance(number, int)]
    return math.gcd(*whole) or 1 if len(whole) == len(numbers) else None


def _known(names: Iterable[str]) -> str:
    return f"known: {', '.join(names)}"
