"""Settings written into the text: values of knobs as their defaults, cells of tables as cells."""

from __future__ import annotations

import re
from collections.abc import Mapping

from archdsl.errors import near_miss
from archdsl.spec.editing.places import EditError, Place, Text
from archdsl.spec.editing.tables import format_tables
from archdsl.spec.suggest.edits import Edit, apply
from archdsl.spec.suggest.imports import HEAD
from archdsl.spec.suggest.tree import Part
from archdsl.spec.yaml_text import scalar

_BEFORE_KNOBS = (*HEAD, "input")


def keep_settings(text: str, settings: Mapping[str, str]) -> str:
    """The text with settings written into it: it says then what the settings said.

    A knob of the text gets another default; one that comes from elsewhere gets a line under `knobs`, as do cells of a table of
    another file under `rows`.

    Args:
        settings: values as they are written in a spec, by name.

    Raises:
        EditError: one that has no place in the text, such as an argument of a block.
        SpecError: the text is not YAML.
    """
    for name, value in settings.items():
        read = Text(text)
        written = value_text(value)
        parts = name.split(".")
        if parts[0] == "rows" and len(parts) == 3:
            text = _cell(read, name, parts[1], parts[2], written)
        elif parts[0] == "blocks":
            raise EditError(f"{name}: an argument of a block stands in its calls, not in one place of the text")
        elif len(parts) == 1:
            text = _knob(read, name, written)
        elif len(parts) == 2 and parts[1].isdigit():
            text = _element(read, parts[0], int(parts[1]), written)
        else:
            raise EditError(f"{name}: this setting has no place in the text")
    return text


def value_text(value: str) -> str:
    """The value of a setting as it can stand in brackets of a text."""
    bare = value.strip()
    return bare if bare.startswith(("{", "[", "'")) else scalar(bare, flow=True)


def _replaced(read: Text, part: Part, written: str) -> str:
    return read.text[: read.offset(part.start)] + written + read.text[read.offset(part.end) :]


def _default(read: Text, name: str) -> tuple[Part | None, Part | None]:
    """The knob as the text has it, and its default, which may be the same."""
    knobs = read.root.get("knobs") if read.root is not None else None
    knob = knobs.get(name) if knobs is not None else None
    if knob is None or knob.kind != "map":
        return knob, knob
    return knob, knob.get("default")


def _knob(read: Text, name: str, written: str) -> str:
    knob, default = _default(read, name)
    if default is not None:
        return _replaced(read, default, (" " if default.start == default.end else "") + written)
    if knob is not None and knob.items:
        first = knob.items[0].start
        between = ", " if knob.flow else read.newline + " " * first[1]
        return apply(read.text, [Edit(*first, *first, f"default: {written}{between}")])
    return _under(read, "knobs", f"{name}: {written}")


def _element(read: Text, name: str, number: int, written: str) -> str:
    _, default = _default(read, name)
    if default is None or default.kind != "list":
        raise EditError(f"{name}.{number}: the text has no list for the knob '{name}'; set the whole list")
    if not 1 <= number <= len(default.items):
        raise EditError(f"{name}.{number}: the elements are {name}.1 to {name}.{len(default.items)}")
    return _replaced(read, default.items[number - 1], written)


def _cell(read: Text, name: str, number: str, column: str, written: str) -> str:
    if not re.fullmatch(r"[0-9]{1,6}", number):
        raise EditError(f"{name}: set each row by itself, so that its cell can be written")
    rows = _rows(read)
    if not rows and read.root is not None and read.root.get("extends") is not None:
        return _edited_row(read, number, column, written)
    if not 1 <= int(number) <= len(rows):
        raise EditError(f"{name}: the text has no row {number}" + (f"; its tables have rows 1 to {len(rows)}" if rows else ""))
    place = rows[int(number) - 1]
    table = place.listing.table
    names = table.get("columns") if table is not None else None
    known = [item.text for item in names.items] if names is not None else []
    if column not in known or len(known) != len(place.part.items):
        raise EditError(f"{name}: no column '{column}'; {near_miss(column, known) or 'columns: ' + ', '.join(known)}")
    before = format_tables(read.text) == read.text
    made = _fitted(read, place.part.items, known.index(column), written)
    return format_tables(made) if before else made


def _fitted(read: Text, cells: list[Part], at: int, written: str) -> str:
    """A cell with another value; the cells beside it stay where they are if there is space."""
    begin, end = read.offset(cells[at].start), read.offset(cells[at].end)
    longer = len(written) - (end - begin)
    space = len(read.text[:begin]) - len(read.text[:begin].rstrip(" ")) - 1
    return read.text[: begin - max(0, min(longer, space))] + " " * max(0, -longer) + written + read.text[end:]


def _rows(read: Text) -> list[Place]:
    """The rows of the net in the order of the text, as they are numbered."""
    net = read.root.get("net") if read.root is not None else None
    found = []
    for listing in read.listings:
        part: Part | None = listing.part
        while part is not None and part is not net:
            part = part.holder
        if listing.kind == "rows" and part is net and net is not None:
            found += [place for place in listing.places if place.kind == "row"]
    return sorted(found, key=lambda place: place.start)


def _edited_row(read: Text, number: str, column: str, written: str) -> str:
    """A cell of the spec that this one extends."""
    rows = read.root.get("rows") if read.root is not None else None
    row = rows.get(number) if rows is not None else None
    if row is None or row.kind != "map":
        return _under(read, "rows", f"{number}: {{{column}: {written}}}")
    cell = row.get(column)
    if cell is not None:
        return _replaced(read, cell, written)
    first = row.items[0].start
    between = ", " if row.flow else read.newline + " " * first[1]
    return apply(read.text, [Edit(*first, *first, f"{column}: {written}{between}")])


def _under(read: Text, key: str, line: str) -> str:
    """One more pair under a key of the file; the key is added where there is none."""
    held = read.root.get(key) if read.root is not None else None
    if held is not None and held.kind == "map" and held.items:
        last = held.items[-1]
        if held.flow:
            at = read.offset(last.end)
            return f"{read.text[:at]}, {line}{read.text[at:]}"
        at = read.starts[held.items[-2].start[0]]
        pad = " " * held.start[1]
        return (
            f"{read.text[:at]}{pad}{line}{read.newline}{read.text[at:]}" if last.end[1] == 0 else _below(read, last, pad + line)
        )
    if held is not None:
        return _replaced(read, held, f" {{{line}}}")
    at = _end_of_head(read)
    before = read.newline if at and not read.text[:at].endswith(("\n", "\r")) else ""
    return f"{read.text[:at]}{before}{key}: {{{line}}}{read.newline}{read.text[at:]}"


def _below(read: Text, last: Part, line: str) -> str:
    end = read.starts[last.end[0]] + len(read.lines[last.end[0]].rstrip("\r\n"))
    return read.text[:end] + read.newline + line + read.text[end:]


def _end_of_head(read: Text) -> int:
    """The offset behind the keys that a file begins with."""
    at = 0
    for key, value in read.root.pairs if read.root is not None else ():
        if key.text not in _BEFORE_KNOBS:
            break
        line = (value or key).end[0] if (value or key).end[1] else (value or key).end[0] - 1
        at = read.starts[min(line + 1, len(read.lines))]
    return at
