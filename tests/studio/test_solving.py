"""Tornado and budgets that a page asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import archdsl
from archdsl.errors import InputError
from archdsl.spec.settings import parse_settings
from archdsl.studio.solving import solve, tornado

TEXT = (Path(archdsl.__file__).parent.parent / "specs" / "mobilenet_v1.yaml").read_text(encoding="utf-8")


class Told:
    def __init__(self) -> None:
        self.shares: list[float] = []

    def part(self, name: str, value: Any) -> None:
        raise AssertionError(name)

    def progress(self, share: float, words: str = "") -> None:
        self.shares.append(share)


def given(settings: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    return {"draft": {"text": TEXT, "name": "mobilenet_v1.yaml", "settings": settings or {}}, **more}


def network(settings: dict[str, str]) -> archdsl.Net:
    return archdsl.loads(TEXT, **parse_settings(f"{name}={value}" for name, value in settings.items()))


def test_each_step_changes_the_cost_as_told() -> None:
    answer = tornado(given({"width": "0.75"}, cost="params"), Told())
    start = network({"width": "0.75"}).cost().params
    assert answer["start"] == f"{start:,}"
    sides = [step[way] for step in answer["steps"] for way in ("down", "up") if way in step]
    assert len(sides) > 3
    spans = []
    for step in answer["steps"]:
        changes = [step[way]["change"] for way in ("down", "up") if way in step and step[way]["change"] is not None]
        spans.append(max(map(abs, changes)))
        for way in ("down", "up"):
            if way in step and step[way]["change"] is not None:
                assert step[way]["change"] == network({"width": "0.75", **step[way]["settings"]}).cost().params - start
    assert spans == sorted(spans, reverse=True)
    assert "resolution" in answer["idle"]
    bars = [value for trace in answer["figure"]["data"] for value in trace["x"]]
    assert sorted(bars) == sorted(side["change"] or 0 for side in sides)


def test_the_best_design_inside_a_budget_is_found() -> None:
    told = Told()
    free = ["width=0.25:1.5:0.25", "resolution=128:256:32"]
    answer = solve(given(free=free, most={"macs": "400M"}, objectives=["max:params", "macs"]), told)
    fitting = []
    for width in ("0.25", "0.5", "0.75", "1", "1.25", "1.5"):
        for side in (128, 160, 192, 224, 256):
            bill = network({"width": width, "resolution": str(side)}).cost()
            fitting += [(-bill.params, bill.macs)] if bill.macs <= 400_000_000 else []
    best = network(answer["rows"][0]["settings"]).cost()
    assert (-best.params, best.macs) == min(fitting)
    assert answer["rows"][0]["words"]["macs"] == f"{best.macs:,}"
    assert [bound["budget"] for bound in answer["binding"]] == ["macs ≤ 400M"]
    assert any("macs ≤ 400M binds" in note for note in answer["notes"])
    assert (answer["variants"], answer["lack"], told.shares[-1]) == (30, None, 1)
    assert answer["present"]["words"]["macs"] == f"{network({}).cost().macs:,}"


def test_the_closest_design_is_told_where_none_fits() -> None:
    answer = solve(given(free=["width=0.25:1:0.25"], most={"params": "1k"}, objectives=["max:macs"]), Told())
    assert answer["rows"] == []
    assert answer["lack"]["closest"]["settings"] == {"width": "0.25"}
    params = network({"width": "0.25"}).cost().params
    assert answer["lack"]["closest"]["words"]["params"] == f"{params:,}"
    assert f"{params - 1000:,} over 1k" in answer["lack"]["missed"][0]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"free": [], "objectives": ["macs"]}, "free: 1 to"),
        ({"free": ["width"], "objectives": []}, "objectives: 1 to"),
        ({"free": ["width"], "objectives": ["macs"], "most": {"mac": "3M"}}, "did you mean 'macs'"),
        ({"free": ["width"], "objectives": ["macs"], "most": ["macs=3M"]}, "texts by name"),
        ({"free": ["width"], "objectives": ["macs"], "most": {"macs": "three"}}, "is no budget"),
        ({"free": ["width=0.5,x"], "objectives": ["macs"]}, "width"),
    ],
)
def test_what_cannot_be_solved_is_refused(more: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        solve(given(**more), Told())
