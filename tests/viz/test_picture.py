"""Pictures: what a user gets."""

import re
import xml.etree.ElementTree as ElementTree

import pytest
from graphs import Builder, block

import archdsl
from archdsl.errors import InputError
from archdsl.viz import View, diagram

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def picture():
    return diagram(archdsl.load("dpnet").graph(), View("dp_a"))


def test_svg_stands_alone(picture):
    root = ElementTree.fromstring(picture.svg)
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert root.get("aria-label") == "dp_a of DP-Net"
    assert len(root.get("viewBox").split()) == 4
    assert root.find(f"{SVG}title").text == "dp_a of DP-Net"
    assert root.find(f"{SVG}desc").text.startswith("13 boxes, 15 arrows: k3")
    assert not re.search(r"href|url\(|<!DOCTYPE|<\?|<!--|\bid=|<script|@import", picture.svg)
    assert re.findall(r"https?://[^\"]*", picture.svg) == ["http://www.w3.org/2000/svg"]
    assert picture._repr_svg_() == picture.svg


def test_boxes_tell_their_nodes(picture):
    titles = [title.text for title in ElementTree.fromstring(picture.svg).iter(f"{SVG}title")]
    assert "dp_a_1.k3.depthwise.conv, dp_a_1.k3.depthwise.norm, dp_a_1.k3.depthwise.relu" in titles


def test_every_label_is_in_the_picture(picture):
    shown = {t.text.replace("\u00a0", "").strip() for t in ElementTree.fromstring(picture.svg).iter(f"{SVG}text") if t.text}
    drawing = picture.drawing
    assert shown >= {line for box in drawing.boxes for line in box.lines}
    assert shown >= {edge.label for edge in drawing.edges if edge.label}
    assert shown >= {cluster.title for cluster in drawing.clusters if cluster.title}


def test_text_fits_its_box():
    """Also in DejaVu Sans, the widest font that stands in for Helvetica: 0.6 em for a character on average."""
    root = ElementTree.fromstring(diagram(archdsl.load("dpnet").graph(), View(depth="all")).svg)
    checked = 0
    for group in root.iter(f"{SVG}g"):
        polygon = group.find(f"{SVG}polygon")
        if group.get("class") == "node" and polygon is not None:
            xs = [float(point.split(",")[0]) for point in polygon.get("points").split()]
            for text in group.findall(f"{SVG}text"):
                assert len(text.text) * 10 * 0.55 <= max(xs) - min(xs), text.text
                checked += 1
    assert checked > 200


def test_no_line_crosses_a_title():
    """A frame with no room beside the lines becomes wider; a title that still has none is written over them, on paper."""
    picture = diagram(archdsl.load("resnet18").graph(), View(depth="all"))
    assert '"learned: two_convs"' in picture.dot
    frames = [group for group in ElementTree.fromstring(picture.svg).iter(f"{SVG}g") if group.get("class") == "cluster"]
    kept = [text for group in frames for text in group.findall(f"{SVG}text")]
    over = re.findall(r"<rect [^>]*/>\n<text [^>]*>([^<]*)", picture.svg)
    assert len(kept) + len(over) == sum(bool(cluster.title) for cluster in picture.drawing.clusters)
    assert over == []
    assert {text.text for text in kept} == {cluster.title for cluster in picture.drawing.clusters if cluster.title}


def test_save(picture, tmp_path):
    for ending in ("svg", "dot", "gv", "png"):
        picture.save(tmp_path / f"a.{ending}")
    assert (tmp_path / "a.svg").read_text(encoding="utf-8") == picture.svg
    assert (tmp_path / "a.gv").read_text(encoding="utf-8") == picture.dot
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert len(list(tmp_path.iterdir())) == 4


def test_save_refuses_what_it_cannot_write(picture, tmp_path):
    with pytest.raises(InputError, match=r"a\.jpg: a picture ends in \.svg, \.png"):
        picture.save(tmp_path / "a.jpg")
    with pytest.raises(InputError, match="cannot be written: No such file"):
        picture.save(tmp_path / "no" / "a.svg")
    (tmp_path / "b.svg").mkdir()
    with pytest.raises(InputError, match="is a folder; name a file"):
        picture.save(tmp_path / "b.svg")
    assert [path.name for path in tmp_path.iterdir()] == ["b.svg"]


def test_unknown_block_and_bad_options():
    graph = archdsl.load("dpnet").graph()
    with pytest.raises(InputError, match=r"DP-Net: unknown block 'dp_aa'; did you mean 'dp_a'\?"):
        diagram(graph, View("dp_aa"))
    for depth in (-1, 1.5, True, "deep"):
        with pytest.raises(InputError, match="depth is an int"):
            diagram(graph, View(depth=depth))
    with pytest.raises(InputError, match="rankdir"):
        diagram(graph, View(rankdir="UP"))


def test_a_block_by_its_full_name():
    graph = archdsl.load("dpnet").graph()
    assert diagram(graph, View("dp_a_3")).drawing.boxes != diagram(graph, View("dp_a")).drawing.boxes
    assert diagram(graph, View("dp_a_1")).drawing.boxes == diagram(graph, View("dp_a")).drawing.boxes


def test_same_graph_same_bytes():
    first, second = (diagram(archdsl.load("resnet18").graph(), View(depth="all")) for _ in range(2))
    assert first.dot == second.dot
    assert first.svg == second.svg


def test_500_layers():
    build = Builder((8, 16, 16))
    for number in range(250):
        frame = (block(f"unit_{number}", f"unit{number}"),)
        begin = build.graph.output
        learned = build(f"unit_{number}.conv", "conv", scope=frame, out=8, kernel=3)
        build(f"unit_{number}.add", "add", begin, learned, scope=frame)
    picture = diagram(build.graph, View(depth="all"))
    svg = picture.svg
    assert svg.count('class="cluster"') >= 250
    assert sum(box.kind == "operator" for box in picture.drawing.boxes) == 250
