"""PDF and PNG, from the finished SVG: by svglib and reportlab to PDF, and from there by PDFium to pixels.

So every form of a picture looks the same on every machine: the fonts are those that every PDF reader has, and no system library is used.
"""

from __future__ import annotations

import io
import logging

from archdsl.extras import needed_by

SCALE = 2.0  # pixels for a point
LARGEST = 16_000  # pixels along either side; few viewers show more
_WIDE = "DejaVuSans"  # has Greek, Cyrillic, arrows and signs of mathematics
_TEXT = 'font-family="Helvetica, '


def pdf(svg: str) -> bytes:
    """The PDF of an SVG, one page of its size, its text as text.

    Raises:
        BackendError: svglib is not installed.
    """
    with needed_by("a picture as PDF or PNG"):
        from reportlab.graphics import renderPDF
        from svglib.svglib import svg2rlg
    logging.getLogger("svglib").setLevel(logging.ERROR)
    if not _in_helvetica(svg) and _found(_WIDE):
        svg = svg.replace(_TEXT, f'font-family="{_WIDE}, Helvetica, ', 1)
    content = renderPDF.drawToString(svg2rlg(io.BytesIO(svg.encode())))
    assert isinstance(content, bytes)
    return content


def png(svg: str) -> bytes:
    """The PNG of an SVG, two pixels for a point; fewer where it would be larger than 16,000.

    Raises:
        BackendError: svglib or pypdfium2 is not installed.
    """
    page = pdf(svg)
    with needed_by("a picture as PNG"):
        import pypdfium2
    document = pypdfium2.PdfDocument(page)
    scale = min(SCALE, LARGEST / max(document[0].get_size()))
    out = io.BytesIO()
    document[0].render(scale=scale).to_pil().save(out, "PNG", optimize=True)
    return out.getvalue()


def _in_helvetica(text: str) -> bool:
    """Whether Helvetica, with the symbols that reportlab takes from Symbol and ZapfDingbats, has every character."""
    return all(character in _KNOWN or _is_latin(character) for character in set(text))


_KNOWN = frozenset("−√●→·")


def _is_latin(character: str) -> bool:
    try:
        character.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _found(family: str) -> bool:
    """Whether a font is on the system. Looking for it makes it known to reportlab."""
    from svglib.fonts import find_font

    name, exact = find_font(family)
    return bool(exact) and name == family
