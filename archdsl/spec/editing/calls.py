"""One step as the row of a table, and a row as a step."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from archdsl.errors import near_miss
from archdsl.spec.editing.places import EditError, Place, Text
from archdsl.spec.editing.tables import in_line
from archdsl.spec.read_modifiers import MODIFIERS
from archdsl.spec.suggest.tree import Part
from archdsl.spec.yaml_text import scalar

_STRUCTURE = {"fork": "a fork", "split": "a split", "stage": "a stage", "table": "a table", "if": "a choice"}
_PLAIN = re.compile(r"[-+0-9./eE]+\Z")


@dataclass
class Written:
    """A call as it is written: texts that can stand in brackets, by argument and by modifier.

    Attributes:
        alone: a value without the name of its argument.
    """

    word: str
    args: dict[str, str] = field(default_factory=dict)
    mods: dict[str, str] = field(default_factory=dict)
    alone: str = ""

    def step(self) -> str:
        """The call as a step."""
        held = self.alone or ("{" + ", ".join(f"{key}: {value}" for key, value in self.args.items()) + "}")
        if self.mods:
            return "{" + ", ".join([f"{self.word}: {held}", *(f"{key}: {value}" for key, value in self.mods.items())]) + "}"
        return f"{self.word}: {held}" if self.args or self.alone else self.word

    def row(self, columns: list[str]) -> list[str]:
        """The call as the cells of a row. Raises EditError for what has no column."""
        if self.alone:
            raise EditError(
                f"'{self.word}: {self.alone}' does not say which argument its value is; name it, then it can be a row"
            )
        for name in (*self.args, *self.mods):
            if name not in columns:
                near = near_miss(name, columns) or f"columns: {', '.join(columns)}"
                raise EditError(f"the table has no column '{name}', which this {self.word} gives; {near}")
        given = {"op": self.word, **self.args, **self.mods}
        return [given.get(column, "~") for column in columns]


def columns_of(table: Part | None) -> list[str]:
    """The columns of a table."""
    columns = table.get("columns") if table is not None else None
    return [item.text for item in columns.items] if columns is not None else []


def call_of(text: Text, place: Place) -> Written:
    """The call of a step or a row; numbers under a scale come as the formula that they stand for.

    Raises:
        EditError: it is no call, or holds what cannot stand in brackets.
    """
    if place.kind == "row":
        return _of_row(text, place)
    part = place.part
    if part.kind == "scalar":
        return Written(text.of(part))
    if part.kind == "list":
        raise EditError("a list of steps is no call")
    found = Written("")
    for key, value in part.pairs:
        if key.text in _STRUCTURE:
            raise EditError(f"{_STRUCTURE[key.text]} cannot be the row of a table")
        if key.text in MODIFIERS:
            found.mods[key.text] = bracketed(text, value)
        else:
            found.word = text.of(key)
            _arguments(text, value, found)
    return found


def _arguments(text: Text, value: Part | None, found: Written) -> None:
    if value is not None and value.kind == "map":
        found.args = {key.text: bracketed(text, held) for key, held in value.pairs}
    elif (value is not None and value.text not in ("", "~")) or (value is not None and value.kind == "list"):
        found.alone = bracketed(text, value)


def _of_row(text: Text, place: Place) -> Written:
    table = place.listing.table
    scale = table.get("scale") if table is not None else None
    columns = columns_of(table)
    if place.part.kind != "list" or len(columns) != len(place.part.items):
        raise EditError(f"row of line {place.first + 1} has not as many cells as its table has columns")
    found = Written("")
    for column, cell in zip(columns, place.part.items, strict=True):
        written = bracketed(text, cell)
        formula = scale.get(column) if scale is not None else None
        if column == "op":
            found.word = written
        elif cell.plain and cell.text in ("~", "null", ""):
            continue
        elif column in MODIFIERS:
            found.mods[column] = written
        elif formula is not None and cell.plain and _PLAIN.match(cell.text):
            found.args[column] = scalar(re.sub(r"\$value\b", cell.text, formula.text), flow=True)
        else:
            found.args[column] = written
    return found


def bracketed(text: Text, part: Part | None) -> str:
    """What is written for a value, as it can stand in brackets on one line. Raises EditError where it cannot."""
    if part is None:
        return "~"
    if part.kind == "scalar":
        written = text.of(part)
        if not part.plain and written[:1] in ("|", ">"):
            return scalar('"' + part.text.strip().replace('"', '\\"') + '"', flow=True)
        return scalar(" ".join(written.split()), flow=True) if part.plain else written
    if part.flow and part.start[0] == part.end[0]:
        return text.of(part)
    if "#" in text.of(part):
        raise EditError("what stands here over several lines with comments cannot be written on one line")
    if part.kind == "list":
        return "[" + ", ".join(bracketed(text, item) for item in part.items) + "]"
    return "{" + ", ".join(f"{text.of(key)}: {bracketed(text, value)}" for key, value in part.pairs) + "}"


def as_row(text: Text, call: Written, table: Part | None) -> str:
    """A call as a row of a table, its cells where those of the other rows stand.

    A number is a printed number of that table: where its column has a scale, the scale applies to it.

    Raises:
        EditError: the table has no column for something that the call gives.
    """
    columns = columns_of(table)
    if table is None or not columns:
        raise EditError("this table has no columns that could be read")
    return in_line(text, table, call.row(columns))
