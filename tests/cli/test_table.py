"""`archdsl table` as a person meets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from archdsl.cli.main import run


@pytest.mark.parametrize(
    ("args", "begin"),
    [
        ([], "**DP-Net, Zhao & Wang 2022, Table 1**\n\n| # | input | operator |"),
        (["--to", "latex"], "% \\usepackage{amssymb,booktabs,textcomp}\n\\begin{table}"),
        (["--to", "html"], "<!doctype html>"),
        (
            ["--columns", "operator, out"],
            "**DP-Net, Zhao & Wang 2022, Table 1**\n\n| operator | out |\n| --- | ---: |\n| conv3x3 | 16 |",
        ),
        (["--set", "width=0.5", "--columns", "out"], "**DP-Net, Zhao & Wang 2022, Table 1**\n\n| out |\n| ---: |\n| 8 |"),
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
