"""Latency on the command line: by layer, as a cost of every question, and what is said of mistakes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from archdsl.cli.main import run as run_command

SPEC = """
archdsl: 1
name: Tiny
input: [3, 32, 32]
knobs:
  width: {default: 1, range: [0.25, 4]}
net:
  - stage: body
    body:
      - {conv: {out: floor(16*$width), kernel: 3}, name: conv}
      - {relu: {}, name: relu}
  - {adaptive_pool: {}, name: pool}
  - {flatten: {}, name: flat}
  - {linear: 10, name: fc}
"""
DEVICE = """
device: slow
runtime: abacus
threads: 1
fit: {networks: 3, median error: 2%}
femtoseconds:
  conv: {macs: 1_000_000}
  linear: {weights: 1000000000}
  layer: {kernel: 2000000000000}
  start: 0
  layout: 0
""".replace("_", "")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.yaml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "slow.yaml").write_text(DEVICE, encoding="utf-8")
    return tmp_path


def run(text: str) -> int:
    return run_command(text.split())


CONV, KERNEL, LINEAR = 16 * 32 * 32 * 27 * 10**6, 2 * 10**12, 170 * 10**9
TOTAL = CONV + 3 * KERNEL + LINEAR


def test_by_layer(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("cost tiny.yaml --device slow --sort latency") == 0
    out = capsys.readouterr().out
    lines = [line.split() for line in out.splitlines() if "%" in line]
    assert [line[0] for line in lines[:5]] == ["body.relu", "pool", "flat", "body.conv", "fc"]
    assert "latency           6.612 ms  predicted on slow: abacus, 1 thread" in out
    assert "fit: networks 3, median error 2%" in out


def test_json_and_csv_hold_seconds(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("cost tiny.yaml --device slow.yaml --by stage --json") == 0
    data = json.loads(capsys.readouterr().out)
    assert data["latency"]["seconds"] == TOTAL / 10**15
    assert [layer["latency_seconds"] for layer in data["layers"]] == [n / 10**15 for n in (CONV, KERNEL, KERNEL, KERNEL, LINEAR)]
    assert [layer["kind"] for layer in data["layers"]][1:3] == ["relu.behind", "adaptive_pool.global"]
    assert [entry["latency_seconds"] for entry in data["entries"]] == [
        (CONV + KERNEL) / 10**15,
        (2 * KERNEL + LINEAR) / 10**15,
    ]
    assert run("cost tiny.yaml --device slow --by operator --csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["operator"]: float(row["seconds"]) for row in rows}["conv"] == CONV / 10**15


def test_by_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("cost tiny.yaml --device slow --by line") == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if "│" in line]
    (relu,) = [line for line in lines if "name: relu" in line]
    assert relu.split("│")[0].split() == ["0", "0", "77.8KB", "2.0ms", "11"]
    assert len({line.index("│") for line in lines}) == 1


def test_a_cost_of_every_question(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("sweep tiny.yaml width=0.5,1,2 --where latency.slow<=6700us --by latency.slow --json") == 0
    data = json.loads(capsys.readouterr().out)
    assert [row["width"] for row in data["rows"]] == [0.5, 1]
    assert data["rows"][1]["latency.slow"] == TOTAL / 10**15
    assert run("sweep tiny.yaml width=1,2 --by latency.slow -o all.csv") == 0
    assert "6.612 ms" in capsys.readouterr().out
    assert float((folder / "all.csv").read_text().splitlines()[1].split(",")[-1]) == TOTAL / 10**15
    assert run("solve tiny.yaml --free width=0.25:4:0.25 --max latency.slow=7ms --maximize width") == 0
    out = capsys.readouterr().out
    assert "latency.slow ≤ 7ms binds" in out
    assert out.splitlines()[4].split()[0] == "1.5"
    assert run("whatif tiny.yaml --by latency.slow") == 0
    assert "latency.slow, from 6.612 ms" in capsys.readouterr().out
    assert run("compare tiny.yaml squeezenet --device slow --csv") == 0
    assert capsys.readouterr().out.splitlines()[1].split(",")[-1] == str(TOTAL / 10**15)
    assert run("diff tiny.yaml tiny.yaml --set width=2 --device slow --fail-if latency.slow>7ms") == 3
    assert "latency.slow" in capsys.readouterr().out


def test_search_minimises_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("search tiny.yaml width=0.5,1,2 --minimize latency.slow --trials 3 --max latency.slow=7ms --json") == 0
    data = json.loads(capsys.readouterr().out)
    assert data["best"]["latency.slow"]["values"]["latency.slow"] == pytest.approx((TOTAL - CONV / 2 - 80 * 10**9) / 10**15)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ("cost tiny.yaml --sort latency", 2, "--sort latency needs --device"),
        ("cost tiny.yaml --device slwo", 1, "no device 'slwo'; did you mean 'slow'?"),
        ("cost tiny.yaml --device no/such.yaml", 1, "no such file: no/such.yaml; known: raspberry-pi-3b"),
        (
            "sweep tiny.yaml width=1,2 --show latency",
            1,
            "unknown cost 'latency'; say of which device, as in latency.raspberry-pi-3b",
        ),
        ("sweep tiny.yaml width=1,2 --where latency.slwo<1s", 1, "no device 'slwo'; did you mean 'slow'?"),
        (
            "solve tiny.yaml --free width=1,2 --max latency.slow=7 --maximize width",
            1,
            "write cost=time, as in --max latency.slow=20ms",
        ),
        ("solve tiny.yaml --free width=1,2 --max macs=7s --maximize width", 1, "write cost=size, as in --max macs=118M"),
    ],
)
def test_mistakes(arguments: str, code: int, message: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == code
    assert message in capsys.readouterr().err
