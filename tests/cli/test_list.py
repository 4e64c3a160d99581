"""`archdsl list`: the zoo, and what a network or a block is."""

from __future__ import annotations

import json

import pytest

from archdsl.cli.main import run


def told(capsys: pytest.CaptureFixture[str], *args: str, code: int = 0) -> str:
    assert run(["list", *args]) == code
    captured = capsys.readouterr()
    return captured.err if code else captured.out


def test_the_zoo(capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys)
    assert "mobilenet_v3_small" in out
    assert "blocks/partial" in out
    assert "dp_a" in out


def test_a_network(capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, "dpnet")
    for part in ("Zhao & Wang 2022, Table 1", "0.25 to 4 by 0.05", "channel multiplier", "3.41M", "Table 6", "reconcile"):
        assert part in out
    data = json.loads(told(capsys, "dpnet", "--json"))
    assert (data["kind"], data["params"]) == ("network", "3,458,986")
    knob = next(knob for knob in data["knobs"] if knob["name"] == "kernels")
    assert knob["range"] == [1, 31]
    assert [figure["printed"] for figure in data["reported"]] == ["3.41M", "118M"]


def test_a_block(capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, "dp_a")
    for part in ("blocks/partial", "- dp_a: {exp: …, out: …}", "must be given", "depthwise kernel of each path"):
        assert part in out
    data = json.loads(told(capsys, "dp_a", "--json"))
    assert (data["kind"], data["import"]) == ("block", "blocks/partial")
    assert [argument["name"] for argument in data["arguments"]] == ["exp", "out", "se", "nl", "s"]


@pytest.mark.parametrize(("name", "near"), [("dpp_a", "dp_a"), ("mobilnet_v2", "mobilenet_v2")])
def test_near_misses(name: str, near: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert f"did you mean '{near}'?" in told(capsys, name, code=1)
