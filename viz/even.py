"""The balanced layout as an SVG that stands alone: frames filled, boxes, lines with arrow heads, legends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import escape

from archdsl.viz.balanced import INSET, PAD, Frames, Laid, Line, framed, lay_row
from archdsl.viz.drawing import Cluster, Drawing
from archdsl.viz.legend import drawn as legend_drawn
from archdsl.viz.looks import FILLS, FRAME, INK, LINES, PAPER
from archdsl.viz.series import Row, rows
from archdsl.viz.straight import LETTER, LINE, SIZE, Place
from archdsl.viz.straight import drawn as box_drawn
from archdsl.viz.svg import FONTS
from archdsl.viz.text import clean

RIM, BESIDE, HEAD = 10.0, 40.0, 6.0  # around everything, between two pictures, and the length of an arrow head


@dataclass(frozen=True)
class Rectangle:
    """From the upper left to the lower right, in points."""

    x0: float
    y0: float
    x1: float
    y1: float

    def around(self, other: Rectangle) -> Rectangle:
        return Rectangle(min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1))


def even(drawing: Drawing) -> str | None:
    """The drawing as SVG; None where it is more than boxes in a row and paths side by side."""
    found = rows(drawing)
    if not found:
        return None
    frames = Frames(drawing)
    wrapped(drawing, frames, _put(found, Frames(drawing, titles=False)))
    laid = _put(found, frames)
    return _Page(drawing, frames, laid).svg()


def _put(found: Iterable[Row], frames: Frames) -> Laid:
    """Rows side by side, as one."""
    places: dict[str, Place] = {}
    lines: list[Line] = []
    x = y = 0.0
    for row in found:
        one = lay_row(row, frames)
        put = one.moved(x + one.left, 0)
        places |= put.places
        lines += put.lines
        x, y = x + one.left + one.right + BESIDE, max(y, one.height)
    return Laid(places, tuple(lines), 0.0, x - BESIDE, y)


def wrapped(drawing: Drawing, frames: Frames, laid: Laid) -> None:
    """Break the titles that have no room on the left of the line that enters their frame. Frames grow only for what cannot be broken."""
    for cluster, frame in rectangles(drawing, Frames(drawing, titles=False), laid).items():
        first = next(box for box in drawing.boxes if cluster in frames.of[box.id])
        room = max(laid.places[first.id].x - frame.x0 - 2 * INSET, 0)
        frames.titles[cluster] = tuple(_broken(frames.titles[cluster], int(room / LETTER)))


def _broken(title: Iterable[str], most: int) -> Iterator[str]:
    """Lines of whole words, of at most so many characters where words allow it."""
    for text in title:
        line = ""
        for word in clean(text).split(" "):
            if line and len(line) + 1 + len(word) > most:
                yield line
                line = word
            else:
                line = f"{line} {word}" if line else word
        yield line


def rectangles(drawing: Drawing, frames: Frames, laid: Laid) -> dict[str, Rectangle]:
    """Where each frame stands, outer frames before those in them."""
    inside: dict[str, Rectangle] = {}
    for box in drawing.boxes:
        at = laid.places[box.id]
        _grow(
            inside,
            frames.of[box.id],
            Rectangle(at.x - at.width / 2, at.y - at.height / 2, at.x + at.width / 2, at.y + at.height / 2),
        )
    for line in laid.lines:
        shared = frames.shared(line.edge.source, line.edge.target)
        for x, y in line.points[1:-1]:
            _grow(inside, shared, Rectangle(x, y, x, y))
        if line.label is not None:
            x, y = line.label
            end = x + line.side * (len(line.edge.text) * LETTER + 6)
            _grow(inside, shared, Rectangle(min(x, end), y - SIZE, max(x, end), y))
    made: dict[str, Rectangle] = {}
    for cluster in reversed([c for c in drawing.clusters if framed(c)]):
        found = inside[cluster.id]
        title = frames.titles[cluster.id]
        room = Rectangle(found.x0 - PAD, found.y0 - PAD - LINE * len(title), found.x1 + PAD, found.y1 + PAD)
        first = next(box for box in drawing.boxes if cluster.id in frames.of[box.id])
        room = room.around(Rectangle(laid.places[first.id].x - frames.beside([cluster.id]), room.y1, room.x1, room.y1))
        made[cluster.id] = room
        chain = frames.of[first.id]
        _grow(inside, chain[: chain.index(cluster.id)], room)
    return dict(reversed(made.items()))


def _grow(inside: dict[str, Rectangle], chain: Iterable[str], what: Rectangle) -> None:
    for name in chain:
        inside[name] = inside[name].around(what) if name in inside else what


class _Page:
    """Writes the SVG."""

    def __init__(self, drawing: Drawing, frames: Frames, laid: Laid):
        self.drawing, self.frames, self.laid = drawing, frames, laid
        self.titles = {cluster.id: cluster for cluster in drawing.clusters if cluster.kind == "part"}

    def svg(self) -> str:
        found = rectangles(self.drawing, self.frames, self.laid)
        right, bottom, parts = self.laid.right, self.laid.height, [*self.below()]
        bottom += 2 * LINE if parts else 0
        legends, width, height = legend_drawn(self.drawing.legends, bottom + LINE)
        right, bottom = max(right, width), bottom + height + (LINE if legends else 0)
        wide, high = right + 2 * RIM, bottom + 2 * RIM
        name = escape(clean(self.drawing.name), {'"': "&quot;"})
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:.0f}pt" height="{high:.0f}pt" '
            f'viewBox="{-RIM:g} {-RIM:g} {wide:.0f} {high:.0f}" role="img" aria-label="{name}" font-family="{FONTS}">',
            f"<title>{escape(clean(self.drawing.name))}</title>\n<desc>{escape(clean(self.drawing.summary()))}</desc>",
            f'<rect x="{-RIM:g}" y="{-RIM:g}" width="{wide:.0f}" height="{high:.0f}" fill="{PAPER}"/>',
        ]
        lines += [self.frame(name, at) for name, at in found.items()]
        lines += [_line(line) for line in self.laid.lines]
        lines += [box_drawn(box, self.laid.places[box.id]) for box in self.drawing.boxes]
        lines += [_label(line) for line in self.laid.lines if line.label is not None]
        return "\n".join([*lines, *parts, *legends, "</svg>", ""])

    def frame(self, name: str, at: Rectangle) -> str:
        """A frame with its title."""
        box = next(box for box in self.drawing.boxes if name in self.frames.of[box.id])
        fill = FILLS[self.frames.of[box.id].index(name) % len(FILLS)]
        shape = (
            f'<rect x="{at.x0:.1f}" y="{at.y0:.1f}" width="{at.x1 - at.x0:.1f}" height="{at.y1 - at.y0:.1f}" rx="8" '
            f'fill="{fill}" stroke="{FRAME}"/>'
        )
        for number, text in enumerate(self.frames.titles[name], 1):
            shape += _text(at.x0 + INSET, at.y0 + number * LINE + 1, text)
        return shape

    def below(self) -> Iterator[str]:
        """The titles of parts, each in the middle below its own."""
        for cluster in self.titles.values():
            xs = [
                place.x for box in self.drawing.boxes if self.part(box.cluster) is cluster for place in [self.laid.places[box.id]]
            ]
            yield _text(xs[0], self.laid.height + 2 * LINE - 4, cluster.title, "middle")

    def part(self, place: str) -> Cluster | None:
        """The part that a cluster lies in."""
        around = {cluster.id: cluster for cluster in self.drawing.clusters}
        while place:
            if place in self.titles:
                return self.titles[place]
            place = around[place].parent
        return None


def _line(line: Line) -> str:
    """A line with its arrow head. Its curves begin and end upright."""
    look = LINES.get(line.edge.tone, {})
    colour = look.get("color", INK)
    dashes = ' stroke-dasharray="4,2"' if look.get("style") == "dashed" else ""
    (x, y), *_ = points = list(dict.fromkeys(line.points))
    tip = points[-1]
    points[-1] = (tip[0], tip[1] - HEAD + 1)
    path = f"M{x:.1f},{y:.1f}"
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = (y0 + y1) / 2
        path += f"L{x1:.1f},{y1:.1f}" if x0 == x1 else f"C{x0:.1f},{middle:.1f} {x1:.1f},{middle:.1f} {x1:.1f},{y1:.1f}"
    head = f"M{tip[0]:.1f},{tip[1]:.1f}l-3,{-HEAD:g}h6z"
    return f'<path d="{path}" fill="none" stroke="{colour}"{dashes}/><path d="{head}" fill="{colour}"/>'


def _label(line: Line) -> str:
    assert line.label is not None
    x, y = line.label
    colour = LINES.get(line.edge.tone, {}).get("fontcolor", INK)
    return _text(x + 6 * line.side, y, line.edge.text, "start" if line.side > 0 else "end", colour)


def _text(x: float, y: float, text: str, anchor: str = "start", colour: str = INK) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{SIZE}" fill="{colour}">{escape(clean(text))}</text>'
