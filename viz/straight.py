"""A coarse layout for drawings whose lines no layout engine can untangle: ranks from top to bottom, lines drawn straight.

Engines put a point of its own on every rank that a line crosses and then move all of them until few lines cross: minutes for a
hundred layers that each read random earlier ones. Here boxes stand on the rank after the last of their inputs, in the order of the
mean place of what they read (Sugiyama et al. 1981, without the points); a line to the next rank is straight, a longer one goes
round in an arc. Frames of blocks are left out. Time is linear in boxes and lines.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import NamedTuple
from xml.sax.saxutils import escape

from archdsl.errors import visible
from archdsl.viz.drawing import Box, Drawing, Edge
from archdsl.viz.looks import INK, KINDS, LINES, PAPER, TONES
from archdsl.viz.text import clean

TANGLED = 2000
"""Ranks that lines cross, all together, from which a drawing is laid out here. The zoo's largest, open to the last operator, has 320."""

NOTE = "too many lines for a full layout: drawn coarsely, without the frames of blocks"
ALONE = "drawn coarsely, without the frames of blocks, for want of a layout engine"

LETTER, LINE, SIZE = 5.6, 13, 10  # width of a character, height of a line, and size of type, in points
ACROSS, DOWN, MARGIN = 22, 26, 12  # gaps between boxes and between ranks; the rim
SWEEPS = 4


class Place(NamedTuple):
    """Where a box stands: its middle and its extent, in points."""

    x: float
    y: float
    width: float
    height: float


def ranks(drawing: Drawing) -> dict[str, int]:
    """The rank of every box: one below the lowest of those that it reads. Boxes come in the order of the schedule."""
    sources: dict[str, list[str]] = defaultdict(list)
    for edge in drawing.edges:
        sources[edge.target].append(edge.source)
    found: dict[str, int] = {}
    for box in drawing.boxes:
        found[box.id] = max((found[name] + 1 for name in sources[box.id] if name in found), default=0)
    return found


def crossed(drawing: Drawing) -> int:
    """How many ranks lines cross on their way, all together: what engines need a point of its own for."""
    rank = ranks(drawing)
    return sum(max(0, abs(rank[edge.target] - rank[edge.source]) - 1) for edge in drawing.edges)


def straight(drawing: Drawing, note: str = NOTE) -> str:
    """The drawing as SVG that stands alone, from top to bottom.

    Args:
        note: under it, why it is drawn so.
    """
    rank = ranks(drawing)
    places = _placed(drawing, rank)
    arcs = [edge for edge in drawing.edges if rank[edge.target] - rank[edge.source] > 1]
    reach = max((_bow(rank[edge.target] - rank[edge.source]) for edge in arcs), default=0.0)
    notes = [line for legend in drawing.legends for line in (legend.title, *legend.notes) if line] + [note]
    width = max(max(p.x + p.width / 2 for p in places.values()) + reach, max(map(len, notes)) * LETTER) + 2 * MARGIN
    bottom = max(p.y + p.height / 2 for p in places.values())
    height = bottom + (len(notes) + 1) * LINE + MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}pt" height="{height:.0f}pt" '
        f'viewBox="{-MARGIN} {-MARGIN} {width:.0f} {height + MARGIN:.0f}" role="img" '
        f"font-family=\"Helvetica, Arial, 'Liberation Sans', sans-serif\">",
        f"<title>{escape(clean(drawing.name))}</title>\n<desc>{escape(visible(drawing.summary()))}</desc>",
        f'<rect x="{-MARGIN}" y="{-MARGIN}" width="{width:.0f}" height="{height + MARGIN:.0f}" fill="{PAPER}"/>',
    ]
    lines += [_edge(edge, places, rank) for edge in drawing.edges]
    lines += [drawn(box, places[box.id]) for box in drawing.boxes]
    for number, note in enumerate(notes, 1):
        lines.append(
            f'<text x="0" y="{bottom + number * LINE + 6:.1f}" font-size="{SIZE}" fill="{INK}">{escape(clean(note))}</text>'
        )
    return "\n".join([*lines, "</svg>", ""])


