"""Titles of frames: where they move when a line would cross them."""

from xml.etree.ElementTree import Element

import pytest

from archdsl.errors import BackendError
from archdsl.viz.svg import alone, parsed
from archdsl.viz.titles import cleared, widened

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" width="200pt" height="100pt" viewBox="0 0 200 100"><g id="graph0" class="graph">'
TITLE = "learned & kept"


def drawn(*lines: float, right: float = 200) -> Element:
    """A frame from x = 0 to `right` with a title, and upright lines at some x that go in from above."""
    frame = (
        f'<g id="c" class="cluster"><title>cluster_c0</title><polygon points="0,0 {right},0 {right},100 0,100"/>'
        f'<text text-anchor="middle" x="50" y="20">{widened(TITLE).replace("&", "&amp;")}</text></g>'
    )
    edges = "".join(
        f'<g class="edge"><title>a&#45;&gt;b</title><path d="M{x},-10C{x},10 {x},30 {x},50"/><polygon points="0,0 1,1"/></g>'
        for x in lines
    )
    return parsed(f"{HEAD}{frame}{edges}</g></svg>".encode())


def places(root: Element) -> list[tuple[str, str | None, str]]:
    """Of every text: the class of the group that it is in, its text, and where it begins."""
    return [(g.get("class", ""), text.text, text.get("x", "")) for g in root.iter("g") for text in g.findall("text")]


def test_a_title_with_room_stands_at_the_left() -> None:
    root = drawn(150)
    assert cleared(root) == []
    assert places(root) == [("cluster", TITLE, "8.00")]


def test_a_title_moves_beside_the_line_that_would_cross_it() -> None:
    root = drawn(40)
    assert cleared(root) == []
    assert places(root) == [("cluster", TITLE, "43.00")]


def test_a_title_without_room_is_written_over_the_lines_on_paper() -> None:
    root = drawn(40, 100, 180)
    assert cleared(root) == ["c0"]
    assert places(root) == [("graph", TITLE, "8.00")]
    assert [child.tag for child in root[0]][-2:] == ["rect", "text"]
    assert float(root[0][-2].get("width", "")) == pytest.approx(78.6, abs=0.1)


def test_the_finished_svg_keeps_the_text_and_loses_the_ids() -> None:
    root = drawn(40)
    cleared(root)
    text = alone(root, 'a "b" <c>', "one frame", {})
    assert text.startswith(
        '<svg xmlns="http://www.w3.org/2000/svg" width="200pt" height="100pt" viewBox="0 0 200 100" role="img" '
    )
    assert ">learned &amp; kept</text>" in text
    assert " id=" not in text
    assert "cluster_c0" not in text
    again = parsed(text.encode())
    assert (again.get("aria-label"), again.findtext("title"), again.findtext("desc")) == ('a "b" <c>', 'a "b" <c>', "one frame")


def test_what_is_no_svg_is_told() -> None:
    with pytest.raises(BackendError, match="the layout engine wrote an SVG that cannot be read: mismatched tag"):
        parsed(b"<svg><g></svg>")
