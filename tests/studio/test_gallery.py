"""What the gallery of the studio is made from."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest

import archdsl
from archdsl.errors import InputError
from archdsl.spec.locate import zoo_names
from archdsl.studio.gallery import figures, gallery, picture, text


class Told:
    """Hears what a question tells."""

    def __init__(self) -> None:
        self.shares: list[float] = []

    def part(self, name: str, value: Any) -> None:
        raise AssertionError(name)

    def progress(self, share: float, words: str = "") -> None:
        self.shares.append(share)


def test_every_network_of_the_zoo() -> None:
    told = Told()
    found = {entry["spec"]: entry for entry in gallery({}, told)["networks"]}
    assert list(found) == zoo_names()
    assert told.shares == sorted(told.shares)
    net = archdsl.load("dpnet")
    entry = found["dpnet"]
    assert (entry["params"], entry["macs"]) == (net.cost().params, net.cost().macs)
    assert (entry["name"], entry["year"], entry["input"]) == ("DP-Net", 2022, "224²×3")
    assert entry["source"] == net.spec.paper
    assert {"name": "width", "default": "1", "doc": "channel multiplier"} in entry["knobs"]
    assert all(entry["doc"] or entry["source"] for entry in found.values())
    json.dumps(gallery({}, told), allow_nan=False)


def test_the_text_of_a_network_is_its_file() -> None:
    found = text({"zoo": "dpnet"}, Told())
    assert found["file"] == "zoo:dpnet"
    assert archdsl.loads(found["text"]).cost().macs == archdsl.load("dpnet").cost().macs


def test_the_picture_is_that_of_render() -> None:
    assert picture({"zoo": "resnet18"}, Told())["svg"] == archdsl.load("resnet18").diagram().svg


@pytest.mark.parametrize("ask", [picture, text])
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"zoo": "dpnett"}, "unknown network 'dpnett' in the zoo; did you mean 'dpnet'"),
        ({"zoo": "../pyproject"}, "in the zoo"),
        ({"zoo": "spaces/mobile"}, "in the zoo"),
        ({"zoo": 3}, "by its name"),
        ({}, "by its name"),
    ],
)
def test_only_the_zoo_is_read(ask: Any, given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ask(given, Told())


def test_figures_and_table_of_the_paper() -> None:
    found = figures({}, Told())
    assert [figure["name"] for figure in found["figures"]] == ["fig2", "fig3", "fig4", "fig5"]
    for figure in found["figures"]:
        ElementTree.fromstring(figure["svg"])
        assert figure["caption"].startswith(f"Fig. {figure['name'][3:]}: ")
    sheet = archdsl.load("dpnet").printed_table()
    assert found["table"]["head"] == list(sheet.head)
    assert found["table"]["rows"] == sheet.cells()
    assert set(found["table"]["numbers"]) <= set(found["table"]["head"])
