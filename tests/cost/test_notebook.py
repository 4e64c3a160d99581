"""What networks, bills and tables show in a notebook."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import archdsl


def cells(html: str) -> list[list[str]]:
    """The text of every row. Parsing fails where a tag is left open."""
    root = ElementTree.fromstring(re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL))
    return [["".join(cell.itertext()) for cell in row] for row in root.iter("tr")]


def test_a_network_shows_its_table_and_totals() -> None:
    html = archdsl.load("dpnet")._repr_html_()
    rows = cells(html)
    assert rows[0][:4] == ["#", "input", "operator", "exp"]
    assert rows[2][:4] == ["2", "112²×16", "dp_a", "16"]
    assert rows[-1][1] == "total"
    assert rows[-1][-2:] == ["3,458,986", "106,148,272"]
    assert "<b>3,458,986</b> parameters" in html
    assert "peak activations 4.40 MiB" in html
    assert "thop" in html


def test_knobs_that_were_set_are_shown() -> None:
    assert "width = 0.5" in archdsl.load("dpnet", width=0.5)._repr_html_()


def test_a_grid_shows_ranges() -> None:
    html = archdsl.load("dpnet", width=np.array([0.5, 1.0]))._repr_html_()
    assert cells(html)[-1][-2].endswith("…3,458,986")


def test_a_bill_shows_its_layers() -> None:
    bill = archdsl.load("dpnet").cost()
    rows = cells(bill._repr_html_())
    assert len(rows) == len(bill.layers) + 2
    assert rows[1] == ["conv3x3.conv", "conv", "224²×3", "112²×16", "432", "5,419,008"]


def test_a_long_bill_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archdsl.cost.tables.notebook.MOST", 10)
    bill = archdsl.load("dpnet").cost()
    assert cells(bill._repr_html_())[-2][0] == f"and {len(bill.layers) - 10} more"


def test_names_are_shown_as_they_are_written(spec_file) -> None:
    path = spec_file("name: '<script>alert(1)</script>'\ninput: [3, 8, 8]\nnet:\n  - {relu: {}, name: a}\n")
    net = archdsl.load(path)
    for html in (net._repr_html_(), net.cost()._repr_html_(), net.table()._repr_html_()):
        assert "<script" not in html
        assert "&lt;script&gt;" in html


def test_nothing_is_fetched() -> None:
    assert not re.search(r"https?:|src=|href=|@import|url\(", archdsl.load("dpnet")._repr_html_())
