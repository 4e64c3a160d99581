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
from archdsl.spec.editing.spans import Span, span_of
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


def move(
    text: str, line: int | Span, to: int | Span, side: str = "", columns: tuple[int | None, int | None] = (None, None)
) -> Edited:
    """The text with the step, row or path of a line, or several neighbours, in another place.

    Args:
        to: a line of the one that it goes to, or the neighbours before or after all of which it goes.
        side: `before` or `after` that one; "" takes its place in the same list, and stands before it in another.
        columns: in which column both begin, where several stand on a line.

    Raises:
        EditError: there is nothing to move, or it cannot stand there.
        SpecError: the text is not YAML.
    """
    read = Text(text)
    moved, targets = span_of(read, line, columns[0]), span_of(read, to, columns[1])
    target = targets[-1] if side == "after" else targets[0]
    if target in moved:
        return Edited(text, moved[0].first)
    for place in moved:
        if target.start >= place.start and target.end <= place.end:
            raise EditError(f"{_WORDS[place.kind]} cannot move into itself")
    if moved[0].listing is target.listing:
        return _within(read, moved, target, side)
    return _across(read, moved, target, side == "after")


def shift(text: str, line: int | Span, by: int, column: int | None = None) -> Edited:
    """The same by one place, up (-1) or down (1); at the end of its list out of what holds the list.

    Raises:
        EditError: it is the first or last already, or cannot stand outside.
        SpecError: the text is not YAML.
    """
    read = Text(text)
    moved = span_of(read, line, column)
    first, listing = moved[0], moved[0].listing
    number = first.number - 1 if by < 0 else moved[-1].number + 1
    if 0 <= number < len(listing.places):
        return _within(read, moved, listing.places[number], "")
    owner = listing.owner
    while owner is not None and owner.kind == "path":
        owner = owner.listing.owner
    if owner is None or first.kind in ("path", "heading"):
        raise EditError(f"it is the {'first' if by < 0 else 'last'} already")
    return _across(read, moved, owner, by > 0)


def duplicate(text: str, line: int | Span, column: int | None = None) -> Edited:
    """The text with a step, row or path, or several, once more below. Comments above the first stay with it."""
    read = Text(text)
    places = span_of(read, line, column)
    if places[0].listing.part.flow:
        return _finished(read, *with_entry(read, places[-1], read.text[places[0].start : places[-1].end], after=True))
    lines = [line for place in places for line in entry(read, place).split("\n")]
    while lines[0].startswith("#"):
        del lines[0]
    return _finished(read, *with_entry(read, places[-1], "\n".join(lines), after=True))


def delete(text: str, line: int | Span, column: int | None = None) -> Edited:
    """The text without a step, row or path, or several, and the comments that are their own.

    Raises:
        EditError: nothing would be left where something must stand.
        SpecError: the text is not YAML.
    """
    read = Text(text)
    places = span_of(read, line, column)
    made = _taken_out(read.text, places)
    Text(made)
    return Edited(made, min(places[0].first, max(0, len(made.splitlines()) - 1)))


def insert(text: str, line: int | Span, callee: Callee, side: str = "after", column: int | None = None) -> Edited:
    """The text with a call of an operator or block before or after a step or row.

    In a table its arguments are those of the row beside it, in a list of steps those that it must have.

    Raises:
        EditError: nothing can stand there, or the table lacks the column of an argument that must be given.
        SpecError: the text is not YAML.
    """
    read = Text(text)
    after = side != "before"
    beside = span_of(read, line, column)[-1 if after else 0]
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


def _within(read: Text, moved: list[Place], target: Place, side: str) -> Edited:
    listing, numbers = target.listing, [place.number for place in moved]
    order = [place.number for place in listing.places if place not in moved]
    down = target.number > numbers[0] if not side else side == "after"
    at = order.index(target.number) + down
    order[at:at] = numbers
    made = reordered(read, listing, order)
    return Edited(made, Text(made).at_offset(listing, at).first)


def _across(read: Text, moved: list[Place], target: Place, after: bool) -> Edited:
    flow = target.listing.part.flow
    written = (", " if flow else "\n").join(_converted(read, place, target) for place in moved)
    # both changes are made in the text as it is, the later one first
    if target.start > moved[0].start:
        made, at = with_entry(read, target, written, after)
        shrunk = _taken_out(made, moved)
        return _finished(read, shrunk, at - (len(made) - len(shrunk)))
    again = Text(_taken_out(read.text, moved))
    return _finished(read, *with_entry(again, again.beginning(target.start), written, after))


def _taken_out(made: str, places: list[Place]) -> str:
    """A text without places that stand in it as they did before."""
    for place in reversed(places):
        read = Text(made)
        made = without(read, read.beginning(place.start))
    return made


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
