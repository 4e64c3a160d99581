"""Printed names: `title` of a block and `titles` of a spec."""

from __future__ import annotations

import pytest

import archdsl

NET = """
archdsl: 1
input: [4, 8, 8]
titles: {TITLES}
blocks:
  double: {title: "Double, $kernel×$kernel of $in", args: {out: int, kernel: 3}, body: [conv: {out: $out, kernel: $kernel}]}
net:
  - table: {columns: [op, out, kernel], rows: [[double, 8, 5], [conv, 6, 3], [relu, ~, ~]]}
"""


def printed(titles: str) -> archdsl.Net:
    return archdsl.loads(NET.replace("{TITLES}", titles))


def test_names_of_blocks_words_and_columns() -> None:
    sheet = printed("{conv: \"Conv $height\", out: '#out', relu: R, op: Operator}").printed_table()
    assert sheet.head == ("input", "Operator", "#out", "kernel")
    assert [row[1] for row in sheet.cells()] == ["Double, 5×5 of 4", "Conv 8", "R"]


def test_titles_of_the_spec_come_before_those_of_blocks_and_leave_columns_out() -> None:
    sheet = printed("{double: D2, kernel: ~}").printed_table()
    assert sheet.head == ("input", "operator", "out")
    assert sheet.cells()[0] == ["8²×4", "D2", "8"]


def test_the_table_of_a_designer_keeps_the_words_of_the_spec() -> None:
    assert [row[2] for row in printed("{double: D2}").table().cells()] == ["double", "conv", "relu"]


@pytest.mark.parametrize(
    ("titles", "message"),
    [
        ("{dubble: D}", "unknown word 'dubble': a title is for an operator, a block or a column of a table"),
        ("{conv: $colour}", "unknown name 'colour'"),
        ("{out: $out}", "the title of a column is plain text"),
        ("{conv: ~}", "'conv' is no column of a table, so it cannot be left out"),
        ("{conv: [a]}", "the title of 'conv' must be a text, a list came"),
        ("[a]", "'titles' must be a mapping"),
    ],
)
def test_mistakes(titles: str, message: str) -> None:
    with pytest.raises(archdsl.SpecError) as caught:
        printed(titles)
    assert message in str(caught.value)
