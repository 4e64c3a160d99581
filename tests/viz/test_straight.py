"""The coarse layout, for drawings that engines cannot untangle."""

from __future__ import annotations

import random
import xml.etree.ElementTree as ElementTree

import pytest

import archdsl
from archdsl.viz import layout
from archdsl.viz.straight import NOTE, TANGLED, crossed, ranks, straight

SVG = "{http://www.w3.org/2000/svg}"


def wired(count: int, seed: int = 0) -> archdsl.Net:
    """A net whose convolutions each read the sum of two random earlier ones."""
    rng = random.Random(seed)
    lines = ["archdsl: 1", "input: [8, 32, 32]", "net:", "  - {conv: 8, as: a0}"]
    for number in range(1, count):
        first, second = f"a{number - 1}", f"a{rng.randrange(number)}"
        lines += [f"  - {{add: {{}}, from: [{first}, {second}]}}", f"  - {{conv: 8, as: a{number}}}"]
    return archdsl.loads("\n".join(lines))


def test_random_links_are_drawn_without_an_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "find_engine", lambda: pytest.fail("an engine was asked"))
    net = wired(500)
    picture = net.diagram(depth="all")
    assert crossed(picture.drawing) > TANGLED
    root = ElementTree.fromstring(picture.svg)
    texts = ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]
    assert texts.count("1x1 conv") == 500
    assert NOTE in texts
    paths = [path for path in root.iter(f"{SVG}path") if path.get("fill") == "none"]
    assert len(paths) == len(picture.drawing.edges)


def test_boxes_of_a_rank_do_not_overlap_and_lines_lead_down() -> None:
    drawing = wired(80, 3).diagram(depth="all").drawing
    rank = ranks(drawing)
    assert all(rank[edge.source] < rank[edge.target] for edge in drawing.edges)


def test_an_engine_that_takes_too_long_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: object, **__: object) -> bytes:
        raise layout.TooSlow("the layout was not done after 15 s (dot)")

    monkeypatch.setattr("archdsl.viz.picture.lay_out", slow)
    svg = archdsl.load("resnet18").diagram(depth=1).svg
    assert NOTE in svg
    ElementTree.fromstring(svg)


def test_the_zoo_is_laid_out_by_an_engine() -> None:
    for name in ("efficientnet_b4", "densenet121", "randwire", "dpnet"):
        assert crossed(archdsl.load(name).diagram(depth="all").drawing) < TANGLED / 4


def test_hostile_names_are_shown_as_they_are() -> None:
    text = 'archdsl: 1\ninput: [8, 4, 4]\nname: "<script>&"\nnet:\n  - conv: 8\n'
    svg = straight(archdsl.loads(text).diagram(depth="all").drawing)
    assert "<script>" not in svg
    ElementTree.fromstring(svg)
