"""Named points: where they stand, their marks, and what is refused."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from archdsl.errors import InputError
from archdsl.viz.plots import Named, NamedPoint
from archdsl.viz.plots.named import figure, look
from archdsl.viz.plots.page import page
from archdsl.viz.plots.paper import paper

POINTS = (NamedPoint("a<b>$1$", 1e6, 90, 89, 92, "90 % <b>", 0), NamedPoint("b", 2e6, 80, 80, 80, "80 %", 1))
NAMED = Named("Top-1", "MACs", "top-1 (%)", POINTS, "three seeds")


def test_a_trace_for_each_point() -> None:
    drawn = figure(NAMED)
    first, second = drawn["data"]
    assert (first["x"], first["y"], first["error_y"]["array"], first["error_y"]["arrayminus"]) == ([1e6], [90], [2], [1])
    assert (first["error_y"]["visible"], second["error_y"]["visible"]) == (True, False)
    assert first["name"] == "a&lt;b&gt;&#36;1&#36;"
    assert first["hovertext"] == "<b>a&lt;b&gt;&#36;1&#36;</b><br>90 % &lt;b&gt;"
    assert first["marker"]["color"] != second["marker"]["color"]
    assert first["marker"]["symbol"] != second["marker"]["symbol"]


def test_costs_far_apart_stand_on_a_logarithmic_axis() -> None:
    def axis(x: float) -> dict[str, Any]:
        found: dict[str, Any] = figure(replace(NAMED, points=(POINTS[0], replace(POINTS[1], x=x))))["layout"]["xaxis"]
        return found

    assert axis(8e6)["type"] == "log"
    assert "type" not in axis(7.9e6)
    assert "type" not in axis(0)
    small = (replace(POINTS[0], x=0.5), replace(POINTS[1], x=20))
    assert figure(replace(NAMED, points=small))["layout"]["xaxis"]["tickformat"] == "~g"


def test_a_mark_is_the_same_in_every_plot() -> None:
    alone = figure(replace(NAMED, points=POINTS[1:]))["data"][0]
    assert alone["marker"] == figure(NAMED)["data"][1]["marker"]


def test_no_two_marks_are_alike() -> None:
    assert len({look(number) for number in range(49)}) == 49


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ((), "Top-1: there is nothing to draw"),
        ((POINTS[0], POINTS[0]), "is there twice"),
        ((replace(POINTS[0], x=math.inf),), "is no finite number"),
        ((replace(POINTS[0], low=math.nan),), "is no finite number"),
    ],
)
def test_what_cannot_be_drawn_is_refused(points: tuple[NamedPoint, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        replace(NAMED, points=points)


def test_on_paper_the_same_bytes_each_time() -> None:
    pytest.importorskip("matplotlib")
    many = replace(NAMED, points=tuple(NamedPoint(f"network {n}", 10.0**n, n, n - 1, n + 1, "", n) for n in range(9)))
    for named in (NAMED, many):
        assert paper([named], "svg") == paper([named], "svg")
    assert paper([many], "svg", "double") != paper([many], "svg", "single")


def test_on_a_page() -> None:
    pytest.importorskip("plotly")
    text = page("Plots", [NAMED])
    assert "a<b>" not in text[: text.index("<script>")].replace("\\u003c", "<").partition('id="plots">')[0]
    assert "three seeds" in text
