"""The forms of a picture: one table from the ending of a file to what writes it.

A writer takes the picture and gives the content of the file. What it needs beyond the layout engine is imported when it runs.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from archdsl.artifacts import json_text
from archdsl.errors import InputError

if TYPE_CHECKING:
    from archdsl.viz.picture import Picture
    from archdsl.viz.view import Scene


class Form(NamedTuple):
    """One form.

    Attributes:
        words: what it is, for help texts.
        write: the content of the file. Raises BackendError where something that it needs is not installed.
        beside: what goes into files beside it, by the ending in place of its own.
    """

    words: str
    write: Callable[[Picture], bytes]
    beside: Callable[[Picture], dict[str, bytes]] | None = None


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


def _mermaid(picture: Picture) -> bytes:
    from archdsl.viz.mermaid import mermaid

    return mermaid(picture.drawing, picture.rankdir).encode()


def _markdown(picture: Picture) -> bytes:
    from archdsl.viz.mermaid import markdown

    return markdown(picture.drawing, picture.rankdir).encode()


def _page(picture: Picture) -> bytes:
    from archdsl.viz.page import page

    return page(_scene(picture, "a page")).encode()


def _model_explorer(picture: Picture) -> bytes:
    from archdsl.viz.model_explorer import graph_collection

    return json_text(graph_collection(_scene(picture, "a graph for Model Explorer")), 1).encode()


def _node_data(picture: Picture) -> dict[str, bytes]:
    from archdsl.viz.model_explorer import node_data

    scene = _scene(picture, "node data")
    return {} if scene.heat is None else {f".{scene.view.cost}.json": json.dumps(node_data(scene), indent=1).encode()}


def _scene(picture: Picture, what: str) -> Scene:
    scene = picture.scene
    if scene is None:
        raise InputError(f"{what} shows one network, and this is a picture of two; save it as .svg")
    if scene.view.peak:
        raise InputError(f"{what} does not show the peak of memory; save it as .svg, or colour by memory with heat")
    if scene.net is None:
        raise InputError(f"{what} shows the spec of a network; draw it as archdsl.load(...).diagram(...)")
    return scene


FORMS: dict[str, Form] = {
    ".svg": Form("vector graphics for pages", _svg),
    ".png": Form("pixels", _png),
    ".pdf": Form("a page to print", _pdf),
    ".dot": Form("Graphviz source, which needs no layout engine", _dot),
    ".gv": Form("the same", _dot),
    ".html": Form("a page on which blocks fold and unfold", _page),
    ".mmd": Form("Mermaid source", _mermaid),
    ".md": Form("Mermaid in Markdown", _markdown),
    ".json": Form("a graph for Model Explorer", _model_explorer, _node_data),
}
