"""The confusion matrix: a row for the class that an image is of, a column for the class that the network says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archdsl.train.record import Record
from archdsl.train.report.png import address
from archdsl.train.report.words import class_name, cut, html, percent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Counts = Sequence[Sequence[int]]

NUMBERED, NAMED = 20, 60
"""Classes up to which a cell holds its count, and up to which every row has its name. Of more the matrix is a picture."""

BEGINS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.5, 0.9)
"""Where the steps of the scale begin, as shares of a row; what is 0 has no colour."""

STRENGTHS = (0.1, 0.19, 0.28, 0.38, 0.48, 0.86, 1.0)
"""How opaque the colour of each step is. Text in a cell is ink up to the fifth and paper from the sixth, and can be read in both."""

DARK = 5
RIGHT, WRONG = (47, 143, 208), (224, 102, 47)
"""Colours of a picture, which does not know whether the page is light or dark: seen well on both."""

PICTURE, POINTS, NAMES, LISTED = 600, 200, 24, 12
"""Of a picture the pixels of its side, the points of it, and names beside it, all at most; and rows of the tables."""

LETTER, LONGEST, LEAST = 7.6, 22, 100
"""Pixels that a letter of a name takes at most, letters of the longest name, and pixels that the name of an axis takes."""


@dataclass(frozen=True)
class _Cells:
    """A matrix with a cell of so many pixels, and room for names on its left."""

    counts: Counts
    names: tuple[str, ...]
    side: int
    left: int


def confusion(record: Record) -> str:
    """The matrix, the pairs that are taken for one another most often, the classes that are known least; nothing without a test."""
    final = record.final
    if final is None or not any(map(any, final.confusion)):
        return ""
    counts = final.confusion
    picture = _drawn(record, counts) if len(counts) <= NAMED else _pictured(record, counts)
    tables = f'<div class="beside">\n<div>{_taken(record, counts)}</div>\n<div>{_least(record, counts)}</div>\n</div>'
    return (
        '<h2>Confusion</h2>\n<p class="note">A row for each class, a column for what the network says; colours are shares of a row.'
        f'</p>\n{_key()}\n<div class="confusion">\n{picture}\n{tables}\n</div>'
    )


def step(share: float) -> int:
    """The step of the scale of a share above 0."""
    return sum(share >= begin for begin in BEGINS) - 1


def _key() -> str:
    begins = ", ".join(f"{100 * begin:.0f}" for begin in BEGINS)

    def boxes(kind: str) -> str:
        return "".join(f'<i class="{kind}" style="--strength: {strength}"></i>' for strength in STRENGTHS)

    told = f"steps begin above {begins} % of the row".replace(", 2,", ", at 2,", 1)
    return f'<p class="scale"><span>right {boxes("right")}</span><span>wrong {boxes("wrong")}</span><span>{told}</span></p>'


def _drawn(record: Record, counts: Counts) -> str:
    """The matrix as SVG, every cell that is not 0 a box that tells what it is."""
    many = len(counts)
    names = tuple(cut(class_name(record, number), LONGEST) for number in range(many))
    longest = max(map(len, names)) * LETTER
    side = max(46, LEAST // many) if many <= 12 else 34 if many <= NUMBERED else 15
    cells = _Cells(counts, names, side, int(longest) + 34)
    extent = many * side
    turned = longest > side - 4
    under = int(longest * (0.75 if many <= NUMBERED else 1)) + 14 if turned else 24
    width, height = cells.left + extent + (int(longest * 0.2) if turned else 0) + 4, extent + under + 30
    parts = [
        f'<svg class="matrix" viewBox="0 0 {width} {height}" style="max-width: {width}px" role="img" aria-label="confusion matrix">',
        f'<rect class="ground" x="{cells.left}" y="0" width="{extent}" height="{extent}"/>',
        *_boxes(record, cells),
        *_rows(cells),
        *_columns(cells, turned),
        f'<text class="axis" x="{cells.left + extent / 2:g}" y="{height - 6}" text-anchor="middle">said</text>',
        f'<text class="axis" transform="translate(14 {extent / 2:g}) rotate(-90)" text-anchor="middle">labelled</text>',
    ]
    return "\n".join([*parts, "</svg>"])


def _boxes(record: Record, cells: _Cells) -> list[str]:
    made = []
    for row, counts in enumerate(cells.counts):
        total = sum(counts)
        for column, count in enumerate(counts):
            if not count:
                continue
            x, y = cells.left + column * cells.side, row * cells.side
            level = step(count / total)
            kind = "right" if row == column else "wrong"
            pair = f"labelled {html(class_name(record, row))}, said {html(class_name(record, column))}"
            told = f"<title>{pair}: {count:,} of {total:,}, {percent(count / total)}</title>"
            box = f'<rect class="{kind}" x="{x}" y="{y}" width="{cells.side}" height="{cells.side}" fill-opacity="{STRENGTHS[level]}"/>'
            made.append(f"<g>{told}{box}{_number(cells, (x, y), count, level)}</g>")
    return made


def _number(cells: _Cells, at: tuple[int, int], count: int, level: int) -> str:
    """The count in its cell, smaller where it is long."""
    if len(cells.counts) > NUMBERED:
        return ""
    words, half = f"{count:,}", cells.side / 2
    size = min(14.0, (cells.side - 4) / (0.6 * len(words)))
    ink = "on" if level >= DARK else "count"
    return (
        f'<text class="{ink}" x="{at[0] + half:g}" y="{at[1] + half + 0.36 * size:.1f}" font-size="{size:.3g}" '
        f'text-anchor="middle">{words}</text>'
    )


def _rows(cells: _Cells) -> list[str]:
    size = min(13, cells.side - 2)
    return [
        f'<text class="name" x="{cells.left - 8}" y="{(row + 0.5) * cells.side + 0.36 * size:.1f}" font-size="{size}" '
        f'text-anchor="end">{html(name)}</text>'
        for row, name in enumerate(cells.names)
    ]


def _columns(cells: _Cells, turned: bool) -> list[str]:
    """Names below the columns; turned where one is too long to stand there."""
    size = min(13, cells.side - 2)
    extent = len(cells.names) * cells.side
    angle = 0 if not turned else -45 if len(cells.names) <= NUMBERED else -90
    anchor, down = ("end", 0.36 * size) if turned else ("middle", 0.72 * size)
    return [
        f'<text class="name" transform="translate({cells.left + (column + 0.5) * cells.side:g} {extent + 9}) rotate({angle})" '
        f'y="{down:.1f}" font-size="{size}" text-anchor="{anchor}">{html(name)}</text>'
        for column, name in enumerate(cells.names)
    ]


def _pictured(record: Record, counts: Counts) -> str:
    """The matrix as a picture of a pixel for each cell, of very many classes for a square of cells; every few rows have a name."""
    pixels, block = _pixels(counts)
    side = pixels.shape[1]
    cell = PICTURE // side
    extent = side * cell
    many = len(counts)
    every = -(-many // NAMES)
    shown = {row: cut(class_name(record, row), LONGEST) for row in range(0, many, every)}
    left = int(max(map(len, shown.values())) * LETTER) + 34
    names = [
        f'<text class="name" x="{left - 8}" y="{(row + 0.5) / block * cell + 4.5:.1f}" font-size="13" text-anchor="end">{html(name)}</text>'
        for row, name in shown.items()
    ]
    width, height = left + extent + 4, extent + 30
    some = f"One name of {every}" + (f"; a point is {block} by {block} classes" if block > 1 else "")
    parts = [
        f'<figure><svg class="matrix" viewBox="0 -8 {width} {height + 8}" style="max-width: {width}px" role="img" '
        'aria-label="confusion matrix">',
        f'<rect class="ground" x="{left}" y="0" width="{extent}" height="{extent}"/>',
        f'<image x="{left}" y="0" width="{extent}" height="{extent}" href="{address(pixels)}"/>',
        *names,
        f'<text class="axis" x="{left + extent / 2:g}" y="{height - 8}" text-anchor="middle">said</text>',
        f'<text class="axis" transform="translate(14 {extent / 2:g}) rotate(-90)" text-anchor="middle">labelled</text>',
        f'</svg><p class="note">{some}.</p></figure>',
    ]
    return "\n".join(parts)


def _pixels(counts: Counts) -> tuple[NDArray[np.uint8], int]:
    """The matrix as (4, side, side), red, green, blue and how opaque; and how many classes a pixel stands for, each way.

    The diagonal of a square of several classes holds what is right in it and what is wrong: it is drawn as right.
    """
    import numpy as np

    table = np.array(counts, dtype=np.int64)
    block = -(-len(table) // POINTS)
    padded = np.pad(table, (0, -len(table) % block))
    side = len(padded) // block
    sums = padded.reshape(side, block, side, block).sum((1, 3))
    shares = sums / np.maximum(sums.sum(1, keepdims=True), 1)
    steps = np.searchsorted(BEGINS, shares, side="right") - 1
    made = np.empty((4, side, side), np.uint8)
    made[:3] = np.where(np.eye(side, dtype=bool), np.array(RIGHT)[:, None, None], np.array(WRONG)[:, None, None])
    made[3] = np.where(sums > 0, np.rint(255 * np.array(STRENGTHS))[steps], 0)
    return made, block


def _taken(record: Record, counts: Counts) -> str:
    """Which class is most often taken for which."""
    totals = [sum(row) for row in counts]
    wrong = [(n, row, column) for row, line in enumerate(counts) for column, n in enumerate(line) if n and row != column]
    first = sorted(wrong, key=lambda one: (-one[0], -one[0] / totals[one[1]], one[1:]))[:LISTED]
    if not first:
        return "<p>No image is taken for one of another class.</p>"
    rows = "\n".join(
        f"<tr><td>{html(class_name(record, row))}</td><td>{html(class_name(record, column))}</td>"
        f'<td class="number">{count:,} of {totals[row]:,}</td><td class="number">{percent(count / totals[row])}</td></tr>'
        for count, row, column in first
    )
    head = '<tr><th>labelled</th><th>said</th><th class="number">images</th><th class="number">share</th></tr>'
    return f"<h3>Most often taken for another</h3>\n<table><thead>{head}</thead>\n<tbody>\n{rows}\n</tbody></table>"


def _least(record: Record, counts: Counts) -> str:
    """How many images of each class are right, of the classes that are known least."""
    totals = [sum(row) for row in counts]
    known = sorted((counts[row][row] / total, row) for row, total in enumerate(totals) if total)[:LISTED]
    rows = "\n".join(
        f'<tr><td>{html(class_name(record, row))}</td><td class="number">{counts[row][row]:,} of {totals[row]:,}</td>'
        f'<td class="number">{percent(share)}</td></tr>'
        for share, row in known
    )
    empty = sum(not total for total in totals)
    none = f'<p class="note">Classes without a test image: {empty:,}.</p>' if empty else ""
    head = '<tr><th>class</th><th class="number">right</th><th class="number">share</th></tr>'
    return f"<h3>Right by class, least first</h3>\n<table><thead>{head}</thead>\n<tbody>\n{rows}\n</tbody></table>{none}"