def _placed(drawing: Drawing, rank: dict[str, int]) -> dict[str, Place]:
    """Every box at its place: ranks one below the other, each in the order of the mean place of its neighbours."""
    rows: dict[int, list[Box]] = defaultdict(list)
    for box in drawing.boxes:
        rows[rank[box.id]].append(box)
    beside: dict[str, list[str]] = defaultdict(list)
    for edge in drawing.edges:
        beside[edge.target].append(edge.source)
        beside[edge.source].append(edge.target)
    x = {box.id: float(number) for row in rows.values() for number, box in enumerate(row)}
    for sweep in range(SWEEPS):
        for number in sorted(rows, reverse=sweep % 2 == 1):
            earlier = {
                box.id: _mean([x[n] for n in beside[box.id] if (rank[n] < number) == (sweep % 2 == 0)], x[box.id])
                for box in rows[number]
            }
            rows[number].sort(key=lambda box: earlier[box.id])
            x.update((box.id, float(place)) for place, box in enumerate(rows[number]))
    widest = max(_row_width(row) for row in rows.values())
    places: dict[str, Place] = {}
    top = 0.0
    for number in sorted(rows):
        row = rows[number]
        height = max(extent(box)[1] for box in row)
        left = (widest - _row_width(row)) / 2
        for box in row:
            wide, high = extent(box)
            places[box.id] = Place(left + wide / 2, top + height / 2, wide, high)
            left += wide + ACROSS
        top += height + DOWN
    return places


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _row_width(row: list[Box]) -> float:
    return sum(extent(box)[0] for box in row) + ACROSS * (len(row) - 1)


def extent(box: Box) -> tuple[float, float]:
    """Width and height of a box."""
    if box.kind == "fork":
        return 4, 4
    if box.kind == "sign":
        return 18, 18
    longest = max((len(clean(line)) for line in box.lines), default=0)
    return max(36.0, longest * LETTER + 12), max(1, len(box.lines)) * LINE + 6


def _bow(span: int) -> float:
    """How far an arc over so many ranks reaches out to the right."""
    return 14 + 10 * math.pow(min(span, 40), 0.8)


def _edge(edge: Edge, places: dict[str, Place], rank: dict[str, int]) -> str:
    """A line with its arrow head: straight to the next rank, otherwise an arc on the right."""
    a, b = places[edge.source], places[edge.target]
    span = rank[edge.target] - rank[edge.source]
    colour = LINES.get(edge.tone, {}).get("color", INK)
    if span <= 1:
        start, end = (a.x, a.y + a.height / 2), (b.x, b.y - b.height / 2)
        path = f"M{start[0]:.1f},{start[1]:.1f}L{end[0]:.1f},{end[1] - 5:.1f}"
        head = f"M{end[0]:.1f},{end[1]:.1f}l-3,-6h6z"
        label = ((start[0] + end[0]) / 2 + 4, (start[1] + end[1]) / 2 + 3)
    else:
        start, end = (a.x + a.width / 2, a.y), (b.x + b.width / 2, b.y)
        out = max(start[0], end[0]) + _bow(span)
        path = f"M{start[0]:.1f},{start[1]:.1f}C{out:.1f},{start[1]:.1f} {out:.1f},{end[1]:.1f} {end[0] + 5:.1f},{end[1]:.1f}"
        head = f"M{end[0]:.1f},{end[1]:.1f}l6,-3v6z"
        label = (0.0, 0.0)
    dashes = ' stroke-dasharray="4,2"' if LINES.get(edge.tone, {}).get("style") == "dashed" else ""
    drawn = (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="0.7" stroke-opacity="{1 if span <= 1 else 0.45}"{dashes}/>'
        f'<path d="{head}" fill="{colour}"/>'
    )
    if edge.text and span <= 1:
        drawn += f'<text x="{label[0]:.1f}" y="{label[1]:.1f}" font-size="{SIZE - 1}" fill="{colour}">{escape(clean(edge.text))}</text>'
    return drawn


def drawn(box: Box, place: Place) -> str:
    """A box with its text, coloured as everywhere."""
    look = {**KINDS[box.kind], **TONES.get(box.tone, {})}
    fill, ink, rim = look.get("fillcolor", PAPER), look.get("fontcolor", INK), look.get("color", INK)
    title = f"<title>{escape(clean(', '.join(box.nodes)))}</title>" if box.nodes else ""
    if box.kind in ("sign", "fork"):
        shape = (
            f'<circle cx="{place.x:.1f}" cy="{place.y:.1f}" r="{place.width / 2:g}" fill="{fill}" stroke="{rim}">{title}</circle>'
        )
    else:
        dashes = ' stroke-dasharray="4,2"' if "dashed" in look.get("style", "") else ""
        round_ = 6 if box.kind in ("input", "output") else 0
        shape = (
            f'<rect x="{place.x - place.width / 2:.1f}" y="{place.y - place.height / 2:.1f}" width="{place.width:.1f}" '
            f'height="{place.height:.1f}" rx="{round_}" fill="{fill}" stroke="{rim}"{dashes}>{title}</rect>'
        )
    first = place.y + 3.5 - LINE * (len(box.lines) - 1) / 2
    for number, line in enumerate(box.lines):
        shape += (
            f'<text x="{place.x:.1f}" y="{first + number * LINE:.1f}" text-anchor="middle" font-size="{SIZE}" fill="{ink}">'
            f"{escape(clean(line))}</text>"
        )
    return shape
