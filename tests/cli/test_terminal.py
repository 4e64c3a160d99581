"""What the program shows in terminals that are narrow, without colours, or without UTF-8, and where its limits are raised."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from archdsl.cli.main import run
from archdsl.cost.tables.narrow import Grid, fits, narrow

WRONG = "input: [3, 8, 8]\nnet: [reluu]\n"


def program(*args: str, **changed: str) -> subprocess.CompletedProcess[bytes]:
    kept = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "PYTHONIOENCODING", "TERM")}
    return subprocess.run([sys.executable, "-m", "archdsl", *args], capture_output=True, timeout=60, env={**kept, **changed})


def on_a_terminal(*args: str, **changed: str) -> str:
    """What a command writes on a terminal of its own, both streams together."""
    main, side = pty.openpty()
    kept = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR")}
    environment = {**kept, "TERM": "xterm", **changed}
    child = subprocess.Popen([sys.executable, "-m", "archdsl", *args], stdin=side, stdout=side, stderr=side, env=environment)
    os.close(side)
    found = b""
    while True:
        try:
            part = os.read(main, 65536)
        except OSError:
            break
        if not part:
            break
        found += part
    child.wait(timeout=60)
    os.close(main)
    return found.decode()


# -- width -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize(
    "line",
    [
        "list",
        "list dpnet",
        "list dp_a",
        "whatif dpnet --set width=0.5",
        "compare dpnet mobilenet_v3",
        "cost dpnet --depth 2",
        "cost dpnet --by stage",
        "diff mobilenet_v3 dpnet",
        "reproduce table6",
        "cost resnet18",
    ],
)
def test_tables_are_no_wider_than_the_terminal(
    line: str, columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert run(line.split()) == 0
    out = capsys.readouterr().out
    tables = [row for row in out.splitlines() if "   " in row.strip() and not row.startswith("  FLOPs as")]
    assert max(map(len, tables)) <= columns
    assert "…" not in "".join(row for row in tables if row.strip().startswith(("params", "macs")))


def test_no_number_is_cut_and_words_wrap() -> None:
    grid = Grid(["name", "a", "b"], [["one", "1,000,000", "2,000,000"], ["two", "3", "4"]], {"a", "b"}, ["total", "1", "2"])
    assert fits(grid, 40)
    assert not fits(grid, 30)
    text = narrow(grid, 24)
    assert text.count("name") == 2
    assert "1,000,000" in text
    assert "2,000,000" in text
    assert text.count("total") == 2


def test_lines_that_are_empty_in_a_part_are_left_out() -> None:
    rows = [["a", "1", "some words"], ["", "", "that go on"]]
    assert narrow(Grid(["k", "number", "words and more"], rows, {"number"}, None), 12).count("\n  \n") == 0


# -- colours ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "coloured"),
    [
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, True),
        ({"TERM": "dumb"}, False),
        ({"CLICOLOR": "0"}, False),
        ({"CLICOLOR": "0", "FORCE_COLOR": "1"}, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
    ],
)
def test_colours_on_a_terminal(changed: dict[str, str], coloured: bool, tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text(WRONG)
    assert ("\x1b[" in on_a_terminal("check", str(tmp_path / "wrong.yaml"), **changed)) == coloured


def test_colours_of_tables(tmp_path: Path) -> None:
    assert b"\x1b[" not in program("compare", "dpnet").stdout
    assert b"\x1b[" in program("compare", "dpnet", FORCE_COLOR="1").stdout
    assert b"\x1b[" not in program("compare", "dpnet", FORCE_COLOR="1", NO_COLOR="1").stdout


# -- letters ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
@pytest.mark.parametrize(
    "line",
    [
        "cost alexnet",
        "cost dpnet --depth 2",
        "cost dpnet --memory",
        "whatif dpnet",
        "list",
        "reproduce eq4",
        "cost nowhere…",
        "--help",
        "cost dpnet --json",
        "diff dpnet mobilenet_v3",
    ],
)
def test_terminals_that_are_not_utf_8(line: str, encoding: str) -> None:
    found = program(*line.split(), PYTHONIOENCODING=encoding)
    assert found.returncode in (0, 1)
    assert b"internal error" not in found.stderr
    assert (found.stdout + found.stderr).decode(encoding)


def test_plain_signs_stand_in_line() -> None:
    out = program("cost", "alexnet", PYTHONIOENCODING="ascii").stdout.decode("ascii")
    rows = [row.rstrip() for row in out.splitlines() if "^2x" in row]
    assert "224^2x3" in rows[0]
    assert len({len(row) for row in rows}) == 1, "columns are as wide as they look"
    assert json.loads(program("list", "dpnet", "--json", PYTHONIOENCODING="ascii").stdout)


# -- limits ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "code", "told"),
    [
        ("nodes=5", 1, "raise the limit with --limits nodes=N"),
        ("steps=5", 1, "raise the limit with --limits steps=N"),
        ("bytes=5", 1, "raise the limit with --limits bytes=N"),
        ("values=5", 1, "raise the limit with --limits values=N"),
        ("nodes=1000000, steps=2000000", 0, ""),
        ("nods=5", 2, "unknown limit 'nods'; did you mean 'nodes'?"),
        ("nodes=0", 2, "--limits nodes is a whole number above 0, '0' came"),
        ("nodes", 2, "--limits nodes is a whole number above 0, '' came"),
        ("nodes=1e9", 2, "--limits nodes is a whole number above 0, '1e9' came"),
    ],
)
def test_limits(value: str, code: int, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cost", "dpnet", "--limits", value]) == code
    assert told in capsys.readouterr().err


def test_limits_of_the_environment(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ARCHDSL_MAX_NODES", "5")
    assert run(["cost", "dpnet"]) == 1
    assert "more than 5 operators" in capsys.readouterr().err
    assert run(["cost", "dpnet", "--limits", "nodes=500"]) == 0, "what is written on the command line goes before"
    monkeypatch.setenv("ARCHDSL_MAX_NODES", "many")
    assert run(["cost", "dpnet"]) == 2
    assert "ARCHDSL_MAX_NODES is a whole number above 0, 'many' came" in capsys.readouterr().err


def test_the_help_has_the_limits_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    assert "ARCHDSL_MAX_STEPS" in capsys.readouterr().out
    assert run(["cost", "--help"]) == 0
    out = capsys.readouterr().out
    assert out.count("--limits") == 1
    assert "--max-" not in out
