"""Tables for papers and pages: structure and escaping of each form."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest

import archdsl
from archdsl.cost.tables.latex import LONG, escaped
from archdsl.cost.tables.sheet import Sheet
from archdsl.errors import InputError

HOSTILE = r"a_b & 50% $x$ #1 {y} ~ ^ \n <b> | -- `z`"


@pytest.fixture(scope="module")
def table() -> Sheet:
    return archdsl.load("dpnet").table()


def sheet(*cells: str) -> Sheet:
    return Sheet("T", ("a", "n"), tuple((c, 1234) for c in cells), frozenset("n"), ("total", 5))


def test_columns_are_those_of_the_paper(table: Sheet) -> None:
    """Table 1 prints Input, Operator, #exp size, #Out, SE, NL, s; row by row as in the paper's text."""
    paper = table.only(["input", "operator", "exp", "out", "SE", "NL", "s"])
    assert paper.cells()[:4] == [
        ["224²×3", "conv3x3", "-", "16", "-", "hswish", "2"],
        ["112²×16", "dp_a", "16", "16", "-", "relu", "1"],
        ["112²×16", "dp_b", "64", "24", "-", "relu", "2"],
        ["56²×24", "dp_a", "72", "24", "-", "relu", "1"],
    ]
    assert len(paper.rows) == 20
    assert not paper.total  # none of its columns is summed


def test_unknown_column(table: Sheet) -> None:
    with pytest.raises(InputError, match="unknown column 'param'; did you mean 'params'"):
        table.only(["param"])


def test_total_stays_with_its_column(table: Sheet) -> None:
    assert table.only(["operator", "params"]).total == ("", "3,458,986")
    assert table.only(["params"]).total == ("3,458,986",)


def test_latex_has_as_many_cells_in_every_row(table: Sheet) -> None:
    text = table.latex()
    assert re.findall(r"\\(\w+rule)", text) == ["toprule", "midrule", "midrule", "bottomrule"]
    (columns,) = re.findall(r"\\begin\{tabular\}\{(\w+)\}", text)
    rows = [line for line in text.splitlines() if line.endswith(r" \\")]
    assert {len(re.split(r"(?<!\\)&", row)) for row in rows} == {len(columns)} == {len(table.head)}
    assert len(rows) == len(table.rows) + 2
    assert rows[1].startswith(r"1 & $224^2\times 3$ & conv3x3 & -- & 16 & -- & hswish & 2 & $112^2\times 16$ & 464")
    assert r"$\checkmark$" in text
    assert text.count("{") == text.count("}")
    assert text.startswith("% \\usepackage{amssymb,booktabs,textcomp}\n\\begin{table}\n")
    assert r"\label{tab:dp-net}" in text
    assert text.isascii()


def test_latex_of_the_zoo_is_ascii_and_balanced() -> None:
    for name in ("resnet50", "densenet121", "randwire", "vit_small", "convnext_tiny"):
        text = archdsl.load(name).table().latex()
        assert text.isascii(), name
        assert re.findall(r"\\begin\{(\w+)\}", text) == re.findall(r"\\end\{(\w+)\}", text)[::-1], name


def test_a_long_table_breaks_over_pages() -> None:
    text = sheet(*["x"] * (LONG + 1)).latex()
    assert "longtable" in text.splitlines()[0]
    assert r"\begin{longtable}{lr}" in text
    assert r"\endhead" in text
    assert r"\begin{table}" not in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dp_a", r"dp\_a"),
        ("50% & $5 #1", r"50\% \& \$5 \#1"),
        (r"\input{x}", r"\textbackslash{}input\{x\}"),
        ("~^", r"\textasciitilde{}\textasciicircum{}"),
        ("a--b---c", "a-{}-b-{}-{}-c"),
        ("DP-Net", "DP-Net"),
        ("7²×160", r"$7^2\times 160$"),
        ("1×1000", r"$1\times 1000$"),
        ("192…224²×3", r"$192\ldots 224^2\times 3$"),
        ("se ✓", r"se $\checkmark$"),
        ("a\nb\x00", r"a\textbackslash{}nb\textbackslash{}x00"),
        ("naïve", "naïve"),
    ],
)
def test_latex_shows_text_as_it_is_written(text: str, expected: str) -> None:
    assert escaped(text) == expected


def test_markdown_shows_text_as_it_is_written() -> None:
    text = sheet(HOSTILE, "_x_ [a](b) *c*").markdown()
    rows = text.splitlines()[4:]
    assert rows[0] == r"| a_b & 50% $x$ #1 {y} \~ ^ \\n \<b> \| -- \`z\` | 1,234 |"
    assert rows[1] == r"| \_x\_ \[a\](b) \*c\* | 1,234 |"
    assert rows[2] == "| **total** | **5** |"


def test_html_stands_alone_and_shows_text_as_it_is_written() -> None:
    text = sheet(HOSTILE, "<script>alert(1)</script>").html()
    assert "<b>" not in text
    assert "<script" not in text
    assert not re.search(r"https?:|src=|href=|@import|url\(", text)
    body = re.search(r"<tbody>.*</tbody>", text, re.DOTALL)
    assert body is not None
    cells = [cell.text for cell in ElementTree.fromstring(body[0]).iter("td")]
    assert cells[0] == HOSTILE
