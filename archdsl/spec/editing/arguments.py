"""An argument of a block that is the same in every call, written into the text: as a default, and in calls that say another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archdsl.spec.editing.calls import columns_of
from archdsl.spec.editing.places import EditError, Place, Text
from archdsl.spec.editing.tables import format_tables
from archdsl.spec.read_modifiers import MODIFIERS
from archdsl.spec.suggest.edits import Edit, apply
from archdsl.spec.suggest.tree import Part

TYPES = ("int", "number", "bool", "word", "list", "block", "any")


def keep_argument(text: str, block: str, argument: str, written: str, arguments: Sequence[str]) -> str:
    """The text in which every call of a block that it holds has an argument with this value.

    Where the text has the block, its default changes, and calls that give the argument give the new value. Where the block
    is from another file, calls that do not give it do so then; a table without a column of that name gets one.

    Args:
        written: the value, as it can stand in brackets.
        arguments: those of the block in their order, of which the first may stand without its name.

    Raises:
        EditError: the text neither has nor calls the block.
        SpecError: the text is not YAML.
    """
    read = Text(text)
    default = list(_default(read, block, argument, written))
    edits = default + [
        edit
        for listing in read.listings
        for place in listing.places
        if place.kind == "step"
        for edit in _in_step(read, place, block, argument, written, arguments, bool(default))
    ]
    for listing in read.listings:
        if listing.kind == "rows" and listing.table is not None:
            rows = [place.part for place in listing.places if place.kind == "row"]
            edits += _in_rows(listing.table, rows, block, argument, written, bool(default))
    if not edits:
        raise EditError(f"blocks.{block}.{argument}: the text neither has nor calls the block '{block}'")
    made = apply(text, edits)
    return format_tables(made) if format_tables(text) == text else made


def _over(part: Part, written: str) -> Edit:
    """A value replaced; one that is empty stands right behind its colon."""
    return Edit(*part.start, *part.end, (" " if part.start == part.end else "") + written)


def _default(read: Text, block: str, argument: str, written: str) -> Iterator[Edit]:
    """The default of a block that the text has."""
    blocks = read.root.get("blocks") if read.root is not None else None
    found = blocks.get(block) if blocks is not None else None
    args = found.get("args") if found is not None else None
    held = args.get(argument) if args is not None else None
    if held is None:
        return
    if held.kind == "map":
        default = held.get("default")
        if default is not None:
            yield _over(default, written)
        elif held.items:
            first = held.items[0].start
            yield Edit(*first, *first, f"default: {written}" + (", " if held.flow else read.newline + " " * first[1]))
    elif held.plain and held.text in TYPES:
        yield _over(held, f"{{type: {held.text}, default: {written}}}")
    else:
        yield _over(held, written)


def _in_step(
    read: Text, place: Place, block: str, argument: str, written: str, arguments: Sequence[str], defined: bool
) -> Iterator[Edit]:
    """The argument in a step, if that calls the block. `defined`: the default says the value already."""
    part = place.part
    if part.kind == "scalar":
        if part.text == block and not defined:
            flow = place.listing.part.flow
            yield _over(part, f"{{{block}: {{{argument}: {written}}}}}" if flow else f"{block}: {{{argument}: {written}}}")
        return
    for key, value in part.pairs:
        if key.text != block or key.text in MODIFIERS:
            continue
        if value is None or (value.kind == "scalar" and value.text in ("", "~") and value.plain):
            if not defined and value is not None:
                yield _over(value, f"{{{argument}: {written}}}")
        elif value.kind == "map":
            yield from _in_arguments(read, value, argument, written, defined)
        elif argument == next(iter(arguments), None):
            yield _over(value, written)
        elif not defined and arguments:
            yield Edit(*value.start, *value.end, f"{{{arguments[0]}: {read.of(value)}, {argument}: {written}}}")


def _in_arguments(read: Text, given: Part, argument: str, written: str, defined: bool) -> Iterator[Edit]:
    held = given.get(argument)
    if held is not None:
        yield _over(held, written)
    elif not defined and not given.items:
        yield _over(given, f"{{{argument}: {written}}}")
    elif not defined and given.flow:
        end = given.items[-1].end
        yield Edit(*end, *end, f", {argument}: {written}")
    elif not defined:
        first = given.items[0].start
        yield Edit(*first, *first, f"{argument}: {written}{read.newline}{' ' * first[1]}")


def _in_rows(table: Part, rows: Sequence[Part], block: str, argument: str, written: str, defined: bool) -> Iterator[Edit]:
    """The argument in the rows of a table that call the block; a column for it where the table has none."""
    columns, names = table.get("columns"), columns_of(table)
    whole = [row for row in rows if row.kind == "list" and len(row.items) == len(names)]
    if columns is None or "op" not in names:
        return
    calls = [row for row in whole if row.items[names.index("op")].text == block]
    if argument in names:
        for row in calls:
            cell = row.items[names.index(argument)]
            if not (defined and cell.plain and cell.text in ("~", "null", "")):
                yield _over(cell, written)
    elif calls and not defined:
        if len(whole) < len(rows):
            raise EditError(f"blocks.{block}.{argument}: not all rows of the table have as many cells as it has columns")
        yield _behind(columns, argument)
        for row in whole:
            yield _behind(row, written if row in calls else "~")


def _behind(row: Part, cell: str) -> Edit:
    end = row.items[-1].end
    return Edit(*end, *end, f", {cell}")
