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
    drawing = changed(WORDS[0], ("sigmoid", {}), ("avgpool", {"kernel": 2}), ("conv", {"out": 6}))
    assert told(drawing, "a") == [
        ("input", "pale"),
        ("~ 3x3 conv, pad 1", "changed"),
        ("− 2x2 max pool, stride 2, pad 0", "removed"),
        ("~ 1x1 conv", "changed"),
        ("output", "pale"),
    ]
    assert told(drawing, "b") == [
        ("input", "pale"),
        ("~ 3x3 conv, pad 1", "changed"),
        ("+ 2x2 average pool, stride 2, pad 0", "added"),
        ("~ 1x1 conv", "changed"),
        ("output", "pale"),
    ]
    assert [edge.tone for edge in drawing.edges] == ["", "removed", "removed", "", "", "added", "added", ""]


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
    assert {"A: before", "B: after", "only in A", "only in B", "in both, and not the same", "the same"} <= shown
    with pytest.raises(InputError, match="depth is an int"):
        difference(picture.graph, picture.graph, depth=-1)
