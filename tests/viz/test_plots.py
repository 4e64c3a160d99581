"""What plots show, apart from drawing it: columns, layers, steps, numbers for readers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

import archdsl
from archdsl.errors import InputError
from archdsl.viz.plots import Bar, Parallel, Points, Scatter, Tornado, parallel, scatter, tornado
from archdsl.viz.plots.figure import colour_axis
from archdsl.viz.text import change_share, readable, setting, signed


def points(**more: Any) -> Points:
    """Six variants: 0, 1 and 3 are on the front of a and b, whichever of them are better small."""
    values = [(1, 9, [3, 5]), (2, 5, [3, 3]), (3, 6, [5, 5]), (4, 2, [3, 5]), (5, 2, [3, 5]), (5, 9, [3, 3])]
    rows = tuple({"width": a / 2, "kernels": k, "se": a > 2, "classes": 10, "a": a * 10**6, "b": b} for a, b, k in values)
    return Points("Net", ("width", "kernels", "se", "classes"), ("a", "b"), rows, **({"front": (3, 0, 1), "start": 2} | more))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (7, "7"),
        (998, "998"),
        (1000, "1.00 k"),
        (3_408_122, "3.41 M"),
        (118_000_000, "118 M"),
        (999_499, "999 k"),
        (999_500, "1.00 M"),
        (-12_345, "-12.3 k"),
        (2.5e12, "2.50 T"),
        (0.76543, "0.765"),
        (0.00021349, "0.000213"),
        (12.0, "12"),
    ],
)
def test_readable(value: float, text: str) -> None:
    assert readable(value) == text


def test_changes() -> None:
    assert [signed(v) for v in (203_000, -118, 0)] == ["+203 k", "−118", "0"]
    assert [change_share(v, 1000) for v in (61, -184.6, 3700, 0, -0.01)] == ["+6.1 %", "−18.5 %", "+370 %", "0 %", "−<0.01 %"]
    assert change_share(5, 0) == ""


def test_settings_are_written_as_set_takes_them() -> None:
    values = [0.75, Fraction(19, 20), Fraction(1, 3), True, None, "block", (3, np.int64(5)), np.float64(0.1), [[1, 2], "x"]]
    assert list(map(setting, values)) == ["0.75", "0.95", "1/3", "true", "~", "block", "[3, 5]", "0.1", "[[1, 2], x]"]


def test_columns() -> None:
    found = points(units={"a": "bytes"}).columns
    assert found["width"].ticks() == [(0.5, "0.5"), (1, "1"), (1.5, "1.5"), (2, "2"), (2.5, "2.5")]
    assert (found["kernels"].words, found["kernels"].word) == (("[3, 3]", "[3, 5]", "[5, 5]"), (1, 0, 2, 1, 1, 0))
    assert (found["se"].words, found["se"].categories) == (("false", "true"), True)
    assert not found["classes"].varies
    assert found["a"].places == (10**6, 2 * 10**6, 3 * 10**6, 4 * 10**6, 5 * 10**6, 5 * 10**6)
    assert (found["a"].label, found["a"].format, found["a"].text(2)) == ("a (bytes)", "~s", "3.00 M")
    assert (found["b"].label, found["b"].format) == ("b", "")


def test_unlike_values_of_a_setting_have_an_order() -> None:
    rows = tuple({"k": value, "a": 1} for value in ("none", [5, 3], 2, [3, 10], [3, 9], True, None, [3]))
    assert Points("Net", ("k",), ("a",), rows).columns["k"].words == (
        "true",
        "2",
        "[3]",
        "[3, 9]",
        "[3, 10]",
        "[5, 3]",
        "none",
        "~",
    )


def test_equal_counts_are_equal_places_however_large() -> None:
    rows = tuple({"a": 2**53 + i} for i in range(3))
    assert Points("Net", (), ("a",), rows).columns["a"].values == (2**53, 2**53 + 1, 2**53 + 2)


def test_few_categories_have_colours_of_their_own_and_many_a_scale() -> None:
    axis = colour_axis(points().columns["kernels"])
    assert (axis["cmin"], axis["cmax"]) == (-0.5, 2.5)
    assert len({colour for _, colour in axis["colorscale"]}) == 3
    assert axis["colorbar"]["ticktext"] == ["[3, 3]", "[3, 5]", "[5, 5]"]
    many = Points("Net", ("k",), ("a",), tuple({"k": [i], "a": 1} for i in range(100))).columns["k"]
    assert [at for at, _ in colour_axis(many)["colorscale"]] == [i / 6 for i in range(7)]
    assert len(many.ticks()) <= 24


def test_layers() -> None:
    drawn = scatter.layers(Scatter(points(), "a", "b"))
    assert (drawn.rest, drawn.front, drawn.chain, drawn.start) == ((2, 4, 5), (0, 1, 3), True, 2)
    assert drawn.logs == ()
    other = scatter.layers(Scatter(points(front=(0, 1, 2)), "a", "b"))
    assert not other.chain  # 9, 5, 6: it belongs to more costs than these two


def test_wide_ranges_are_logarithmic_at_first() -> None:
    rows = tuple({"a": 10**i, "b": i} for i in range(4))
    assert scatter.layers(Scatter(Points("Net", (), ("a", "b"), rows), "a", "b")).logs == ("x",)


def traces(plot: Scatter) -> dict[str, dict[str, Any]]:
    return {trace["name"]: trace for trace in scatter.figure(scatter.layers(plot))["data"] if trace["x"] != [None]}


def test_scatter_traces() -> None:
    found = traces(Scatter(points(), "a", "b"))
    assert list(found) == ["dominated", "Pareto front", "as it stands"]
    front = found["Pareto front"]
    assert (front["x"], front["y"], front["customdata"]) == ([10**6, 2 * 10**6, 4 * 10**6], [9, 5, 2], [0, 1, 3])
    assert front["mode"] == "lines+markers"
    assert found["as it stands"]["customdata"] == [2]
    assert {trace["type"] for trace in found.values()} == {"scatter"}
    assert traces(Scatter(points(front=(0, 1, 2)), "a", "b"))["Pareto front"]["mode"] == "markers"
    assert list(traces(Scatter(points(front=(), start=None), "a", "b"))) == ["variants"]


def test_many_points_go_to_the_graphics_card_with_the_front() -> None:
    rows = tuple({"a": i, "b": -i} for i in range(scatter.FEW + 1))
    found = traces(Scatter(Points("Net", (), ("a", "b"), rows, front=(0, 7)), "a", "b"))
    assert {trace["type"] for trace in found.values()} == {"scattergl"}
    assert max(found) == "dominated"  # drawn first, so that the front lies on it


def test_parallel_axes() -> None:
    drawn = parallel.axes(points())
    assert [column.name for column in drawn] == ["width", "kernels", "se", "a", "b", "on the front"]
    assert drawn[-1].word == (1, 1, 0, 1, 0, 0)
    trace = parallel.figure(drawn)["data"][0]
    kernels = trace["dimensions"][1]
    assert (kernels["values"], kernels["tickvals"], kernels["ticktext"]) == (
        [1, 0, 2, 1, 1, 0],
        [0, 1, 2],
        ["[3, 3]", "[3, 5]", "[5, 5]"],
    )
    assert [d.get("constraintrange") for d in trace["dimensions"]] == [None] * 5 + [[0.5, 1.5]]
    assert [column.name for column in parallel.axes(points(front=()))][-1] == "b"


TORNADO = Tornado(
    "Net",
    "macs",
    1000,
    "",
    (
        Bar("weak", "2 → 1", "2 → 3", -10, 20),
        Bar("broken", "1 → 0", "", None, None),
        Bar("strong", "a → b", "a → c", -300, None),
        Bar("still", "", "5 → 6", None, 0),
    ),
)


def test_steps() -> None:
    assert [(s.label, s.direction, s.change, s.words) for s in tornado.steps(TORNADO)] == [
        ("strong a → b", "down", -300, "−300 (−30.0 %)"),
        ("strong a → c", "up", None, "cannot be built"),
        ("weak 2 → 1", "down", -10, "−10 (−1.0 %)"),
        ("weak 2 → 3", "up", 20, "+20 (+2.0 %)"),
        ("still 5 → 6", "up", 0, "no change"),
        ("broken 1 → 0", "down", None, "cannot be built"),
    ]
    assert [s.place for s in tornado.steps(TORNADO)] == pytest.approx([0, 1, 2.6, 3.6, 5.2, 6.8])


def test_down_and_up_differ_in_more_than_colour() -> None:
    down, up = tornado.figure(TORNADO)["data"]
    assert (down["x"], up["x"]) == ([-300, -10, 0], [0, 20, 0])
    assert "pattern" in down["marker"]
    assert "pattern" not in up["marker"]


def test_a_tornado_without_bars() -> None:
    assert tornado.figure(Tornado("Net", "macs", 1, "", ()))["data"][0]["x"] == []


def painted(value: Any) -> Any:
    """The page's names of colours as some colour, as the page does it."""
    if isinstance(value, dict):
        return {key: painted(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [painted(inner) for inner in value]
    return "#123456" if isinstance(value, str) and value.startswith("var(--") else value


@pytest.mark.parametrize(
    "figure",
    [
        scatter.figure(scatter.layers(Scatter(points(), "a", "b"))),
        parallel.figure(parallel.axes(points())),
        tornado.figure(TORNADO),
        {"data": [], "layout": {"coloraxis": colour_axis(points().columns["kernels"])}},
        {"data": [], "layout": {"coloraxis": colour_axis(points().columns["a"])}},
    ],
)
def test_plotly_knows_every_property(figure: dict[str, Any]) -> None:
    go.Figure(painted(figure))


def test_names_are_text() -> None:
    rows = tuple({"<b>w</b> & $x$": i, "<i>": i} for i in range(3))
    evil = Points("<u>", ("<b>w</b> & $x$",), ("<i>",), rows, front=(0,))
    drawn = parallel.figure(parallel.axes(evil))["data"][0]["dimensions"]
    assert [d["label"] for d in drawn[:2]] == ["&lt;b&gt;w&lt;/b&gt; &amp; &#36;x&#36;", "&lt;i&gt;"]
    assert scatter.figure(scatter.layers(Scatter(evil, "<i>", "<i>")))["layout"]["xaxis"]["title"]["text"] == "&lt;i&gt;"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Points("Net", (), ("a",), ()), "Net: there is no variant to draw"),
        (lambda: Points("Net", ("a",), (), ({"a": 1},)), "Net: there is no cost to draw"),
        (lambda: Points("Net", ("a",), ("a",), ({"a": 1},)), "Net: a setting or cost is named twice"),
        (lambda: Points("Net", ("w",), ("a",), ({"w": 1, "a": 1}, {"a": 2})), "Net: row 1 has no value for w"),
        (lambda: points(front=(6,)), "Net: there is no row 6, only 6 rows"),
        (lambda: points(start=-1), "Net: there is no row -1, only 6 rows"),
        (lambda: Scatter(points(), "a", "c"), "unknown cost 'c'; known: a, b"),
        (lambda: Scatter(points(), "a", "b", "kernel"), "unknown setting or cost 'kernel'; did you mean 'kernels'?"),
        (lambda: Parallel(points(), "widht"), "unknown setting or cost 'widht'; did you mean 'width'?"),
        (lambda: Points("Net", (), ("a",), ({"a": float("nan")},)).columns, "Net: a of row 0 is no finite number but nan"),
        (lambda: Points("Net", (), ("a",), ({"a": None},)).columns, "Net: a of row 0 is no finite number but None"),
    ],
)
def test_mistakes(make: Any, message: str) -> None:
    with pytest.raises(InputError) as error:
        make()
    assert str(error.value) == message


def test_a_grid_of_the_library_as_points() -> None:
    """Arrays of the library go in as they are."""
    widths = np.array([0.5, 1, 1.5])
    bill = archdsl.load("dpnet", width=widths).cost()
    rows = tuple({"width": w, "params": p, "macs": m} for w, p, m in zip(widths, bill.params, bill.macs, strict=True))
    drawn = scatter.layers(Scatter(Points("DP-Net", ("width",), ("params", "macs"), rows, front=(0,)), "params", "macs"))
    assert drawn.x.places[1] == archdsl.load("dpnet").cost().params
    assert drawn.x.text(1) == "3.46 M"
    assert all(type(place) is int for place in drawn.y.places)
