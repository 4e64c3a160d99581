"""Curves, contours and fronts that a page asks for, against every network counted by itself."""

from __future__ import annotations

from typing import Any

import pytest

import archdsl
from archdsl.cost.comparing.totals import total
from archdsl.errors import InputError, SpecError
from archdsl.net import Net
from archdsl.spec.settings import parse_settings
from archdsl.studio.whatif import contour, curve, front

TEXT = """\
archdsl: 1
name: Small
import: [blocks/mobile]
input: [3, $side, $side]
knobs:
  side: {default: 64, range: [8, 96], step: 8}
  width: {default: 1, range: [0.5, 2], step: 0.25}
  act: {default: relu, choices: [relu, hswish, silu]}
  squeeze: {default: true}
  groups: {default: 1, range: [1, 6]}
net:
  - conv: {out: 12, kernel: 3, groups: 1, stride: 2}
  - conv: {out: round8(24*$width), kernel: 1, groups: $groups}
  - when: $squeeze
    squeeze_excite: {hidden: 8}
  - pool
  - linear: 10
"""


class Told:
    """Hears what a question tells."""

    def __init__(self) -> None:
        self.shares: list[float] = []

    def part(self, name: str, value: Any) -> None:
        raise AssertionError(name)

    def progress(self, share: float, words: str = "") -> None:
        self.shares.append(share)


