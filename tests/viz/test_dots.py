"""Measured values with their spread: where dots stand, apart from drawing them."""

from __future__ import annotations

import pytest

from archdsl.errors import InputError
from archdsl.viz.plots import Dot, Dots, dots

PLOT = Dots(
    "Times",
    "time / time of a",
    (
        Dot("eager", "a", 1, 1, 1, "1 ms"),
        Dot("eager", "b <i>", 2, 1.5, 3, "2 ms"),
        Dot("other", "a", 1, 1, 1, "3 ms"),
        Dot("other", "b <i>", 0.8, 0.7, 0.9, "2.4 ms"),
    ),
)


def test_groups_stand_below_one_another() -> None:
    made, headings = dots.placed(PLOT)
    assert [(one.dot.group, one.dot.name, one.place, one.look) for one in made] == [
        ("eager", "a", 1.0, 0),
        ("eager", "b <i>", 2.0, 1),
        ("other", "a", 4.5, 0),
        ("other", "b <i>", 5.5, 1),
    ]
    assert headings == {"eager": 0.0, "other": 3.5}


def test_the_mark_is_on_the_axis() -> None:
    low, high = dots.reach(PLOT)
    assert low < 0.7
    assert high > 3
    low, high = dots.reach(Dots("far", "ratio", (Dot("g", "a", 4, 4, 4, ""),)))
    assert low < 1 < 4 < high


def test_figure() -> None:
    figure = dots.figure(PLOT)
    assert [trace["x"] for trace in figure["data"]] == [[1], [2], [1], [0.8]]
    assert figure["data"][1]["error_x"]["array"] == [1]
    assert figure["data"][1]["error_x"]["arrayminus"] == [0.5]
    assert figure["layout"]["yaxis"]["ticktext"][1] == "b &lt;i&gt;"
    assert [note["text"] for note in figure["layout"]["annotations"]] == [
        "<b>eager</b>",
        "<b>other</b>",
        "1 ms",
        "2 ms",
        "3 ms",
        "2.4 ms",
    ]


def test_mistakes() -> None:
    with pytest.raises(InputError, match="Times: there is nothing to draw"):
        Dots("Times", "ratio", ())
    with pytest.raises(InputError, match="Times: a in g is no finite number"):
        Dots("Times", "ratio", (Dot("g", "a", 1, 1, float("inf"), ""),))
