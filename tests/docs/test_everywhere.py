"""docs/partial_everywhere.md: its rows are what the program gives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archdsl.documentation.everywhere import IMPORTED, MARKED, NETWORKS, Network, rows

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "benchmarks" / "imported"
TEXT = (ROOT / "docs" / "partial_everywhere.md").read_text(encoding="utf-8")
SOME = ("resnet50", "mobilenet_v3", "convnext_tiny", "vit_small", "regnet_y_400mf", "yolov8n", "xception")


@pytest.mark.parametrize("network", [network for network in NETWORKS if network.name in SOME], ids=lambda network: network.name)
def test_rows_of_some_networks(network: Network) -> None:
    lines = list(rows(network))
    assert "\n".join(lines) in TEXT
    assert len(lines) == 4


@pytest.mark.parametrize("network", IMPORTED, ids=lambda network: network.name)
def test_rows_of_imported_networks(network: Network) -> None:
    assert "\n".join(rows(network, FOLDER)) in TEXT


def test_every_network_has_its_rows() -> None:
    assert [found[2] for found in MARKED.finditer(TEXT)] == ["costs", "imported"]
    named = re.findall(r"^\| `(\w+)`", TEXT, re.MULTILINE)
    assert named == [network.name for network in (*NETWORKS, *IMPORTED)]
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == sorted(network.name for network in IMPORTED)
    assert len(named) >= 30
