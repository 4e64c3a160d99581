"""Forms that hold more than a drawing: what they need, and the files that they write."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import archdsl
from archdsl.cli.main import run
from archdsl.errors import InputError
from archdsl.viz import diagram, difference


def test_render_writes_each_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    begins = {"html": "<!doctype html>", "mmd": "%%{init:", "md": "# row 5 of DP-Net: dp_b_2\n\n```mermaid", "json": "{"}
    for ending, begin in begins.items():
        assert run(["render", "dpnet", "--row", "5", "--heat", "params", "-o", f"net.{ending}"]) == 0
        assert (tmp_path / f"net.{ending}").read_text(encoding="utf-8").startswith(begin)
    graph, data = (json.loads((tmp_path / name).read_text(encoding="utf-8")) for name in ("net.json", "net.params.json"))
    assert list(data) == [graph["graphs"][0]["id"]]
    assert set(data[graph["graphs"][0]["id"]]["results"]) == {node["id"] for node in graph["graphs"][0]["nodes"]}
    assert len(list(tmp_path.iterdir())) == len(begins) + 1


def test_without_heat_there_is_no_node_data(tmp_path: Path) -> None:
    archdsl.load("resnet18").diagram("basic").save(tmp_path / "net.json")
    assert [path.name for path in tmp_path.iterdir()] == ["net.json"]


@pytest.mark.parametrize("ending", ["html", "json"])
def test_what_cannot_be_shown_is_refused(ending: str, tmp_path: Path) -> None:
    net, path = archdsl.load("resnet18"), tmp_path / f"a.{ending}"
    for picture, message in (
        (difference(net.graph(), net.graph()), "shows one network, and this is a picture of two"),
        (net.diagram(peak=True), "does not show the peak of memory"),
        (diagram(net.graph()), r"draw it as archdsl\.load"),
    ):
        with pytest.raises(InputError, match=message):
            picture.save(path)
    assert not list(tmp_path.iterdir())


def test_values_that_were_given_are_a_colour_of_the_page() -> None:
    from archdsl.viz.page.data import page_data

    net = archdsl.load("resnet18")
    scene = net.diagram(heat={"stem.conv": 3.0, "linear": 1.0}).scene
    assert scene is not None
    data = page_data(scene)
    assert data["colour"] == "latency"
    assert set(data["scales"]) == {"params", "macs", "memory", "latency"}
    stem = next(part for part in data["parts"] if part["name"] == "stem")
    assert stem["tones"]["latency"] == 5
