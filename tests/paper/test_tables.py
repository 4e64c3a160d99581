"""The paper's tables, computed."""

from __future__ import annotations

import pytest

import archdsl
from archdsl.paper.tables import counts, tables, title

OPEN = {
    ("table4", "D-MobileNetV3", "params"),
    ("table4", "P-MobileNetV3", "params"),
    ("table4", "DP-Net", "params"),
    ("table5", "DP-Net", "params"),
    ("table6", "MobileNetV3", "flops"),
    ("table6", "DP-Net", "flops"),
}
"""Figures that no reading so far gives; everything else must come out as printed."""


@pytest.mark.parametrize("table", tables())
def test_every_other_figure_is_as_printed(table: str) -> None:
    wrong = {(table, figure.network, figure.metric) for figure in counts(table) if not figure.matches}
    assert wrong == {entry for entry in OPEN if entry[0] == table}


def test_tables_are_those_with_counts() -> None:
    assert tables() == ["table2", "table3", "table4", "table5", "table6"]
    assert all(title(table) for table in tables())


def test_an_unknown_table_is_an_error() -> None:
    with pytest.raises(archdsl.InputError, match="did you mean"):
        counts("tabel3")