def given(settings: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    return {"draft": {"text": TEXT, "name": "small.yaml", "settings": settings or {}}, **more}


def network(settings: dict[str, str]) -> Net:
    return archdsl.loads(TEXT, **parse_settings(f"{name}={value}" for name, value in settings.items()))


def points(answer: dict[str, Any], trace: int) -> dict[int, float]:
    """What a trace shows of each row."""
    shown = answer["figure"]["data"][trace]
    return {row: value for row, value in zip(shown["customdata"], shown["y"], strict=True) if row is not None}


def test_a_curve_is_exact_at_every_value() -> None:
    told = Told()
    answer = curve(given({"width": "0.75"}, knob="side", costs=["macs", "peak"]), told)
    assert [row["settings"]["side"] for row in answer["rows"]] == [str(side) for side in range(8, 97, 8)]
    for trace, cost in ((0, "macs"), (2, "peak")):
        found = points(answer, trace)
        assert len(found) == 12
        for row, value in found.items():
            assert value == total(network({"width": "0.75", **answer["rows"][row]["settings"]}), cost)
    assert answer["rows"][answer["start"]]["settings"] == {"side": "64"}
    assert points(answer, 1) == {answer["start"]: total(network({"width": "0.75"}), "macs")}
    assert told.shares[-1] == 1


def test_values_that_cannot_be_built_are_gaps() -> None:
    answer = curve(given(knob="groups", costs=["params"]), Told())
    assert [row["settings"]["groups"] for row in answer["rows"]] == ["1", "2", "3", "4", "6"]
    assert answer["figure"]["data"][0]["x"] == [1, 2, 3, 4, None, 6]
    with pytest.raises(SpecError, match="12 input channels cannot be divided into 5 groups"):
        network({"groups": "5"}).graph()
    reason = "12 input channels cannot be divided into 1 to 6 groups"
    assert answer["missing"] == {"count": 1, "reasons": {reason: 1}}
    assert answer["note"] == f"1 of 6 cannot be built: {reason}"


def test_a_second_knob_has_a_line_for_each_value() -> None:
    answer = curve(given(knob="width", costs=["params"], by="squeeze"), Told())
    assert [trace["name"] for trace in answer["figure"]["data"]] == ["squeeze false", "squeeze true", "as it stands"]
    for trace, squeeze in ((0, "false"), (1, "true")):
        for row, value in points(answer, trace).items():
            assert answer["rows"][row]["settings"]["squeeze"] == squeeze
            assert value == network(answer["rows"][row]["settings"]).cost().params


def test_words_are_points() -> None:
    answer = curve(given(knob="act", costs=["params"]), Told())
    assert answer["figure"]["data"][0]["mode"] == "markers"
    assert answer["figure"]["layout"]["xaxis"]["ticktext"] == ["hswish", "relu", "silu"]


def test_a_contour_is_exact_at_every_pair() -> None:
    answer = contour(given({"width": "1.25"}, x="width", y="side=16:64:16", cost="macs"), Told())
    field = answer["figure"]["data"][0]
    assert (field["type"], field["y"]) == ("contour", [16, 32, 48, 64])
    for rows, values in zip(field["customdata"], field["z"], strict=True):
        for row, value in zip(rows, values, strict=True):
            assert value == network(answer["rows"][row]["settings"]).cost().macs
    assert answer["rows"][answer["start"]]["settings"] == {"width": "1.25", "side": "64"}


def test_a_contour_over_words_is_lines() -> None:
    answer = contour(given(x="squeeze", y="side", cost="macs"), Told())
    assert [trace["name"] for trace in answer["figure"]["data"][:2]] == ["squeeze false", "squeeze true"]


def test_no_other_variant_beats_the_front() -> None:
    told = Told()
    answer = front(given({"width": "1.5"}, over=["width", "side=32:96:32", "squeeze"], x="macs", y="max:params"), told)
    assert answer["variants"] == 7 * 3 * 2
    every = {}
    for width in ("0.5", "0.75", "1", "1.25", "1.5", "1.75", "2"):
        for side in ("32", "64", "96"):
            for squeeze in ("true", "false"):
                bill = network({"width": width, "side": side, "squeeze": squeeze}).cost()
                every[width, side, squeeze] = bill.macs, bill.params
    costs = set(every.values())
    best = {one for one in costs if not any(m <= one[0] and p >= one[1] and (m, p) != one for m, p in costs)}
    assert {every[tuple(row["settings"].values())] for row in answer["best"]} == best
    assert len(answer["best"]) == len(best)
    assert answer["rows"][answer["start"]]["settings"] == {"width": "1.5", "side": "64", "squeeze": "true"}
    assert len(answer["rows"]) == len(answer["columns"][0]["places"])
    assert told.shares[-1] == 1


def test_a_front_of_a_setting_shows_it_and_the_design_beside_the_grid() -> None:
    answer = front(given({"width": "1.75"}, over=["width=0.5,1"], x="macs", y="max:width"), Told())
    assert answer["figure"]["layout"]["yaxis"]["title"]["text"] == "width"
    assert [row["settings"] for row in answer["rows"]] == [{"width": "0.5"}, {"width": "1"}, {"width": "1.75"}]
    assert (answer["start"], answer["note"]) == (2, "3 variants, 2 on the front")
    macs = next(column for column in answer["columns"] if column["name"] == "macs")
    assert macs["places"] == [network(row["settings"]).cost().macs for row in answer["rows"]]


@pytest.mark.parametrize(
    ("ask", "more", "message"),
    [
        (curve, {"knob": "", "costs": ["macs"]}, "which knob"),
        (curve, {"knob": "widht", "costs": ["macs"]}, "did you mean 'width'"),
        (curve, {"knob": "width", "costs": []}, "1 to 4"),
        (curve, {"knob": "width", "costs": ["mac"]}, "did you mean 'macs'"),
        (curve, {"knob": "width", "costs": "macs"}, "list of texts"),
        (curve, {"knob": 3, "costs": ["macs"]}, "knob is a text"),
        (curve, {"knob": "width", "costs": ["macs"], "by": "width"}, "two knobs are one"),
        (curve, {"knob": "width", "costs": ["macs"], "by": "side=8:96:2"}, "each a line"),
        (contour, {"x": "side", "y": "side", "cost": "macs"}, "two knobs are one"),
        (contour, {"x": "side=8:96:1", "y": "width=0.5:2:0.01", "cost": "macs"}, "more than the 10,000"),
        (front, {"over": []}, "1 to 64"),
        (front, {"over": ["width"], "x": "macs", "y": "max:macs"}, "two different costs"),
        (front, {"over": ["side", "width"], "where": "macs<=1"}, "no variant meets"),
    ],
)
def test_what_cannot_be_asked_is_refused(ask: Any, more: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ask(given(**more), Told())


def test_a_front_of_too_many_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archdsl.studio.whatif.MOST", 20)
    with pytest.raises(InputError, match=r"^84 variants are more than the 20"):
        front(given(over=["side", "width"]), Told())
