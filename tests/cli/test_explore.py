"""`sweep`, `solve`, `reconcile` and `whatif` as a person and a script meet them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import archdsl
from archdsl.cli.main import run

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in an empty folder: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)

    def called(*args: str) -> tuple[int, str, str]:
        return run(list(args)), *capsys.readouterr()

    return called


def data(found: tuple[int, str, str], code: int = 0) -> Any:
    assert (found[0], found[2]) == (code, "")
    return json.loads(found[1])


AXES = ("width=0.5:1:0.1", "kernels=[3,5],[3,7]", "split=1/100,1/4,1/2")


def test_sweep_as_json(call: Run) -> None:
    line = ["sweep", "dpnet", *AXES, "--where", "params<=3.3M", "--pareto", "macs,max:width", "--top", "3", "--by", "params"]
    found = data(call(*line, "--json"))
    assert set(found) >= {"variants", "masked", "seconds", "front", "rows"}
    assert found["variants"] == 36
    assert found["masked"] == 12
    assert found["passed"] + found["masked"] <= 36
    assert [row["params"] for row in found["rows"]] == sorted(row["params"] for row in found["rows"])
    for row in (*found["front"], *found["rows"]):
        one = archdsl.load("dpnet", **{name: row[name] for name in ("width", "kernels", "split")}).cost()
        assert (one.params, one.macs) == (row["params"], row["macs"])


def test_sweep_as_tables_and_files(call: Run) -> None:
    code, out, err = call(
        "sweep", "dpnet", *AXES, "--pareto", "macs,max:width", "--show", "peak", "-o", "all.csv", "--plot", "p.svg"
    )
    assert (code, err) == (0, "")
    assert "DP-Net: no variant beats these in macs, max:width" in out
    assert "first 20" not in out
    assert "12 cannot be built:" in out
    assert "leaves path 1 no channel" in out
    assert Path("all.csv").read_text().count("\n") == 25
    assert Path("p.svg").read_text().startswith("<?xml")
    code, out, _ = call("sweep", "dpnet", "width=0.5,1", "--set", "transition=none")
    assert code == 0
    assert "DP-Net: first 2 by macs" in out
    assert f"{archdsl.load('dpnet', transition='none').cost().macs:,}" in out


def test_sweep_as_curves_and_a_contour(call: Run) -> None:
    code, _, err = call("sweep", "dpnet", "width=0.5:1.5:0.25", "--plot", "c.html", "--plot-as", "curve", "--show", "peak")
    assert (code, err) == (0, "")
    page = Path("c.html").read_text()
    assert "DP-Net along width" in page
    assert all(f"{archdsl.load('dpnet', width=width).cost().macs}" in page for width in (0.5, 1.25))
    code, _, err = call("sweep", "dpnet", "width=0.5:1.5:0.5", "resolution=128,192", "--plot", "c.svg", "--plot-as", "contour")
    assert (code, err) == (0, "")
    assert Path("c.svg").read_text().startswith("<?xml")


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ("sweep dpnet", 2, "Missing argument 'KNOB=VALUES...'"),
        ("sweep dpnet widht=1,2", 1, "did you mean 'width'?"),
        ("sweep dpnet width=1,2 --where parms<3M", 1, "--where:1:1: error: unknown cost or setting 'parms'"),
        ("sweep dpnet width=1,2 -o x.xls", 1, "x.xls: a table of variants ends in .parquet or .csv"),
        ("sweep dpnet width=1,2 --plot x.gif", 1, "x.gif: a plot ends in .html, .png, .svg, .pdf"),
        ("sweep dpnet width=1,2 --plot-as curve", 2, "--plot-as curve says how --plot FILE draws; name the file"),
        ("sweep dpnet width=1,2 --plot-as curve --plot x.svg --pareto macs", 2, "a curve shows every variant"),
        ("sweep dpnet width=1,2 --plot-as contour --plot x.svg", 1, "a contour goes over two knobs; 1 came"),
        ("sweep dpnet width=1,2 transition --plot-as contour --plot x.svg", 1, "a contour goes over numbers, and transition has"),
        ("sweep dpnet width=1,2 split=0.5 classes=10 --plot-as curve --plot x.svg", 1, "with a second one for its lines; 3 came"),
        (
            "sweep dpnet width=1,2 classes=1:25 --plot-as curve --plot x.svg",
            1,
            "classes has 25 values, each a line; give at most 24",
        ),
        ("sweep dpnet width=1,2 --jobs 2 --cluster auto", 2, "--jobs and --cluster exclude each other"),
        ("sweep dpnet width=1,2 --jobs 2 -o x.csv", 2, "a file is written by one process"),
        ("sweep dpnet width=1,2 --pareto mcas", 1, "unknown cost 'mcas'; did you mean 'macs'?"),
        ("solve dpnet --free width --max params=3M", 2, "solve needs --maximize or --minimize"),
        ("solve dpnet --maximize width", 2, "Missing option '--free'"),
        ("solve dpnet --free width --max parms=3M --maximize width", 1, "unknown cost 'parms'; did you mean 'params'?"),
        ("solve dpnet --free width --max params --maximize width", 1, "'params' is no budget; write cost=size"),
        ("solve dpnet --free classes --maximize classes", 1, "classes: give values, as in classes=from:to:step"),
        ("reconcile", 2, "Missing argument 'SPEC...'"),
        ("reconcile resnet18", 1, "no knob is marked 'reading: true'"),
        ("reconcile dpnet d_mobilenet_v3 --one-typo", 1, "one typo is searched in one spec at a time"),
        ("whatif dpnet --step widht=1", 1, "did you mean 'width'?"),
        ("whatif dpnet --by mac", 1, "unknown cost 'mac'; did you mean 'macs'?"),
    ],
)
def test_what_is_refused(call: Run, line: str, code: int, message: str) -> None:
    found = call(*line.split())
    assert found[0] == code
    assert message in found[2]
    assert list(Path().iterdir()) == []


def test_solve(call: Run) -> None:
    line = ["solve", "dpnet", "--free", "width,resolution", "--free", "kernels=[3,5],[3,7]"]
    line += ["--max", "params=3.4M", "--max", "macs=118M", "--maximize", "width", "--minimize", "macs", "--top", "2"]
    found = data(call(*line, "--json"))
    assert found["variants"] == 76 * 32 * 2
    best = found["best"][0]
    assert (best["width"], best["resolution"], best["kernels"]) == (0.95, 32, [3, 5])
    assert found["binding"] == [{"budget": "params ≤ 3.4M", "without": 4, "more": 0.95}]
    assert found["infeasible"] is None
    code, out, _ = call(*line)
    assert code == 0
    assert "proven on 4,864 variants" in out
    assert "params ≤ 3.4M binds: with 1% more width would reach 0.95, without it 4" in out


def test_solve_the_order_of_objectives_is_that_of_the_line(call: Run) -> None:
    line = ["solve", "dpnet", "--free", "width=0.5,1", "--free", "resolution=96,128", "--top", "1", "--json"]
    first = data(call(*line, "--minimize", "macs", "--maximize", "width"))["best"][0]
    second = data(call(*line, "--maximize", "width", "--minimize", "macs"))["best"][0]
    assert (first["width"], second["width"]) == (0.5, 1)


def test_solve_short_of_what_is_wanted(call: Run) -> None:
    line = ["solve", "dpnet", "--free", "width", "--min", "params=1G", "--max", "macs=1K", "--maximize", "width"]
    code, out, _ = call(*line)
    assert code == 3
    assert "% over" not in out
    assert "short of 1G (more than 99.9%)" in out
    assert " over 1K (" in out


def test_the_step_is_said_by_all(call: Run) -> None:
    """The step of a knob is one and the same, and no command keeps it to itself."""
    said = "width 0.5 to 1 by 0.125: 5 values"
    assert said in call("sweep", "resnet18", "width=0.5:1")[1]
    assert said in call("solve", "resnet18", "--free", "width=0.5:1", "--maximize", "width")[1]
    assert data(call("sweep", "resnet18", "width=0.5:1", "--json"))["steps"] == {"width": 0.125}
    assert data(call("sweep", "resnet18", "width=0.5:1:0.25", "--json"))["steps"] == {}
    assert "width by 0.125" in call("whatif", "resnet18")[1]
    assert next(i for i in data(call("whatif", "resnet18", "--json"))["sensitivity"] if i["knob"] == "width")["step"] == 0.125


def test_solve_without_a_way(call: Run) -> None:
    line = ["solve", "dpnet", "--free", "width", "--max", "params=0.1M", "--minimize", "macs"]
    code, out, _ = call(*line)
    assert code == 3
    assert "No variant of 76 keeps to params ≤ 0.1M." in out
    assert "params ≤ 0.1M alone is out of reach: the least is 476,334, at width=0.25" in out
    assert "params 376,334 over 0.1M (376%)" in out
    found = data(call(*line, "--json"), 3)
    assert found["infeasible"]["missed"] == ["params 376,334 over 0.1M (376%)"]
    assert found["best"] == []
    assert found["infeasible"]["alone"][0]["best"] == 476_334


def test_reconcile(call: Run) -> None:
    line = ["reconcile", "dpnet", "--changes", "1", "--top", "3"]
    found = data(call(*line, "--json"), 3)
    assert set(found) >= {"readings", "searched", "seconds"}
    assert set(found["readings"][0]) == {"changes", "explains", "misses"}
    assert len(found["readings"]) == 3
    assert {"transition_in": "a"} in [reading["changes"] for reading in found["readings"]]
    code, out, _ = call(*line)
    assert code == 3
    assert "✓ DP-Net params 3.41M (Table 4): 3,411,434" in out
    assert "explain 1 of 2 figures" in out


def test_reconcile_says_yes_where_everything_is_explained(call: Run) -> None:
    code, out, _ = call("reconcile", "mobilenet_v3_preprint")
    assert code == 0
    assert "1. expand_always = true" in out


def test_whatif_tells_what_steps_do(call: Run) -> None:
    found = data(call("whatif", "dpnet", "--set", "width=0.5", "--show", "flops.thop", "--json"))
    assert set(found) == {"name", "totals", "changes", "sensitivity"}
    width = next(i for i in found["sensitivity"] if i["knob"] == "width")
    assert width["value"] == 0.5
    assert width["up"]["costs"]["params"] == archdsl.load("dpnet", width=0.55).cost().params
    assert "flops.thop" in width["up"]["costs"]
    code, out, _ = call("whatif", "dpnet", "--plot", "t.svg", "--by", "params")
    assert code == 0
    assert "DP-Net: one step of each knob" in out
    assert "no step changes a cost: dropout" in out
    assert Path("t.svg").is_file()
