"""`archdsl table` as a person meets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from archdsl.cli.main import run


@pytest.mark.parametrize(
    ("args", "begin"),
    [
        ([], "**DP-Net, Zhao & Wang 2022, Table 1**\n\n| Input | Operator | #exp size | #Out | SE | NL | s |"),
        (["--to", "latex"], "% \\usepackage{amssymb,booktabs,textcomp}\n\\begin{table}"),
        (["--to", "html"], "<!doctype html>"),
        (
            ["--columns", "operator, out"],
            "**DP-Net, Zhao & Wang 2022, Table 1**\n\n| Operator | #Out |\n| --- | ---: |\n| Conv2d | 16 |",
        ),
        (["--set", "width=0.5", "--columns", "out"], "**DP-Net, Zhao & Wang 2022, Table 1**\n\n| #Out |\n| ---: |\n| 8 |"),
    ],
)
def test_it_prints(args: list[str], begin: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["table", "dpnet", *args]) == 0
    assert capsys.readouterr().out.startswith(begin)


@pytest.mark.parametrize(("name", "begin"), [("a.md", "**DP-Net"), ("a.tex", "% \\usepackage"), ("a.html", "<!doctype html>")])
def test_the_ending_says_the_form(name: str, begin: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["table", "dpnet", "-o", str(tmp_path / name)]) == 0
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(begin)
    assert capsys.readouterr().out == f"{tmp_path / name} is written\n"


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["-o", "a.csv"], 2, "-o a.csv: end the name in .md, .html, .htm, .tex, or name the form: markdown, html, latex"),
        (["--to", "latex", "-o", "a.md"], 2, "-o a.md ends as a table does, and latex is asked for; end the name in .tex"),
        (["--to", "markdown", "-o", "a.py"], 2, "-o a.py ends as python does, and markdown is asked for; end the name in .md"),
        (["--to", "html", "-o", "dpnet.yaml"], 2, "ends as a spec does, and html is asked for; end the name in .html or .htm"),
        (["--to", "word"], 2, "'word' is not one of 'markdown', 'latex', 'html'"),
        (["--columns", "operator,params,mac"], 1, "unknown column 'mac'; did you mean 'MACs'?"),
        (["--columns", ","], 2, "--columns names no column"),
        (["-o", "no/a.md"], 1, "no/a.md cannot be written"),
    ],
)
def test_mistakes(
    args: list[str], code: int, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["table", "dpnet", *args]) == code
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_bill_is_not_written_under_another_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["cost", "squeezenet", "--csv", "-o", "a.html"]) == 2
    assert "-o a.html ends as a table does, and csv is asked for; end the name in .csv" in capsys.readouterr().err
    assert run(["cost", "squeezenet", "--csv", "-o", "a"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


TABLE_1 = """
224^2x3   Conv2d           -    16   - HS 2
112^2x16  DP-block A       16   16   - RS 1
112^2x16  DP-block B       64   24   - RS 2
56^2x24   DP-block A       72   24   - RS 1
56^2x24   DP-block B       72   40   y RS 2
28^2x40   DP-block A       120  40   y RS 1
28^2x40   DP-block A       120  40   y RS 1
28^2x40   DP-block B       240  80   - HS 2
14^2x80   DP-block A       200  80   - HS 1
14^2x80   DP-block A       184  80   - HS 1
14^2x80   DP-block A       184  80   - HS 1
14^2x80   DP-block B       480  112  y HS 1
14^2x112  DP-block A       672  112  y HS 1
14^2x112  DP-block B       672  160  y HS 2
7^2x160   DP-block A       960  160  y HS 1
7^2x160   DP-block A       960  160  y HS 1
7^2x160   Conv2d,_1x1      -    960  - HS 1
7^2x960   Pool,_7x7        -    -    - -  -
960       Conv2d_1x1,_NBN  -    1280 - HS -
1280      Conv2d_1x1,_NBN  -    1000 - -  -
"""
"""Table 1 of Zhao & Wang 2022. Its last rows are convolutions of a 1x1 map, ours linear layers of a vector; k is 1000 there."""


def test_latex_prints_what_the_paper_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["table", "dpnet", "--to", "latex"]) == 0
    printed = capsys.readouterr().out
    assert "Input & Operator & \\#exp size & \\#Out & SE & NL & s \\\\" in printed
    body = printed.split("\\midrule\n")[1].split("\\bottomrule")[0]
    for old, new in (("$\\checkmark$", "y"), ("--", "-"), ("\\times ", "x"), ("$", ""), ("\\\\", "")):
        body = body.replace(old, new)
    rows = [
        [cell.strip().replace(" ", "_").replace("DP-block_", "DP-block ") for cell in line.split("&")]
        for line in body.splitlines()
    ]
    wanted = [line.replace("DP-block ", "DP-block_").split() for line in TABLE_1.strip().splitlines()]
    assert rows == [[cell.replace("DP-block_", "DP-block ") for cell in row] for row in wanted]


def test_a_printed_name_follows_arguments_and_sizes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["table", "mobilenet_v3", "--set", "resolution=160"]) == 0
    printed = capsys.readouterr().out
    assert "| Input | Operator | exp size | #out | SE | NL | s |" in printed
    assert "| 40²×24 | bneck, 5×5 | 72 | 40 | ✓ | RE | 2 |" in printed
    assert "| 5²×960 | pool, 5×5 | - | - | - | - | - |" in printed


def test_costs_are_printed_where_their_columns_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["table", "dpnet", "--columns", "#,operator,params,MACs"]) == 0
    assert "| 2 | DP-block A | 488 | 5,318,656 |" in capsys.readouterr().out
