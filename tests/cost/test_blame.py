"""Sums by cause, and the YAML with its costs beside it."""

from __future__ import annotations

import pytest

import archdsl
from archdsl.cost.comparing.blame import CAUSES, blame
from archdsl.cost.tables.gutter import gutter
from archdsl.cost.words import short


@pytest.mark.parametrize("by", CAUSES)
@pytest.mark.parametrize("name", ["dpnet", "p_resnet18b"])
def test_causes_share_the_whole_bill(name: str, by: str) -> None:
    net = archdsl.load(name)
    bill = net.cost()
    entries = blame(bill, net.spec.source, by, "thop")
    assert sum(entry.params for entry in entries) == bill.params
    assert sum(entry.macs for entry in entries) == bill.macs
    assert sum(entry.flops or 0 for entry in entries) == bill.flops["thop"]
    assert sum(len(entry.layers) for entry in entries) == len(bill.layers)


def test_peak_of_the_costliest_line_is_the_peak() -> None:
    from archdsl.cost.memory.peak import memory

    net = archdsl.load("dpnet")
    entries = blame(net.cost(), net.spec.source, "line")
    assert max(entry.peak_bytes for entry in entries) == memory(net.graph()).peak_activation_bytes


def test_gutter_stands_beside_the_lines() -> None:
    net = archdsl.loads("input: [3, 8, 8]\nnet:\n  - conv: 4\n  - conv: {out: 8, kernel: 3}\n  - adaptive_pool\n")
    rows = gutter(net.spec.source, blame(net.cost(), net.spec.source, "line"))
    assert [row[4] for row in rows] == net.spec.source.lines
    assert rows[2][1:3] == ("768", "12")
    assert rows[3][1:3] == ("18.4K", "288")
    assert rows[0][1:4] == ("", "", "")


def test_a_call_in_a_block_of_another_file_blames_the_line_of_the_spec() -> None:
    net = archdsl.load("dpnet")
    lines = {entry.where: entry for entry in blame(net.cost(), net.spec.source, "line")}
    text = net.spec.source.lines
    assert all("[" in text[where - 1] for where in lines if where is not None)


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (999, "999"), (1000, "1.0K"), (123_456, "123K"), (3_458_986, "3.5M"), (2 * 10**9, "2.0G")]
)
def test_short(value: int, text: str) -> None:
    assert short(value) == text
