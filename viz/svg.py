"""From the SVG of a layout engine to one that stands alone: scales, speaks to screen readers, refers to nothing outside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

FONTS = "Helvetica, Arial, 'Liberation Sans', sans-serif"

_HEAD = re.compile(r'\A.*?<svg\b[^>]*?\bwidth="([^"]*)"[^>]*?\bheight="([^"]*)"[^>]*?\bviewBox="([^"]*)"[^>]*>', re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_TITLE = re.compile(r"<title>([^<]*)</title>\n?")
_ID = re.compile(r'(<g) id="[^"]*"')
_PIECE = re.compile(r'<polygon fill="([^"]*)" stroke="[^"]*" stroke-width="0" points="([^"]*)"/>')
_FONT = re.compile(r' font-family="[^"]*" font-size="([^"]*)"')


def alone(svg: str, title: str, description: str, titles: Mapping[str, str]) -> str:
    """The finished SVG.

    Args:
        svg: as the engine wrote it, its titles cleared, with a document type that points to the web, and fonts on every text.
        title: what is drawn, for screen readers and tooltips.
        titles: tooltip of each box by its id; what is not listed gets none.
    """

    def tooltip(found: re.Match[str]) -> str:
        text = titles.get(found[1])
        return f"<title>{escape(text)}</title>\n" if text else ""

    head = _HEAD.match(svg)
    assert head is not None, svg[:200]
    width, height, box = head.groups()
    body = _COMMENT.sub("", svg[head.end() :])
    body = _ID.sub(r"\1", _FONT.sub(r' font-size="\1"', _TITLE.sub(tooltip, _PIECE.sub(_line, body))))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="{box}" role="img" '
        f'aria-label={quoteattr(title)} font-family="{FONTS}">\n'
        f"<title>{escape(title)}</title>\n<desc>{escape(description)}</desc>{body}"
    )


def _line(found: re.Match[str]) -> str:
    """The point of a spine as the piece of line that it is: a filled box beside lines looks darker or lighter than they do."""
    colour, corners = found.groups()
    xs, ys = zip(*(map(float, corner.split(",")) for corner in corners.split()), strict=True)
    x, y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    upright = max(ys) - min(ys) > max(xs) - min(xs)
    piece = f"M{x:g},{min(ys):g}V{max(ys):g}" if upright else f"M{min(xs):g},{y:g}H{max(xs):g}"
    return f'<path fill="none" stroke="{colour}" d="{piece}"/>'
