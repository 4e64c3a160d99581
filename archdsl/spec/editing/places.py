"""The steps, rows and paths of a text: where each stands with its comments, and in which list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from archdsl.errors import InputError, Source
from archdsl.spec.suggest.edits import line_starts
from archdsl.spec.suggest.tree import Part, tree
from archdsl.spec.yaml import compose


class EditError(InputError):
    """An edit that cannot be made."""


@dataclass(eq=False)
class Listing:
    """A list of steps, of the rows of a table, or of paths.

    Attributes:
        kind: steps, rows or paths.
        table: of rows, the table that has them.
        owner: the step or path that it stands in; None right below a net or block.
    """

    kind: str
    part: Part
    table: Part | None
    owner: Place | None
    places: list[Place] = field(default_factory=list)


@dataclass(eq=False)
class Place:
    """One entry of a list.

    Attributes:
        number: in its list, from 0.
        start, end: offsets of its text. In lines it begins with its dash, or with the comments above it that stand as far to the
            right, and ends with its last line; in brackets it is the value alone.
        first, last: its lines.
        leads: whether nothing but space stands before it on its first line.
    """

    part: Part
    listing: Listing
    number: int
    start: int
    end: int
    first: int
    last: int
    leads: bool

    @property
    def kind(self) -> str:
        """step, row, heading (of a stage among rows) or path."""
        if self.listing.kind == "rows":
            return "heading" if self.part.kind == "map" else "row"
        return {"steps": "step", "paths": "path"}[self.listing.kind]


class Text:
    """A text with its steps.

    Raises:
        SpecError: it is not YAML.
    """

    def __init__(self, text: str):
        compose(Source("text", text))
        self.text = text
        self.lines = text.splitlines(keepends=True)
        self.starts = line_starts(text)
        self.root = tree(text)
        self.listings: list[Listing] = list(_listings(self))

    @property
    def newline(self) -> str:
        """How its lines end."""
        return "\r\n" if self.lines and self.lines[0].endswith("\r\n") else "\n"

    def offset(self, place: tuple[int, int]) -> int:
        """A line and column as an offset."""
        return self.starts[min(place[0], len(self.starts) - 1)] + place[1]

    def of(self, part: Part) -> str:
        """What is written for a part."""
        return self.text[self.offset(part.start) : self.offset(part.end)]

    def at(self, line: int, column: int | None = None) -> Place:
        """The innermost step, row or path on a line; of several on one line, that at the column.

        Raises:
            EditError: there is none.
        """
        found: Place | None = None
        for listing in self.listings:
            for place in listing.places:
                if self._covers(place, line, column) and (found is None or _size(place) <= _size(found)):
                    found = place
        if found is None:
            raise EditError(f"line {line + 1} is no step and no row of a table")
        return found

    def at_offset(self, listing: Listing, number: int) -> Place:
        """The entry with a number of a list of this text before it was changed, none of which lies before the list."""
        begin = listing.places[0].start  # where its first line is that has a dash depends on the comments of what comes first
        same = next(one for one in self.listings if one.places and one.places[0].start == begin and one.kind == listing.kind)
        return same.places[number]

    def beginning(self, offset: int) -> Place:
        """The step, row or path that begins at an offset."""
        return next(place for listing in self.listings for place in listing.places if place.start == offset)

    def _covers(self, place: Place, line: int, column: int | None) -> bool:
        if not place.first <= line <= place.last:
            return False
        if not place.listing.part.flow:
            return place.leads or column is None or line > place.first or column >= place.listing.part.start[1]
        if column is not None:
            return place.start <= self.offset((line, column)) <= place.end
        alone = sum(other.first <= line <= other.last for other in place.listing.places) == 1
        return alone and place.leads


def _size(place: Place) -> int:
    return place.end - place.start


def _listings(text: Text) -> Iterator[Listing]:
    """All lists of steps, rows and paths, those around before those within."""
    root = text.root
    bodies = [root.get("net")] if root is not None else []
    blocks = root.get("blocks") if root is not None else None
    bodies += [block.get("body") for _, block in blocks.pairs if block is not None] if blocks is not None else []
    waiting: list[tuple[str, Part, Part | None, Place | None]] = [
        ("steps", body, None, None) for body in bodies if body is not None
    ]
    while waiting:
        kind, part, table, owner = waiting.pop()
        if part.kind != "list":
            waiting += [(*inner, owner) for inner in _within(kind, part)]
            continue
        listing = Listing(kind, part, table, owner)
        listing.places = _places(text, listing)
        yield listing
        for place in listing.places:
            waiting += [(*inner, place) for inner in _within(kind, place.part)]


def _within(kind: str, part: Part) -> Iterator[tuple[str, Part, Part | None]]:
    """What of a step, a path or named paths holds steps again: the kind of list, the value, the table of rows."""
    if kind == "paths":
        if part.kind == "list":
            yield "steps", part, None
            return
        if part.get("body") is None or part.get("stage") is not None:
            kind = "steps"
    if part.kind != "map" or kind == "rows":
        return
    table = part.get("table")
    if table is not None and table.kind == "map":
        yield from ((word, held, table) for word, key in (("rows", "rows"), ("steps", "stage_end")) if (held := table.get(key)))
    names = {key.text for key, _ in part.pairs}
    holding = ["body", "end"] if names & {"stage"} or kind == "paths" else []
    holding += ["then", "else"] if names & {"if"} else []
    yield from (("steps", held, None) for key in holding if (held := part.get(key)) is not None)
    if names & {"fork", "split"}:
        yield from _of_paths(part)


def _of_paths(part: Part) -> Iterator[tuple[str, Part, Part | None]]:
    paths, path = part.get("paths"), part.get("path")
    if paths is not None and paths.kind == "list":
        yield "paths", paths, None
    elif paths is not None:
        yield from (_path(value) for _, value in paths.pairs if value is not None)
    if path is not None:
        yield _path(path)


def _path(value: Part) -> tuple[str, Part, Part | None]:
    """A path that stands alone: its steps, which may be under `body`."""
    body = value.get("body")
    return "steps", body if body is not None and value.get("stage") is None else value, None


def _places(text: Text, listing: Listing) -> list[Place]:
    made: list[Place] = []
    for number, part in enumerate(listing.part.items):
        if listing.part.flow:
            start, end = text.offset(part.start), text.offset(part.end)
            leads = not text.lines[part.start[0]][: part.start[1]].strip()
            made.append(Place(part, listing, number, start, end, part.start[0], part.end[0], leads))
        else:
            made.append(_in_lines(text, listing, number, part, made[-1].last if made else -1))
    return made


def _in_lines(text: Text, listing: Listing, number: int, part: Part, before: int) -> Place:
    """An entry that begins with a dash.

    Args:
        before: the last line of the entry before it.
    """
    column = listing.part.start[1]
    dash = first = _dash(text, part, column)
    leads = not text.lines[dash][:column].strip()
    while leads and first - 1 > before and _comment(text, first - 1) == column:
        first -= 1
    last = max(dash, _last(text, part))
    while last + 1 < len(text.lines) and (_comment(text, last + 1) or 0) > column:
        last += 1
    end = text.starts[last] + len(text.lines[last].rstrip("\r\n"))
    return Place(part, listing, number, text.starts[first] + column, end, first, last, leads)


def _dash(text: Text, part: Part, column: int) -> int:
    line = part.start[0]
    while line > 0 and not (
        text.lines[line][column : column + 1] == "-" and (line, column) < part.start and _comment(text, line) is None
    ):
        line -= 1
    return line


def _last(text: Text, part: Part) -> int:
    """The last line that a value stands on; a text of several lines ends where the next begins."""
    line, column = part.end
    while line >= len(text.lines) or (line > part.start[0] and not text.lines[line][:column].strip()):
        line -= 1
        column = len(text.lines[line])
    return line


def _comment(text: Text, line: int) -> int | None:
    """The column at which a comment begins that has its line to itself."""
    stripped = text.lines[line].lstrip(" ")
    return len(text.lines[line]) - len(stripped) if stripped.startswith("#") else None
