"""The peak of memory as a drawing."""

from __future__ import annotations

import numpy as np
import pytest
from graphs import Builder, chain

import archdsl
from archdsl.cost.memory.peak import memory
from archdsl.errors import InputError
from archdsl.viz import View, diagram
from archdsl.viz.text import bytes_text


def test_what_is_alive_is_what_memory_says():
    graph = archdsl.load("dpnet").graph()
    moment = memory(graph).peak
    drawing = diagram(graph, View(depth="all", peak=True)).drawing
    running = [box for box in drawing.boxes if box.tone == "running"]
    assert len(running) == 1
    assert moment.node in running[0].nodes
    made = {name for box in drawing.boxes if box.tone in ("alive", "running") for name in box.nodes} & {
        n for n, _ in moment.alive
    }
    assert made == {name for name, _ in moment.alive}
    assert all(not box.tone or box.tone in ("pale", "alive", "running") for box in drawing.boxes)
    (legend,) = drawing.legends
    assert f"{moment.bytes:,} bytes" in legend.title
    assert [note.removeprefix("● ") for note in legend.notes] == [f"{name}: {count:,} bytes" for name, count in moment.alive]


def test_a_shortcut_that_waits_is_alive():
    """While the second convolution runs, the tensor on the shortcut is in memory and what is behind the sum is not."""
    build = Builder((8, 32, 32))
    begin = build("begin", "conv", out=8)
    build("wide", "conv", begin, out=64)
    narrow = build("narrow", "conv", out=8)
    build("sum", "add", begin, narrow)
    build("after", "conv", out=4)
    drawing = diagram(build.graph, View(depth="all", peak=True)).drawing
    text = {box.id: box.lines for box in drawing.boxes}
    assert memory(build.graph).peak.node == "narrow"
    shortcut = [e.tone for e in drawing.edges if e.node == "begin" and text[e.target] == ("+",)]
    assert shortcut == ["alive"]
    assert [e.tone for e in drawing.edges if e.node in ("sum", "after")] == ["pale"] * 2
    assert [e.tone for e in drawing.edges if e.node in ("wide", "narrow")] == ["alive"] * 2  # what is read, and what is made


def test_equal_repeats_at_the_peak_are_drawn_apart():
    graph = chain((4, 8, 8), *[("conv", {"out": 4})] * 5)
    plain, peak = (diagram(graph, View(depth="all", peak=wanted)).drawing for wanted in (False, True))
    assert [box.times for box in plain.boxes] == [1, 5, 1]
    assert sum(box.tone == "running" for box in peak.boxes) == 1
    assert sum(box.times for box in peak.boxes) == sum(box.times for box in plain.boxes)


def test_scratch_is_told():
    graph = chain((4, 64, 64), ("maxpool", {"kernel": 2}), ("conv", {"out": 1}))
    notes = diagram(graph, View(peak=True)).drawing.legends[0].notes
    assert notes[-1] == "32,768 bytes that maxpool_0 needs until it returns"


def test_a_grid_has_no_one_peak():
    with pytest.raises(InputError, match="a grid of networks has no one moment of most memory"):
        diagram(archdsl.load("dpnet", width=np.array([0.5, 1])).graph(), View(peak=True))


def test_sizes():
    assert [bytes_text(n) for n in (12, 2048, 802_816)] == ["12 B", "2.0 KiB", "0.77 MiB"]
