"""Heat: shares that add up, steps of the scale, and what is refused."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import archdsl
from archdsl.cost.memory.peak import memory
from archdsl.errors import InputError
from archdsl.viz import View, diagram
from archdsl.viz.heat import heat
from archdsl.viz.looks import HEAT, TONES


@pytest.fixture(scope="module")
def net():
    return archdsl.load("dpnet")


@pytest.mark.parametrize("cost", ["macs", "params"])
@pytest.mark.parametrize("depth", [0, 1, "all"])
def test_the_shares_of_all_boxes_make_the_whole(net, cost, depth):
    """Those of folded repeats too, however deep a drawing is opened."""
    found = heat(net.graph(), cost)
    drawing = diagram(net.graph(), View(depth=depth)).drawing
    assert sum(found.of((*box.nodes, *box.repeats)) for box in drawing.boxes) == pytest.approx(1)
    assert f"{getattr(net.cost(), cost):,}" in found.title


def test_boxes_have_their_share_in_words_and_in_a_tone(net):
    drawing = diagram(net.graph(), View(heat="macs")).drawing
    shown = {box.lines[0].rpartition("   ")[0]: (box.lines[0].rpartition("   ")[2], box.tone) for box in drawing.boxes}
    block = sum(layer.macs for layer in net.cost() if layer.node.name.startswith("dp_b_1."))
    assert shown["dp_b   exp 64, out 24, s 2, relu"] == (f"{block / net.cost().macs:.1%}", "heat4")
    pairs = [layer.macs for layer in net.cost() if layer.node.name.startswith(("dp_a_9.", "dp_a_10."))]
    assert shown["dp_a x 2   exp 960, out 160, s 1, se, hswish"][0] == f"{sum(pairs) / net.cost().macs:.1%}"
    tones = {box.lines[0]: box.tone for box in drawing.boxes}
    assert (tones["input"], tones["output"], tones["pool"]) == ("", "", "heat0")


def test_the_legend_has_the_numbers_of_the_scale(net):
    (legend,) = diagram(net.graph(), View(heat="params")).drawing.legends
    assert legend.scale
    assert legend.title == f"share of {net.cost().params:,} parameters"
    assert legend.swatches == (
        ("heat0", "below 1%"),
        ("heat1", "1% to 2%"),
        ("heat2", "2% to 5%"),
        ("heat3", "5% to 10%"),
        ("heat4", "10% to 20%"),
        ("heat5", "from 20%"),
    )
    assert legend.title in diagram(net.graph(), View(heat="params")).svg
    assert "from 20%" in diagram(net.graph(), View(heat="params")).svg


def test_a_part_has_shares_of_itself(net):
    picture = diagram(net.graph(), View("dp_b_1", heat="params"))
    found = heat(net.graph(), "params", [node for node in net.graph() if node.name.startswith("dp_b_1.")])
    assert sum(found.of((*box.nodes, *box.repeats)) for box in picture.drawing.boxes) == pytest.approx(1)
    assert picture.drawing.legends[0].title.endswith("parameters of this part")
    assert picture.drawing.boxes[0].tone == ""


def test_memory_is_what_is_there_while_a_layer_runs(net):
    found = heat(net.graph(), "memory")
    peak = memory(net.graph()).peak
    assert found.of([peak.node]) == 1
    assert found.tone(1) == "heat5"
    for moment in memory(net.graph()).timeline:
        assert found.of([moment.node]) == moment.bytes / peak.bytes
    drawing = diagram(net.graph(), View(heat="memory")).drawing
    assert [box.lines[0] for box in drawing.boxes if box.tone == "heat5"] == ["dp_b   exp 64, out 24, s 2, relu   100%"]


def test_values_may_be_given(net):
    name = "dp_a_1.transition.conv"
    drawing = diagram(net.graph(), View(heat={name: 0.003, "dp_b_1.transition.conv": 0.001})).drawing
    assert [box.lines[0][-5:] for box in drawing.boxes if box.tone not in ("", "heat0")] == ["75.0%", "25.0%"]
    with pytest.raises(InputError, match=r"DP-Net: unknown node 'dp_a_1.transition.cnv'; did you mean 'dp_a_1.transition.conv'"):
        heat(net.graph(), {"dp_a_1.transition.cnv": 1})
    for value in (-1, float("nan"), "3", True):
        with pytest.raises(InputError, match="an amount of at least 0 is wanted"):
            heat(net.graph(), {name: value})
    assert heat(net.graph(), {}).of([name]) == 0


def test_what_cannot_be_drawn_says_why(net):
    with pytest.raises(InputError, match=r"latency of which device\? Say latency\.NAME; shipped: raspberry-pi-3b"):
        diagram(net.graph(), View(heat="latency"))
    with pytest.raises(InputError, match="unknown heat 'mac'; did you mean 'macs'"):
        diagram(net.graph(), View(heat="mac"))
    with pytest.raises(InputError, match="heat and peak both colour the boxes"):
        diagram(net.graph(), View(heat="macs", peak=True))
    with pytest.raises(InputError, match="heat is drawn of one network"):
        diagram(archdsl.load("dpnet", width=np.array([0.5, 1])).graph(), View(heat="macs"))


def lightness(colour: str) -> float:
    """CIE L* of a colour in sRGB (IEC 61966-2-1)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


def test_the_scale_survives_grey():
    """Each step is darker than the one before it by what the eye tells apart, and its text stands out from it."""
    values = [lightness(TONES[tone]["fillcolor"]) for tone in HEAT]
    assert all(a - b > 6 for a, b in pairwise(values)), values
    for tone in HEAT:
        assert abs(lightness(TONES[tone]["fillcolor"]) - lightness(TONES[tone]["fontcolor"])) > 40, tone
