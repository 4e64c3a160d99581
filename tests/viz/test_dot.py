"""The DOT source: golden files, and that text stays text."""

import re
import xml.etree.ElementTree as ElementTree

import pytest
from graphs import Builder, block

import archdsl
from archdsl.errors import visible
from archdsl.viz import View, diagram
from archdsl.viz.text import LONGEST, clean

SVG = "{http://www.w3.org/2000/svg}"
NASTY = [
    "<b>x</b>", "<>", 'a"b', '"', "\\N", "\\", "\\\\", 'a\\"', "a\\nb", "&amp;", "&lt;b&gt;", "a & b", "x -> y; z [color=red]",
    "}", "]]>", "<!--", "-->", "{a|b}", "日本語", "é", "a:b:c", "", " ", "%s",
]  # fmt: skip


@pytest.mark.parametrize(
    ("spec", "block", "depth"),
    [
        ("dpnet", None, 1),
        ("dpnet", "dp_a_3", None),
        ("dpnet", "dp_b", None),
        ("resnet18", None, 2),
        ("p_resnet18a", "partial_basic", None),
    ],
)
def test_golden(golden, spec, block, depth):
    picture = diagram(archdsl.load(spec).graph(), View(block, depth=depth))
    golden(f"viz/{spec}{f'_{block}' if block else ''}.dot", picture.dot)


def closed_block(name: str):
    build = Builder((4, 8, 8), name=name)
    frame = block("a", name)
    build("a.x", "relu", scope=(frame,))
    build("a.y", "conv", scope=(frame,), out=4)
    build("a.z", "dropout", scope=(frame,))
    build("a.join", "add", "a.x", "a.z", scope=(frame,))
    return build.graph


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("depth", [1, 2], ids=["box", "cluster"])
def test_names_are_shown_as_text(name, depth):
    picture = diagram(closed_block(name), View(depth=depth))
    root = ElementTree.fromstring(picture.svg)
    shown = {text.text for text in root.iter(f"{SVG}text") if text.text}
    title = f"a: {name}" if name else "a"
    assert {text.strip() for text in shown} >= {title.strip()} or not name
    assert root.get("aria-label") == name
    assert len([group for group in root.iter(f"{SVG}g") if group.get("class") == "node"]) == len(picture.drawing.boxes) + (
        2 if depth == 2 else 0
    )


@pytest.mark.parametrize("name", ["a\nb", "a\0b", "a\x1bb", "a\u2028b", "a\ud800b", "a\u202eb", "a\tb"])
def test_what_cannot_be_shown_is_escaped(name):
    assert clean(name) == visible(name)
    assert visible(name) in diagram(closed_block(name), View(depth=1)).svg


def test_a_long_name_is_cut():
    name = "x" * 3000
    assert clean(name) == "x" * (LONGEST - 1) + "…"
    assert len(diagram(closed_block(name), View(depth=1)).svg) < 20_000


def test_one_type_size_and_one_line_weight():
    svg = diagram(archdsl.load("resnet18").graph(), View(depth="all")).svg
    assert set(re.findall(r'font-size="([\d.]+)"', svg)) == {"10"} | set(re.findall(r'font-size="(10\.00)"', svg))
    assert set(re.findall(r'stroke-width="([\d.]+)"', svg)) <= {"0"}  # the points of spines have no rim


def test_direction():
    assert "rankdir=LR" in diagram(archdsl.load("dpnet").graph(), View("dp_b", rankdir="LR")).dot


@pytest.mark.parametrize("name", [*NASTY, "a\0b", "x" * 300])
def test_names_in_a_legend_are_shown_as_text(name):
    build = Builder((4, 8, 8))
    build(name, "conv", out=16)
    build("last", "conv", out=1)
    picture = diagram(build.graph, View(peak=True))
    shown = {"".join(text.itertext()) for text in ElementTree.fromstring(picture.svg).iter(f"{SVG}text")}
    assert " ".join(clean(f"● {name}: 4,096 bytes").split()) in {" ".join(text.split()) for text in shown}
