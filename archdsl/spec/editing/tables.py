"""Tables with their cells below each other: figures to the right, words to the left, as people write them."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from archdsl.errors import SpecError
from archdsl.spec.editing.places import Text
from archdsl.spec.suggest.edits import Edit, apply
from archdsl.spec.suggest.tree import Part

_FIGURE = re.compile(r"-?[0-9][-0-9./eE]*\Z")
ROUNDS = 4
"""A row that is pushed aside by a long word is looked at anew when the others have their places."""


class Line(NamedTuple):
    """The names of the columns, or a row: its bracket, and each cell with the column at which it begins."""

    part: Part
    bracket: int
    cells: list[str]
    begins: list[int]

    def ends(self, column: int) -> int:
        return self.begins[column] + len(self.cells[column])


def format_tables(text: str) -> str:
    """The text with the cells of every table below each other. Only space between cells changes; a text that cannot be read stays."""
    for _ in range(ROUNDS):
        try:
            made = _formatted(Text(text))
        except SpecError:
            return text
        if made == text:
            break
        text = made
    return text


def _formatted(text: Text) -> str:
    edits: list[Edit] = []
    for listing in text.listings:
        if listing.kind != "rows" or listing.table is None or listing.part.flow:
            continue
        lines = lines_of(text, listing.table)
        if len(lines) < 2 or lines[0].part is not listing.table.get("columns"):
            continue
        targets = _targets(lines)
        made = [_written(line, targets, names=not number) for number, line in enumerate(lines)]
        edits += [Edit(*line.part.start, *line.part.end, each) for line, each in zip(lines, made, strict=True)]
    return apply(text.text, edits)


def lines_of(text: Text, table: Part) -> list[Line]:
    """The columns and rows of a table that are written on one line each, all with as many cells as there are columns."""
    columns, rows = table.get("columns"), table.get("rows")
    if columns is None or columns.kind != "list" or rows is None or rows.kind != "list":
        return []
    parts = [columns, *rows.items]
    return [
        Line(part, part.start[1], [text.of(cell) for cell in part.items], [cell.start[1] for cell in part.items])
        for part in parts
        if part.kind == "list" and part.flow and part.start[0] == part.end[0] and len(part.items) == len(columns.items)
        and not any(cell.start == cell.end for cell in part.items)
        and text.lines[part.start[0]][part.start[1]] == "["
    ]  # fmt: skip


def in_line(text: Text, table: Part, cells: list[str]) -> str:
    """A new row of a table, aligned with the others."""
    others = lines_of(text, table)
    rows = [line for line in others if line.part is not table.get("columns")]
    bracket = rows[0].bracket if rows else 0
    return _written(Line(table, bracket, cells, [0] * len(cells)), _targets(others)) if rows else f"[{', '.join(cells)}]"


class _Target(NamedTuple):
    """Where the cells of a column belong. `at`: where they end in one of figures, else where they begin. `head`: where its name begins."""

    right: bool
    at: int
    head: int


def _targets(lines: list[Line]) -> list[_Target]:
    """For each column where its cells belong: where most of them are, moved to the right where one has no room."""
    if not lines:
        return []
    found = [_Target(False, 0, 0)]
    reached = [line.bracket + len(line.cells[0]) + 3 for line in lines]
    """Of each line the first place where the next cell may begin."""
    for column in range(1, len(lines[0].cells)):
        target = _target(lines, column, reached)
        found.append(target)
        # what is pushed aside by a word too long for its column does not push the others
        ends = [target.at + (0 if target.right else len(line.cells[column])) for line in lines[1:]]
        reached = [target.head + len(lines[0].cells[column]) + 2, *(end + 2 for end in ends)]
    return found


def _target(lines: list[Line], column: int, reached: list[int]) -> _Target:
    head, cells = lines[0].cells[column], [line.cells[column] for line in lines[1:]]
    right = _figures(cells)
    held = [number for number, cell in enumerate(cells, 1) if not right or _FIGURE.match(cell) or cell == "~"]
    widths = {number: len(cells[number - 1]) for number in held}
    places = [lines[number].ends(column) if right else lines[number].begins[column] for number in held]
    at = max([_usual(places), *(reached[number] + (widths[number] if right else 0) for number in held)])
    begin, width = lines[0].begins[column], max(widths.values())
    beside = (at - width, at) if right else (at, at + width)
    if begin >= reached[0] and (begin == beside[0] or begin + len(head) == beside[1]):
        return _Target(right, at, begin)
    at = max(at, reached[0] + (len(head) if right else 0))
    return _Target(right, at, at - len(head) if right else at)


def _usual(places: list[int]) -> int:
    """The place that most share, of several the first."""
    counted = Counter(places)
    return min(counted, key=lambda place: (-counted[place], place))


def _figures(cells: list[str]) -> bool:
    """Whether a column holds more figures than words."""
    figures = sum(bool(_FIGURE.match(cell)) for cell in cells)
    return figures > sum(cell != "~" for cell in cells) - figures


def _written(line: Line, targets: list[_Target], names: bool = False) -> str:
    made = "["
    for number, (cell, target) in enumerate(zip(line.cells, targets, strict=True)):
        if number:
            begin = (target.head if names else target.at - len(cell) if target.right else target.at) - line.bracket
            made = (made + ",").ljust(begin - 1) + " "
        made += cell
    return made + "]"
