"""Titles of frames, moved out of the way of lines.

A title that a line would cross moves along the frame to where there is room. Where there is none, the picture is laid out again with
a wider frame. A title that still has no room is written over the line, with paper behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from archdsl.viz.looks import ADVANCE, INK, PAPER, SIZE

Point = tuple[float, float]
Span = tuple[float, float]

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_BLANK = "\u00a0"
_STEPS = 8  # straight pieces of each curve
_INSET = 8.0  # points between a frame and its title
_CLEAR = 3.0  # points between a title and a line or frame


def widened(title: str) -> str:
    """A title with blanks after it, so that its frame becomes wide enough for what enters beside it."""
    return title + _BLANK * (2 * len(title) // 3 + 2)


def cleared(root: Element) -> list[str]:
    """Move the titles of the frames in an engine's SVG. Returns the ids of the clusters whose titles had no room.

    Args:
        root: of the SVG as a tree. It is changed.
    """
    groups = list(root.iter("g"))
    curves = [_points(path.get("d", "")) for g in groups if g.get("class") == "edge" for path in g.findall("path")]
    reaches = [(min(ys), max(ys), min(xs), max(xs), curve) for curve in curves for xs, ys in [zip(*curve, strict=True)]]
    over: list[Element] = []
    crossed: list[str] = []
    for group in groups:
        text = group.find("text") if group.get("class") == "cluster" else None
        if text is None:
            continue
        frame = _frame(group)
        y = float(text.get("y", "0"))
        text.text = (text.text or "").rstrip(_BLANK)
        width = len(text.text) * ADVANCE
        left, right = min(x for x, _ in frame) + _INSET, max(x for x, _ in frame) - _INSET
        top, bottom, begin, end = y - SIZE, y + SIZE / 4, left - _CLEAR, max(right, left + width) + _CLEAR
        # A curve of cubic pieces never leaves the rectangle around its points.
        near = [curve for up, down, west, east, curve in reaches if up < bottom and down > top and west <= end and east >= begin]
        lines = sorted(span for curve in near if (span := _across(curve, top, bottom)) is not None)
        place = _room(left, width, right, lines)
        where = left if place is None else place
        text.attrib = {"x": f"{where:.2f}", "y": text.get("y", ""), "font-size": f"{SIZE:g}", "fill": INK}
        if place is None:
            crossed.append(group.findtext("title", "").removeprefix("cluster_"))
            group.remove(text)
            over += [_paper(left, y, min(width, right - left)), text]
    root[-1].extend(over)
    return crossed


def _frame(group: Element) -> list[Point]:
    """The points of the frame of a cluster."""
    frame = next(child for child in group if child.tag in ("path", "polygon"))
    return _points(frame.get("d") or frame.get("points") or "")


def _paper(x: float, y: float, width: float) -> Element:
    """A piece of paper behind a title."""
    sizes = {"x": x, "y": y - SIZE, "width": width, "height": SIZE * 1.25}
    return Element("rect", {**{name: f"{size:.2f}" for name, size in sizes.items()}, "fill": PAPER})


def _points(path: str) -> list[Point]:
    numbers = list(map(float, _NUMBER.findall(path)))
    return list(zip(numbers[::2], numbers[1::2], strict=False))


def _across(curve: list[Point], top: float, bottom: float) -> Span | None:
    """From where to where a curve of cubic pieces runs within a band; None where it does not enter the band."""
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
