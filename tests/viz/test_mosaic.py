"""The picture of feature maps: its structure, its pixels, and its three forms."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ElementTree
from base64 import b64decode
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from archdsl.errors import InputError
from archdsl.viz.mosaic import GAP, LEAST, MARGIN, grey, mosaic, save

MAPS = np.arange(7 * 4 * 5, dtype=np.float32).reshape(7, 4, 5) % 17


def test_structure() -> None:
    drawn = mosaic(MAPS, ("a", "b"), ((1, 4, 0.9), (0, 6, 0.8)), most=100)
    assert (drawn.columns, drawn.rows) == (3, 3)
    assert [(tile.number, tile.row, tile.column) for tile in drawn.tiles][3:5] == [(3, 1, 0), (4, 1, 1)]
    assert [tile.letter for tile in drawn.tiles] == ["b", "a", "", "", "a", "", "b"]
    assert drawn.scale * 5 >= LEAST


def test_at_most_as_many_as_asked_for() -> None:
    assert len(mosaic(MAPS, (), (), most=4).tiles) == 4


def test_each_map_has_its_own_scale() -> None:
    assert grey(np.array([[-1.0, 0.0], [1.0, 3.0]])).tolist() == [[0, 64], [128, 255]]
    assert grey(np.full((2, 2), 7.0)).tolist() == [[0, 0], [0, 0]]


def test_png_holds_the_values(tmp_path: Path) -> None:
    drawn = mosaic(MAPS, ("title ×",), (), most=100)
    save(drawn, MAPS, tmp_path / "a.png")
    pixels = np.asarray(Image.open(tmp_path / "a.png").convert("L"))
    width, height = 5 * drawn.scale, 4 * drawn.scale
    top = pixels.shape[0] - MARGIN - 3 * height - 2 * GAP
    for tile in drawn.tiles:
        x, y = MARGIN + tile.column * (width + GAP), top + tile.row * (height + GAP)
        middle = pixels[y + drawn.scale // 2 : y + height : drawn.scale, x + drawn.scale // 2 : x + width : drawn.scale]
        assert np.array_equal(middle, grey(MAPS[tile.number]))


def test_svg_stands_alone_and_escapes(tmp_path: Path) -> None:
    save(mosaic(MAPS, ("<b> & ×", "é"), ((0, 1, 1.0),), 100), MAPS, tmp_path / "a.svg")
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    shown = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert shown == ["<b> & ×", "é", "a", "a"]
    assert set(re.findall(r"https?://[^\"]*", text)) == {"http://www.w3.org/2000/svg"}
    held = re.search(r'href="data:image/png;base64,([^"]*)"', text)
    assert held is not None
    image = Image.open(io.BytesIO(b64decode(held[1])))
    assert image.size == (int(root.get("width", "")), int(root.get("height", "")))


def test_pdf(tmp_path: Path) -> None:
    save(mosaic(MAPS, ("title",), (), 100), MAPS, tmp_path / "a.pdf")
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")


def test_other_endings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.gif: feature maps are written as \.png, \.svg, \.pdf"):
        save(mosaic(MAPS, (), (), 4), MAPS, tmp_path / "a.gif")
