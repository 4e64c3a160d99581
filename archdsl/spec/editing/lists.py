"""Entries of one list: exchanged, put in, taken out. Space and comments between entries stay."""

from __future__ import annotations

import re

from archdsl.spec.editing.places import EditError, Listing, Place, Text

_NEEDED = {"rows": ("table", "row"), "paths": ("fork", "path")}
"""What cannot be without an entry, and what its entries are."""


def reordered(text: Text, listing: Listing, order: list[int]) -> str:
    """The text with the entries of a list in another order.

    Args:
        order: the numbers of the entries as they come.
    """
    made = text.text
    for place, number in reversed(list(zip(listing.places, order, strict=True))):
        moved = listing.places[number]
        if moved is not place:
            if not place.leads and not listing.part.flow and text.text[moved.start] == "#":
                raise EditError("the first step of this path has no line above it for the comment of the step")
            made = made[: place.start] + text.text[moved.start : moved.end] + made[place.end :]
    return made


def without(text: Text, place: Place) -> str:
    """The text without an entry and its comments. Raises EditError for the only one where one must stand."""
    listing = place.listing
    if len(listing.places) == 1:
        return _emptied(text, place)
    if listing.part.flow:
        return _out_of_brackets(text, place)
    if not place.leads:  # its line begins with what holds it: the next one comes there
        order = list(range(len(listing.places)))
        order[0], order[1] = 1, 0
        again = Text(reordered(text, listing, order))
        return without(again, again.at_offset(listing, 1))
    start, end = text.starts[place.first], text.starts[place.last + 1]
    if end == len(text.text) and not text.lines[-1].endswith(("\n", "\r")):  # the line before is the last one now
        start = len(text.text[:start].rstrip("\r\n"))
    return text.text[:start] + text.text[end:]


def _emptied(text: Text, place: Place) -> str:
    """The text with empty brackets for a list that had one entry. A path, stage, block or branch may have no step."""
    listing = place.listing
    holder, owner = listing.part.holder, listing.owner
    if listing.kind in _NEEDED:
        what, entry = _NEEDED[listing.kind]
        where = f"; delete the {what} in line {owner.first + 1}" if owner is not None else ""
        raise EditError(f"a {what} needs a {entry}, and it is the only one{where}")
    if holder is not None and holder is text.root:  # the steps of a block stand further inside
        raise EditError("a net needs a step, and it is the only one; put another one beside it first")
    if listing.part.flow or holder is None or holder.kind != "map" or not place.leads:
        start, end = (text.offset(at) for at in (listing.part.start, listing.part.end))
        start, end = (start, end) if listing.part.flow else (place.start, place.end)
        return text.text[:start] + "[]" + text.text[end:]
    key = holder.items[holder.items.index(listing.part) - 1]
    colon = text.text.index(":", text.offset(key.end)) + 1
    above = text.starts[place.first] - len(text.newline)
    return f"{text.text[:colon]} []{text.text[colon:above]}{text.text[place.end :]}"


def _out_of_brackets(text: Text, place: Place) -> str:
    places = place.listing.places
    if place.number + 1 < len(places):
        found = re.match(r"\s*,[ \t]*", text.text[place.end :])
        if found is None:
            raise EditError("a comment stands before the comma after it")
        return text.text[: place.start] + text.text[place.end + found.end() :]
    before = places[place.number - 1].end
    found = re.match(r"\s*,", text.text[before:])
    if found is None:
        raise EditError("a comment stands before the comma before it")
    between = text.text[before + found.end() : place.start]
    return text.text[:before] + ("" if not between.strip() and "\n" not in between else between) + text.text[place.end :]


def with_entry(text: Text, beside: Place, written: str, after: bool) -> tuple[str, int]:
    """The text with one more entry, and the offset at which it stands.

    Args:
        written: what stands behind the dash or in the brackets; with its comments above, in lines that begin at the left.
    """
    if beside.listing.part.flow:
        if after:
            return text.text[: beside.end] + ", " + written + text.text[beside.end :], beside.end + 2
        return text.text[: beside.start] + written + ", " + text.text[beside.start :], beside.start
    pad = " " * beside.listing.part.start[1]
    lines = (text.newline + pad).join(written.splitlines())
    if after:
        at = beside.end + len(text.newline + pad)
        return text.text[: beside.end] + text.newline + pad + lines + text.text[beside.end :], at
    if not beside.leads and written.startswith("#"):
        raise EditError("the first step of this path has no line above it for the comment of the step")
    return text.text[: beside.start] + lines + text.newline + pad + text.text[beside.start :], beside.start


def entry(text: Text, place: Place) -> str:
    """An entry as it can be put into another list in lines: comments, dash, and further lines indented by their distance to the dash."""
    if place.listing.part.flow:
        first, *rest = text.text[place.start : place.end].splitlines()
        return "\n".join([f"- {first}", *("    " + line.strip() for line in rest)])
    column = place.listing.part.start[1]
    first, *rest = text.text[place.start : place.end].splitlines()
    return "\n".join([first, *(line[min(column, len(line) - len(line.lstrip())) :] for line in rest)])
