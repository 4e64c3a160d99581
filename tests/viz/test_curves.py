"""Curves and contours: which line a variant is on, where lines are broken, what stands where, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from archdsl.errors import InputError
from archdsl.viz.plots import Contour, Curves, Points
from archdsl.viz.plots.contour import field
from archdsl.viz.plots.contour import figure as contour_figure
from archdsl.viz.plots.curves import Line, figure, lines, wide

ROWS = tuple(
    {"k": k, "act": act, "a": 100 * k + place, "b": 1000.5} for k in (3, 1, 4) for place, act in enumerate(("silu", "relu"))
)
POINTS = Points("Net", ("k", "act"), ("a", "b"), ROWS, (), 3, "", {"b": "bytes"})


def test_a_line_for_each_word_from_left_to_right() -> None:
    assert lines(Curves(POINTS, "k", ("a",), "act")) == [Line("relu", (3, 1, 5)), Line("silu", (2, 0, 4))]


def test_a_line_is_broken_where_its_own_values_are_missing() -> None:
    lost = ({"k": 2, "act": "relu"}, {"k": 9, "act": "silu"})
    assert lines(Curves(POINTS, "k", ("a",), "act", lost)) == [Line("relu", (3, None, 1, 5)), Line("silu", (2, 0, 4))]


def test_each_cost_has_a_panel_of_its_own() -> None:
    made = figure(Curves(POINTS, "k", ("a", "b"), "act"))
    shown = {(trace["name"], trace["yaxis"]): trace["y"] for trace in made["data"]}
    assert shown == {
        ("act relu", "y"): [101, 301, 401],
        ("act silu", "y"): [100, 300, 400],
        ("as it stands", "y"): [101],
        ("act relu", "y2"): [1000.5] * 3,
        ("act silu", "y2"): [1000.5] * 3,
        ("as it stands", "y2"): [1000.5],
    }
    layout = made["layout"]
    assert layout["xaxis"]["anchor"] == "y2"
    assert layout["yaxis"]["domain"][0] > layout["yaxis2"]["domain"][1]
    assert layout["yaxis2"]["domain"][0] == pytest.approx(0)
    assert layout["yaxis2"]["title"]["text"] == "b (bytes)"
    assert [trace["name"] for trace in made["data"] if trace["showlegend"]] == ["act relu", "act silu", "as it stands"]


def test_words_along_the_axis_have_ticks() -> None:
    made = figure(Curves(POINTS, "act", ("a",), "k"))
    assert made["layout"]["xaxis"]["ticktext"] == ["relu", "silu"]
    assert [trace["name"] for trace in made["data"]] == ["k 1", "k 3", "k 4", "as it stands"]


def test_many_lines_need_a_wide_figure() -> None:
    many = Points("Net", ("k", "n"), ("a",), tuple({"k": 1, "n": n, "a": n} for n in range(8)))
    assert wide(Curves(many, "k", ("a",), "n"))
    assert not wide(Curves(POINTS, "k", ("a",), "act"))


def test_a_contour_has_each_pair_at_its_place() -> None:
    rows = tuple({"x": x, "y": y, "a": 10 * x + y} for x, y in ((2, 5), (1, 5), (1, 7), (4, 7), (2, 7)))
    contour = Contour(Points("Net", ("x", "y"), ("a",), rows, (), 0), "x", "y", "a")
    assert field(contour) == [[1, 0, None], [2, 4, 3]]
    trace, start = contour_figure(contour)["data"]
    assert (trace["x"], trace["y"], trace["z"]) == ([1, 2, 4], [5, 7], [[15, 25, None], [17, 27, 47]])
    assert trace["hovertext"][0][2] == "cannot be built"
    assert (start["x"], start["y"], start["customdata"]) == ([2], [5], [0])


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: Curves(POINTS, "kk", ("a",)), "unknown setting 'kk'"),
        (lambda: Curves(POINTS, "k", ("c",)), "unknown cost 'c'"),
        (lambda: Curves(POINTS, "k", ("a",), "b"), "unknown setting 'b'"),
        (lambda: Contour(POINTS, "k", "act", "a"), "goes over numbers, and act has no two"),
        (lambda: Contour(Points("Net", ("x", "y"), ("a",), ({"x": 1, "y": 1, "a": 1},)), "x", "y", "a"), "x has no two"),
    ],
)
def test_what_cannot_be_drawn_is_refused(made: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        made()
