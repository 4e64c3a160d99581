"""The gallery is what its commands make now."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

import pytest

from archdsl.documentation import gallery
from archdsl.errors import ArchdslError
from archdsl.viz.layout import find_engine

DOCS = Path(__file__).parents[2] / "docs"


def texts(svg: bytes) -> Counter[str]:
    """All that is written in a picture."""
    return Counter(
        "".join(node.itertext()).strip() for node in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    )


def test_the_gallery_is_current() -> None:
    """To the byte with the engine that pip installs, whose version is pinned; with another, in all that is written."""
    found = gallery.made()
    there = {gallery.PAGE, *(f"gallery/{p.relative_to(DOCS / 'gallery')}" for p in (DOCS / "gallery").rglob("*") if p.is_file())}
    assert there == set(found), "run: python -m archdsl.documentation.gallery docs"
    exact = find_engine().name == "graphviz-pure"
    for name, content in found.items():
        old = (DOCS / name).read_bytes()
        same = old == content if exact or name == gallery.PAGE else texts(old) == texts(content)
        assert same, f"{name} is out of date; run: python -m archdsl.documentation.gallery docs"


def test_the_page_shows_every_picture() -> None:
    page = (DOCS / gallery.PAGE).read_text(encoding="utf-8")
    for path in (DOCS / "gallery").rglob("*.svg"):
        assert f"(gallery/{path.relative_to(DOCS / 'gallery')})" in page
    for name in ("fig2a", "fig2b", "fig3a", "fig3b", "fig4", "fig5"):
        assert f"gallery/{name}.svg" in page


def test_the_pictures_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in (DOCS / "gallery").rglob("*.svg")}
    assert max(sizes.values()) < 150_000, sizes
    assert sum(sizes.values()) < 600_000


def test_a_command_that_fails_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    entry = gallery.Entry("archdsl render dpnet --row 99", {"a.svg": "nothing"})
    monkeypatch.setattr(gallery, "SECTIONS", {"Broken": (entry,)})
    with pytest.raises(ArchdslError, match=r"archdsl render dpnet --row 99: ends with 1, and without a\.svg"):
        gallery.made()
    assert "has no row 99" in capsys.readouterr().err
