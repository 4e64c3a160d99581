"""The page as one file: structure, style, scripts and data in it, nothing fetched from anywhere."""

from __future__ import annotations

import json
from html import escape
from importlib.resources import files
from typing import Any

from archdsl.viz.page.data import page_data
from archdsl.viz.text import clean, visible_data
from archdsl.viz.view import Scene

SCRIPTS = ("dagre.min.js", "model.js", "arrange.js", "view.js", "panel.js", "main.js")
"""In the order in which they run: a library, and the page's own."""


def page(scene: Scene) -> str:
    """A network as an HTML file, or a part of it.

    Args:
        scene: of a network that is known (`scene.net`). Its blocks are open at first as far as the view says.

    Raises:
        InputError: the net is a grid of networks.
        BackendError: an operator has no label.
    """
    data = page_data(scene)
    filled = {
        "TITLE": escape(clean(data["name"])),
        "STYLE": _asset("drawing.css") + _asset("page.css"),
        "DATA": _script_data(data),
        "LICENSE": _asset("dagre.LICENSE").strip(),
        "SCRIPTS": "\n".join(f"<script>\n{_asset(name).strip()}\n</script>" for name in SCRIPTS),
    }
    text = _asset("page.html")
    parts = text.split("@@")  # every other one is a place to fill; what was filled in is not looked at again
    return "".join(filled[part] if index % 2 else part for index, part in enumerate(parts))


def _script_data(data: Any) -> str:
    """JSON for a script: no name may end the element that it stands in."""
    return json.dumps(visible_data(data), separators=(",", ":")).replace("<", "\\u003c")


def _asset(name: str) -> str:
    return files("archdsl.viz.page").joinpath(name).read_text(encoding="utf-8")
