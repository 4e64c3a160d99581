"""Steps and rows moved, doubled, deleted, put in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from archdsl.errors import SpecError
from archdsl.spec.editing.calls import Written, as_row, bracketed, call_of, columns_of
from archdsl.spec.editing.lists import entry, reordered, with_entry, without
from archdsl.spec.editing.places import EditError, Place, Text
from archdsl.spec.read_modifiers import MODIFIERS

_WORDS = {"step": "a step", "row": "a row", "heading": "the heading of a stage", "path": "a path"}


class Edited(NamedTuple):
    """A text after an edit, and the line on which what was edited begins now."""

    text: str
    line: int


@dataclass(frozen=True)
class Callee:
    """An operator or block that can be put in.

    Attributes:
        required: by argument without a default, what stands there where nothing else is known.
        arguments: the names of all.
    """

    word: str
    required: Mapping[str, str]
    arguments: tuple[str, ...]


def move(text: str, line: int, to: int, side: str = "", columns: tuple[int | None, int | None] = (None, None)) -> Edited:
    """The text with the step, row or path of a line in another place.

    Args:
        to: a line of the one that it goes to.
        side: `before` or `after` that one; "" takes its place in the same list, and stands before it in another.
        columns: in which column both begin, where several stand on a line.

    Raises:
        EditError: there is nothing to move, or it cannot stand there.
        SpecError: the text is not YAML.
    """
    read = Text(text)
    moved, target = read.at(line, columns[0]), read.at(to, columns[1])
    if moved is target:
        return Edited(text, moved.first)
    if target.start >= moved.start and target.end <= moved.end:
        raise EditError(f"{_WORDS[moved.kind]} cannot move into itself")
    if moved.listing is target.listing:
        return _within(read, moved, target, side)
    return _across(read, moved, target, side == "after")


def shift(text: str, line: int, by: int, column: int | None = None) -> Edited:
    """The same by one place, up (-1) or down (1); at the end of its list out of what holds the list.

    Raises:
        EditError: it is the first or last already, or cannot stand outside.
        SpecError: the text is not YAML.
    """
    read = Text(text)
    moved = read.at(line, column)
    number = moved.number + by
    if 0 <= number < len(moved.listing.places):
        return _within(read, moved, moved.listing.places[number], "")
    owner = moved.listing.owner
    while owner is not None and owner.kind == "path":
        owner = owner.listing.owner
    if owner is None or moved.kind in ("path", "heading"):
        raise EditError(f"it is the {'first' if by < 0 else 'last'} already")
    return _across(read, moved, owner, by > 0)


def duplicate(text: str, line: int, column: int | None = None) -> Edited:
    """The text with a step, row or path once more below itself. Comments above it stay with the first."""
    read = Text(text)
    place = read.at(line, column)
    if place.listing.part.flow:
        return _finished(read, *with_entry(read, place, read.text[place.start : place.end], after=True))
    lines = entry(read, place).split("\n")
    while lines[0].startswith("#"):
        del lines[0]
    return _finished(read, *with_entry(read, place, "\n".join(lines), after=True))


def delete(text: str, line: int, column: int | None = None) -> Edited:
    """The text without a step, row or path and the comments that are its own."""
    read = Text(text)
    place = read.at(line, column)
    made = without(read, place)
    Text(made)
    return Edited(made, min(place.first, max(0, len(made.splitlines()) - 1)))


def insert(text: str, line: int, callee: Callee, side: str = "after", column: int | None = None) -> Edited:
    """The text with a call of an operator or block before or after a step or row.

    In a table its arguments are those of the row beside it, in a list of steps those that it must have.

    Raises:
        EditError: nothing can stand there, or the table lacks the column of an argument that must be given.
        SpecError: the text is not YAML.
    """
    read = Text(text)
    beside = read.at(line, column)
    after = side != "before"
    if beside.kind == "path":
        raise EditError("among paths stand lists of steps; put it beside a step")
    if beside.listing.kind == "rows":
        return _finished(read, *with_entry(read, beside, _cells(read, beside, callee, after), after))
    made = _step(callee)
    in_brackets = beside.listing.part.flow
    written = ("{" + made + "}" if ": " in made else made) if in_brackets else f"- {made}"
    return _finished(read, *with_entry(read, beside, written, after))


def _step(callee: Callee) -> str:
    if list(callee.required) == list(callee.arguments[:1]):
        return Written(callee.word, alone=next(iter(callee.required.values()), "")).step()
    return Written(callee.word, dict(callee.required)).step()


def _cells(read: Text, beside: Place, callee: Callee, after: bool) -> str:
    table = beside.listing.table
    names = columns_of(table)
    missing = [name for name in callee.required if name not in names]
    if missing:
        raise EditError(f"'{callee.word}' needs '{missing[0]}', for which the table has no column")
    near = _row_beside(beside, after)
    if near is not None and len(near.part.items) == len(names):
        held = {name: bracketed(read, cell) for name, cell in zip(names, near.part.items, strict=True)}
    else:
        held = {}
    cells: dict[str, str] = {}
    for name in names:
        if name in callee.arguments and name not in MODIFIERS:
            value = held.get(name, "~")
            cells[name] = callee.required.get(name, "~") if value == "~" else value
    row = as_row(read, Written(callee.word, cells), table)
    return row if beside.listing.part.flow else f"- {row}"


def _row_beside(place: Place, after: bool) -> Place | None:
    """The row itself, or the nearest one to a heading, of two that of the same stage."""
    rows = [one for one in place.listing.places if one.kind == "row"]
    return min(rows, key=lambda row: (abs(row.number - place.number), (row.number > place.number) != after), default=None)


def _within(read: Text, moved: Place, target: Place, side: str) -> Edited:
    order = list(range(len(moved.listing.places)))
    order.remove(moved.number)
    at = order.index(target.number)
    down = target.number > moved.number if not side else side == "after"
    order.insert(at + down, moved.number)
    made = reordered(read, moved.listing, order)
    again = Text(made).at_offset(moved.listing, order.index(moved.number))
    return Edited(made, again.first)


def _across(read: Text, moved: Place, target: Place, after: bool) -> Edited:
    written = _converted(read, moved, target)
    # both changes are made in the text as it is, the later one first
    if target.start > moved.start:
        made, at = with_entry(read, target, written, after)
        shrunk = without(Text(made), Text(made).beginning(moved.start))
        return _finished(read, shrunk, at - (len(made) - len(shrunk)))
    shrunk = without(read, moved)
    again = Text(shrunk)
    return _finished(read, *with_entry(again, again.beginning(target.start), written, after))


def _converted(read: Text, moved: Place, target: Place) -> str:
    """What stands for an entry in another list."""
    kinds = {moved.listing.kind, target.listing.kind}
    if (moved.kind == "heading" and len(kinds) > 1) or ("paths" in kinds and len(kinds) > 1):
        raise EditError(f"{_WORDS[moved.kind]} cannot stand beside {_WORDS[target.kind]}")
    flow = target.listing.part.flow
    if target.listing.kind == "rows" and moved.kind != "heading":
        written = as_row(read, call_of(read, moved), target.listing.table)
    elif moved.kind == "row":
        written = call_of(read, moved).step()
        written = "{" + written + "}" if flow and ": " in written and written[0] != "{" else written
    elif not flow:
        return entry(read, moved)
    else:
        written = _bracketed(read, moved)
    comments = _comments(read, moved)
    if flow and comments != ([], ""):
        raise EditError("it has comments, for which there is no place in brackets")
    return written if flow else "\n".join([*comments[0], f"- {written}{comments[1]}"])


def _bracketed(read: Text, moved: Place) -> str:
    return bracketed(read, moved.part)


def _comments(read: Text, place: Place) -> tuple[list[str], str]:
    """The comments above an entry and the one behind it."""
    if place.listing.part.flow:
        return [], ""
    lines = read.text[place.start : place.end].splitlines()
    above = [line.strip() for line in lines if line.lstrip().startswith("#")]
    behind = read.lines[place.part.end[0]][place.part.end[1] :].rstrip("\r\n") if place.part.end[0] < len(read.lines) else ""
    return above, behind if re.match(r"\s+#", behind) else ""


def _finished(read: Text, made: str, at: int) -> Edited:
    """A text that can still be read, and the line of an offset in it."""
    try:
        Text(made)
    except SpecError as error:
        raise EditError(f"it cannot stand there: {error.diagnostics[0].message}") from None
    return Edited(made, made.count("\n", 0, at))
