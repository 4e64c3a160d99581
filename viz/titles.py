"""Titles of frames out of the way of lines.

A title that a line would cross moves along the frame to where there is room. Where there is none, the picture is laid out again with
a wider frame; what is left then is written over the line, with paper behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

Point = tuple[float, float]
Span = tuple[float, float]

_EDGE = re.compile(r'<g[^>]* class="edge"[^>]*>[^<]*(?:<title>[^<]*</title>)?\s*<path[^>]* d="([^"]*)"')
_TITLE = re.compile(
    r'(?P<frame><g[^>]* class="cluster"[^>]*>\s*(?:<title>(?:cluster_)?(?P<id>[^<]*)</title>)?\s*'
    r'<(?:path|polygon)[^>]* (?:d|points)="(?P<points>[^"]*)"[^>]*>\s*)'
    r'<text[^>]* y="(?P<y>[^"]*)"[^>]*>(?P<text>[^<]*)</text>'
)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_ENTITY = re.compile(r"&[^;]*;")
_BLANKS = re.compile(r"(?:\u00a0|&#160;|&nbsp;)+\Z")
_STEPS = 8  # straight pieces of each curve
_INSET = 8.0  # points between a frame and its title
_CLEAR = 3.0  # points between a title and a line or frame


def widened(title: str) -> str:
    """A title with blanks behind it, so that its frame becomes wide enough for what enters beside it."""
    return title + "\u00a0" * (2 * len(title) // 3 + 2)


def cleared(svg: str, size: float, advance: float, ink: str, paper: str) -> tuple[str, list[str]]:
    """The SVG of an engine with its titles moved, and the ids of the clusters whose titles had no room.

    Args:
        ink, paper: colours of text and of what is behind it.
        size: of the type, in points.
        advance: points that one character takes.
    """
    curves = [_points(found) for found in _EDGE.findall(svg)]
    spans = [(min(y for _, y in curve), max(y for _, y in curve), curve) for curve in curves]
    over: list[str] = []
    crossed: list[str] = []

    def moved(found: re.Match[str]) -> str:
        frame = [x for x, _ in _points(found["points"])]
        left, right, y = min(frame) + _INSET, max(frame) - _INSET, float(found["y"])
        near = [curve for low, high, curve in spans if low < y + size / 4 and high > y - size]
        lines = sorted(span for curve in near if (span := _across(curve, y - size, y + size / 4)) is not None)
        text = _BLANKS.sub("", found["text"])
        width = len(_ENTITY.sub("x", text)) * advance
        place = _room(left, width, right, lines)
        where = f'x="{left if place is None else place:.2f}" y="{found["y"]}" font-size="{size:g}" fill="{ink}"'
        if place is None:
            width = min(width, right - left)
            box = f'x="{left:.2f}" y="{y - size:.2f}" width="{width:.2f}" height="{size * 1.25:.2f}"'
            over.append(f'<rect {box} fill="{paper}"/>\n<text {where}>{text}</text>\n')
            crossed.append(found["id"] or "")
            return found["frame"]
        return f"{found['frame']}<text {where}>{text}</text>"

    drawn = _TITLE.sub(moved, svg)
    end = drawn.rindex("</g>")
    return drawn[:end] + "".join(over) + drawn[end:], crossed


def _points(path: str) -> list[Point]:
    numbers = list(map(float, _NUMBER.findall(path)))
    return list(zip(numbers[::2], numbers[1::2], strict=False))


def _across(curve: list[Point], top: float, bottom: float) -> Span | None:
    """From where to where a curve of cubic pieces runs within a band, None where it does not."""
    xs: list[float] = []
    before = curve[0]
    for point in _sampled(curve):
        (x0, y0), (x1, y1) = before, point
        if min(y0, y1) < bottom and max(y0, y1) > top:
            for y in (min(max(y0, top), bottom), min(max(y1, top), bottom)):
                share = (y - y0) / (y1 - y0) if y1 != y0 else 0.0
                xs.append(x0 + share * (x1 - x0))
        before = point
    return (min(xs), max(xs)) if xs else None


def _sampled(curve: list[Point]) -> Iterator[Point]:
    for start in range(0, len(curve) - 3, 3):
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = curve[start : start + 4]
        for step in range(1, _STEPS + 1):
            t = step / _STEPS
            a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
            yield a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3


def _room(x: float, width: float, right: float, lines: Iterable[Span]) -> float | None:
    """The leftmost place for a title of a width between `x` and `right`, None where there is none."""
    place = x
    for low, high in lines:
        if low - _CLEAR >= place + width:
            break
        place = max(place, high + _CLEAR)
    return place if place + width <= right or place == x else None
