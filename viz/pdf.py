"""PDF: by the system's `dot` where that is the engine and can, otherwise from the SVG by svglib and reportlab."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING

from archdsl.errors import BackendError
from archdsl.viz.layout import find_engine, lay_out

if TYPE_CHECKING:
    from archdsl.viz.picture import Picture

MISSING = "PDF needs Graphviz's own `dot` on the PATH, or svglib: pip install 'archdsl[pdf]'"


def pdf(picture: Picture) -> bytes:
    """One page of the size of the picture.

    Raises:
        BackendError: neither way is there; says what to install.
    """
    if find_engine().name == "dot":
        try:
            return lay_out(picture.dot, "pdf")
        except BackendError:  # a Graphviz that was built without cairo
            pass
    return converted(picture.svg)


def converted(svg: str) -> bytes:
    """The PDF of an SVG. Its text is text in one of the fonts that every reader of PDF has.

    Raises:
        BackendError: svglib is not installed.
    """
    try:
        from reportlab.graphics import renderPDF
        from svglib.svglib import svg2rlg
    except ImportError:
        raise BackendError(MISSING) from None
    logging.getLogger("svglib").setLevel(logging.ERROR)
    drawing = svg2rlg(io.BytesIO(svg.encode()))
    content = renderPDF.drawToString(drawing)
    assert isinstance(content, bytes)
    return content
