"""docs/partial_everywhere.md: its rows are what the program gives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archdsl.documentation.everywhere import MARKED, NETWORKS, rows

TEXT = (Path(__file__).parents[2] / "docs" / "partial_everywhere.md").read_text(encoding="utf-8")
SOME = ("resnet50", "mobilenet_v3", "convnext_tiny", "vit_small", "regnet_y_400mf", "yolov8n")


@pytest.mark.parametrize("network", [network for network in NETWORKS if network.name in SOME], ids=lambda network: network.name)
def test_rows_of_some_networks(network: object) -> None:
    lines = list(rows(network))  # type: ignore[arg-type]
    assert "\n".join(lines) in TEXT
    assert len(lines) == 4


def test_every_network_has_its_rows() -> None:
    assert MARKED.search(TEXT)
    named = re.findall(r"^\| `(\w+)`", TEXT, re.MULTILINE)
    assert named == [network.name for network in NETWORKS]
    assert len(named) >= 30
