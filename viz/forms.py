"""The forms of a picture: one table from the ending of a file to what writes it.

A writer takes the picture and gives the content of the file. What it needs beyond the layout engine is imported when it runs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from archdsl.errors import InputError

if TYPE_CHECKING:
    from archdsl.viz.picture import Picture


class Form(NamedTuple):
    """One form.

    Attributes:
        words: what it is, for help texts.
        write: the content of the file. Raises BackendError where something that it needs is not installed.
    """

    words: str
    write: Callable[[Picture], bytes]


def form(path: str | Path) -> Form:
    """The form that the ending of a path asks for.

    Raises:
        InputError: there is none for it.
    """
    found = FORMS.get(Path(path).suffix.lower())
    if found is None:
        raise InputError(f"{path}: a picture ends in {', '.join(FORMS)}")
    return found


def _svg(picture: Picture) -> bytes:
    return picture.svg.encode()


def _png(picture: Picture) -> bytes:
    from archdsl.viz.convert import png

    return png(picture.svg)


def _pdf(picture: Picture) -> bytes:
    from archdsl.viz.convert import pdf

    return pdf(picture.svg)


def _dot(picture: Picture) -> bytes:
    return picture.dot.encode()


FORMS: dict[str, Form] = {
    ".svg": Form("vector graphics for pages", _svg),
    ".png": Form("pixels", _png),
    ".pdf": Form("a page to print", _pdf),
    ".dot": Form("Graphviz source, which needs no layout engine", _dot),
    ".gv": Form("the same", _dot),
}
