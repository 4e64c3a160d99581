"""Two networks side by side."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
from graphs import chain

import archdsl
from archdsl.errors import InputError
from archdsl.viz import difference
from archdsl.viz.spine import _order

WORDS = ("conv", {"out": 8, "kernel": 3}), ("relu", {}), ("maxpool", {"kernel": 2}), ("conv", {"out": 4})


def graph_of(*words):
    return chain((4, 16, 16), *words)


def changed(*words):
    return difference(chain((3, 16, 16), *WORDS), chain((3, 16, 16), *words), depth="all").drawing


def told(drawing, prefix: str) -> list[tuple[str, str]]:
    return [(box.lines[0], box.tone) for box in drawing.boxes if box.id.startswith(prefix)]


def test_the_same_is_pale():
    drawing = changed(*WORDS)
    assert {box.tone for box in drawing.boxes} == {"pale"}
    assert {edge.tone for edge in drawing.edges} == {""}
    assert [cluster.title for cluster in drawing.clusters] == ["A: Net", "B: Net"]


def test_added_removed_and_changed_have_a_tone_and_a_mark():
    drawing = changed(WORDS[0], ("sigmoid", {}), ("maxpool", {"kernel": 4}), ("shuffle", {"groups": 2}), ("conv", {"out": 6}))
    assert told(drawing, "a") == [
        ("input", "pale"),
        ("~ 3x3 conv, pad 1", "changed"),
        ("~ 2x2 max pool, stride 2, pad 0", "changed"),
        ("~ 1x1 conv", "changed"),
        ("output", "pale"),
    ]
    assert told(drawing, "b") == [
        ("input", "pale"),
        ("~ 3x3 conv, pad 1", "changed"),
        ("~ 4x4 max pool, stride 4, pad 0", "changed"),
        ("+ channel shuffle, 2 groups", "added"),
        ("~ 1x1 conv", "changed"),
        ("output", "pale"),
    ]
    assert [edge.tone for edge in drawing.edges if edge.source.startswith("b")] == ["", "", "added", "added", ""]
    back = difference(graph_of(("shuffle", {"groups": 2}), *WORDS), graph_of(*WORDS), depth="all").drawing
    assert told(back, "a")[1] == ("− channel shuffle, 2 groups", "removed")


def test_what_changed_stands_in_the_second():
    drawing = changed(WORDS[0], ("sigmoid", {}), ("maxpool", {"kernel": 4}), ("conv", {"out": 4}))
    lines = {box.id[0] + box.lines[0]: box.lines[-1] for box in drawing.boxes if box.tone == "changed"}
    assert lines["b~ 3x3 conv, pad 1"] == "relu → sigmoid"
    assert lines["b~ 4x4 max pool, stride 4, pad 0"] == "kernel 2 → 4"
    assert lines["b~ 1x1 conv"] == "input 8²×8 → 4²×8, output 8²×4 → 4²×4"
    assert not any("→" in line for start, line in lines.items() if start[0] == "a")


def test_rows_of_a_table_are_changed_as_wholes():
    drawing = difference(archdsl.load("mobilenet_v3").graph(), archdsl.load("dpnet").graph()).drawing
    rows = [box for box in drawing.boxes if box.kind == "block"]
    assert {box.tone for box in rows} == {"changed", "pale"}
    second = [box.lines for box in rows if box.id[0] == "b" and "dp_" in box.lines[0]]
    assert second[0] == ("~ dp_a   exp 16, out 16, s 1, relu", "bneck → dp_a, without kernel 3")
    known = {box.id: box for box in drawing.boxes}
    levels = {b: a for a, b in drawing.level}
    assert all(box.id in levels for box in rows if box.id[0] == "b")
    assert all(known[a].times == known[b].times for a, b in drawing.level)
    assert [tone for tone, _ in drawing.legends[0].swatches] == ["changed", "pale"]


def test_counterparts_of_which_one_holds_more_have_both_changed():
    drawing = difference(archdsl.load("resnet18").graph(), archdsl.load("resnet34").graph(), depth=0).drawing
    for prefix in "ab":
        assert [line for line, tone in told(drawing, prefix) if tone == "changed"] == [f"~ stage{n}" for n in range(4)]


def test_open_rows_that_changed_say_so_in_their_titles():
    drawing = difference(archdsl.load("resnet18").graph(), archdsl.load("p_resnet18a").graph(), depth=2).drawing
    titles = [[c.title for c in drawing.clusters if c.id[0] == prefix and c.kind == "block"] for prefix in "ab"]
    assert titles[0][:2] == ["~ basic x 2", "~ basic"]
    assert titles[1][:2] == ["~ partial_basic x 2   basic → partial_basic", "~ partial_basic   basic → partial_basic"]


def test_an_inserted_row_is_one_box_added():
    text = "import: [blocks/mobile]\ninput: [8, 16, 16]\nnet:\n  - table:\n      columns: [op, out]\n      rows:\n"
    first, second = (
        archdsl.loads(text + "".join(f"        - [{op}, {out}]\n" for op, out in rows))
        for rows in (
            [("conv3x3", 8), ("conv1x1", 16), ("conv3x3", 16)],
            [("conv3x3", 8), ("conv3x3", 12), ("conv1x1", 16), ("conv3x3", 16)],
        )
    )
    drawing = difference(first.graph(), second.graph()).drawing
    assert [(box.lines, box.tone) for box in drawing.boxes if box.id[0] == "b" and box.tone != "pale"] == [
        (("+ conv3x3   out 12",), "added"),
        (("~ conv1x1   out 16", "input 16²×8 → 16²×12"), "changed"),
    ]


def test_counterparts_stand_at_one_height():
    drawing = difference(archdsl.load("resnet18").graph(), archdsl.load("p_resnet18a").graph(), depth=2).drawing
    known = {box.id: box for box in drawing.boxes}
    assert len(drawing.level) > 15
    assert all(a.startswith("a") and b.startswith("b") for a, b in drawing.level)
    for ids in zip(*drawing.level, strict=True):  # each once, in order
        places = [list(known).index(name) for name in ids]
        assert places == sorted(set(places))
    assert {known[a].lines[0] for a, _ in drawing.level} >= {"stem: conv_norm", "pool"}
    assert len(_order(drawing)) == len(drawing.boxes)


def test_equal_repeats_of_which_one_changed_are_not_folded():
    plain = [("conv", {"out": 4, "kernel": 3})] * 4
    one = [*plain[:2], ("conv", {"out": 4, "kernel": 5}), plain[3]]
    drawing = difference(chain((4, 16, 16), *plain), chain((4, 16, 16), *one), depth="all").drawing
    assert [(box.times, box.tone) for box in drawing.boxes if box.kind == "operator"] == [
        (2, "pale"), (1, "changed"), (1, "pale"), (2, "pale"), (1, "changed"), (1, "pale"),
    ]  # fmt: skip


def test_it_is_drawn_with_its_legend():
    picture = difference(archdsl.load("resnet18").graph(), archdsl.load("p_resnet18a").graph(), titles=("before", "after"))
    root = ElementTree.fromstring(picture.svg)
    shown = {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"A: before", "B: after", "changed", "the same", "basic → partial_basic"} <= shown
    assert not {"only in A", "only in B"} & shown  # the legend has what is there
    with pytest.raises(InputError, match="depth is an int"):
        difference(picture.graph, picture.graph, depth=-1)
