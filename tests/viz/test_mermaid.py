"""Mermaid: the same boxes, frames and arrows as the drawing, and no text that is taken for syntax."""

from __future__ import annotations

import re

import pytest
from graphs import Builder, chain

import archdsl
from archdsl.errors import BackendError
from archdsl.viz import View, diagram, difference
from archdsl.viz.drawing import Box, Drawing, Edge
from archdsl.viz.mermaid import markdown, mermaid


def boxes(text: str) -> dict[str, str]:
    return dict(re.findall(r'^ *(b\d+)[\[(]+"(.*?)"[\])]+', text, re.MULTILINE))


def arrows(text: str) -> list[tuple[str, str, str]]:
    named = boxes(text)
    found = re.findall(r'^ *(\w+) -->(?:\|"(.*?)"\|)? (\w+)$', text, re.MULTILINE)
    return [(named[source], named[target], label) for source, label, target in found]


def test_a_block() -> None:
    text = mermaid(diagram(archdsl.load("dpnet").graph(), View("dp_b")).drawing)
    assert text.splitlines()[1] == "flowchart TB"
    assert re.findall(r'subgraph \w+\["(.*?)"\]', text) == ["k3: path", "k5: path"]
    assert arrows(text)[:3] == [
        ("input", "split", "112²×16"),
        ("split", "1x1 conv<br>norm, relu", "112²×8 #91;:8#93;"),
        ("1x1 conv<br>norm, relu", "3x3 depthwise conv, stride 2, pad 1<br>norm, relu", "112²×32"),
    ]
    assert len(re.findall(r"^ *subgraph ", text, re.MULTILINE)) == len(re.findall(r"^ *end$", text, re.MULTILINE))


def test_a_shortcut_parts_where_its_tensor_was_made() -> None:
    drawing = diagram(archdsl.load("resnet18").graph(), View(depth=2)).drawing
    text = mermaid(drawing)
    forks = {box.id for box in drawing.boxes if box.kind == "fork"}
    assert forks
    assert not [name for name in forks if re.search(rf"\b{name}\b", text)]
    into_add = [source for source, target, _ in arrows(text) if target == "#43;"]
    assert into_add[:2] == ["3x3 max pool, stride 2, pad 1", "learned: two_convs<br>s 1, width 64"]


def test_the_shape_of_a_tensor_that_parts_stands_once() -> None:
    build = Builder((4, 8, 8))
    build("relu", "relu")
    build("add", "add", "input", "relu")
    assert arrows(mermaid(diagram(build.graph).drawing)) == [
        ("input", "relu", "8²×4"),
        ("input", "#43;", ""),
        ("relu", "#43;", ""),
        ("#43;", "output", "8²×4"),
    ]


def test_text_is_shown_as_it_is_written() -> None:
    lines = ('a"b <b>&amp; #35; `c` *d* _e_ f_g [h] {i} |j| ; end', "1. x", "- y", "+ z", "12) w")
    drawing = Drawing("n", (Box("b0", "operator", lines), Box("b1", "block", ("end",))), (Edge("b0", "b1", '"|x'),), ())
    text = mermaid(drawing)
    shown = boxes(text)["b0"].split("<br>")
    assert not re.search(r'["<>`*|{}\[\];&]', re.sub(r"#\d+;", "", "".join(shown)))
    assert [re.sub(r"#(\d+);", lambda code: chr(int(code[1])), line) for line in shown] == list(lines)
    assert "f_g" in shown[0]
    assert [line[:4] for line in shown[2:4]] == ["#45;", "#43;"]
    assert shown[1] == "1#46; x"
    assert arrows(text)[0][2] == "#34;#124;x"


def test_markdown_holds_the_chart_in_a_fence() -> None:
    text = markdown(diagram(archdsl.load("dpnet").graph()).drawing, "LR")
    assert text.startswith("# DP-Net\n\n```mermaid\n%%{init:")
    assert "\nflowchart LR\n" in text
    assert text.endswith("\n```\n")
    assert text.count("```") == 2


def test_heat_has_its_colours_and_a_legend() -> None:
    text = mermaid(archdsl.load("dpnet").diagram(heat="macs", legend=True).drawing)
    assert re.search(r'"dp_b   exp 64, out 24, s 2, relu   13\.2%"\]:::heat4$', text, re.MULTILINE)
    assert "classDef heat4 fill:#cc4c02,stroke:#1f2328,color:#ffffff" in text
    assert 'subgraph legend1["share of 106,148,272 multiply-accumulates"]' in text
    assert re.findall(r'^    l1_\d\["(.*?)"\]:::(\w+)$', text, re.MULTILINE)[0] == ("below 1%", "heat0")


def test_a_difference_is_told_by_lines_too() -> None:
    before, after = archdsl.load("resnet18").graph(), archdsl.load("p_resnet18a").graph()
    text = mermaid(difference(before, after, depth=2).drawing)
    assert "classDef removed fill:#fdae6b,stroke:#1f2328,color:#1f2328,stroke-dasharray:5 3" in text
    assert ":::removed" in text


def test_what_mermaid_would_not_draw_is_an_error() -> None:
    graph = chain((4, 8, 8), *[("conv", {"out": 4 + n % 2, "kernel": 1}) for n in range(600)])
    with pytest.raises(BackendError, match="Mermaid draws at most 500 and 50,000, Net has 601 arrows"):
        mermaid(diagram(graph, View(depth="all")).drawing)
