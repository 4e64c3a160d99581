"""The program: exit codes, what goes to which stream, the fixed keys of --json, and what is never imported."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archdsl.cli.main import COMMANDS, run

SPEC = """archdsl: 1
name: Tiny
input: [3, 16, 16]
knobs: {width: {default: 8, range: [1, 64]}}
net: [{conv: $width}, norm, relu]
"""
LAYER_KEYS = {"name", "op", "input", "output", "params", "macs", "line"}
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def archdsl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in an empty folder with `tiny.yaml` in it: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "140")
    Path("tiny.yaml").write_text(SPEC)
    Path("wrong.yaml").write_text(SPEC.replace("norm", "nrm"))
    Path("warned.yaml").write_text(SPEC.replace("norm", "{norm: {}, as: unread}"))

    def call(*args: str) -> tuple[int, str, str]:
        code = run(list(args))
        out, err = capsys.readouterr()
        return code, out, err

    return call


def program(*args: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own."""
    return subprocess.run([sys.executable, "-m", "archdsl", *args], capture_output=True, text=True, timeout=60, **options)


# -- exit codes ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "code", "out", "err"),
    [
        ("cost tiny.yaml", 0, "Tiny", ""),
        ("cost tiny.yaml --set width=16", 0, "Tiny", ""),
        ("whatif tiny.yaml --set width=16", 0, "width=16", ""),
        ("check tiny.yaml", 0, "tiny.yaml: ok", ""),
        ("check warned.yaml", 0, "1 warning", "the label 'unread' is read by nothing"),
        ("schema", 0, "$schema", ""),
        ("--help", 0, "Commands:", ""),
        ("cost --help", 0, "--set", ""),
        ("--version", 0, "archdsl", ""),
        ("cost wrong.yaml", 1, "", "unknown operator or block 'nrm'"),
        ("cost nowhere.yaml", 1, "", "no such file: nowhere.yaml"),
        ("cost resnet17", 1, "", "did you mean 'resnet18'?"),
        ("cost .", 1, "", ". is a folder, not a spec"),
        ("cost tiny.yaml --set widht=3", 1, "", "unknown knob 'widht'; did you mean 'width'"),
        ("cost tiny.yaml --set width=99", 1, "", "must lie between 1 and 64; 99 came"),
        ("cost tiny.yaml --limits nodes=2", 1, "", "more than 2 operators"),
        ("check nowhere.yaml", 1, "", "no such file"),
        ("new tiny.yaml", 1, "", "exists already"),
        ("new a/b.yaml", 1, "", "there is no folder a"),
        ("", 2, "", ""),
        ("coost tiny.yaml", 2, "", "no command 'coost'; did you mean 'cost'?"),
        ("zzz", 2, "", "no command 'zzz'; commands: build, export, cost"),
        ("cost", 2, "", "Missing argument 'SPEC'"),
        ("cost tiny.yaml --sett width=3", 2, "", "No such option"),
        ("cost tiny.yaml --limits nodes=0", 2, "", "--limits nodes is a whole number above 0, '0' came"),
        ("whatif tiny.yaml", 0, "one step of each knob", ""),
        ("check wrong.yaml", 3, "wrong.yaml: 1 mistake", "'nrm'"),
        ("check tiny.yaml wrong.yaml", 3, "tiny.yaml: ok", "'nrm'"),
        ("check --strict warned.yaml", 3, "1 warning (strict)", "'unread'"),
    ],
)
def test_exit_codes(line: str, code: int, out: str, err: str, archdsl: Run) -> None:
    found, told, mistakes = archdsl(*line.split())
    assert found == code, told + mistakes
    assert out in told
    assert err in mistakes
    if code == 1:
        assert told == "", "a command that fails prints nothing to standard output"
    assert "Traceback" not in told + mistakes
    assert "internal error" not in told + mistakes


@pytest.mark.parametrize("command", [c for c in COMMANDS if c not in ("figures", "list", "reproduce", "schema", "studio")])
def test_every_command_helps_and_wants_its_arguments(command: str, archdsl: Run) -> None:
    code, out, _ = archdsl(command, "--help")
    assert code == 0
    assert out.startswith(f"Usage: archdsl {command} ")
    assert archdsl(command)[0] == 2


def test_an_internal_error_is_one_line(archdsl: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archdsl.cli.cost.open_net", lambda *_: {}["missing"])
    code, out, err = archdsl("cost", "tiny.yaml")
    assert (code, out) == (1, "")
    assert "internal error: KeyError" in err
    assert "ARCHDSL_DEBUG" in err
    monkeypatch.setenv("ARCHDSL_DEBUG", "1")
    with pytest.raises(KeyError):
        archdsl("cost", "tiny.yaml")


# -- json ----------------------------------------------------------------------------------------------------------------------


def test_cost_as_json(archdsl: Run) -> None:
    code, out, err = archdsl("cost", "tiny.yaml", "--json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert {"name", "params", "macs", "flops", "memory", "layers"} <= set(found)
    assert (found["name"], found["params"], found["macs"]) == ("Tiny", 3 * 8 + 16, 3 * 8 * 256)
    assert {"thop", "fvcore", "ptflops", "torchinfo", "torch"} <= set(found["flops"])
    assert all(type(n) is int for n in found["flops"].values())
    assert {"weights_bytes", "peak_activation_bytes"} <= set(found["memory"])
    assert set(found["layers"][0]) >= LAYER_KEYS
    conv = next(layer for layer in found["layers"] if layer["op"] == "conv")
    assert conv == conv | {"name": "conv", "input": [3, 16, 16], "output": [8, 16, 16], "params": 24, "line": 5}
    assert sum(layer["params"] for layer in found["layers"]) == found["params"]
    assert sum(layer["macs"] for layer in found["layers"]) == found["macs"]


def test_whatif_as_json(archdsl: Run) -> None:
    _, out, _ = archdsl("whatif", "tiny.yaml", "--set", "width=16", "--json")
    found = json.loads(out)
    assert found["name"] == "Tiny"
    assert {"totals", "changes"} <= set(found)


def test_check_as_json(archdsl: Run) -> None:
    code, out, err = archdsl("check", "tiny.yaml", "wrong.yaml", "--json")
    found = json.loads(out)
    assert (code, err) == (3, "")
    assert found["tiny.yaml"]["ok"] is True
    assert found["wrong.yaml"]["ok"] is False
    assert found["wrong.yaml"]["diagnostics"] == [
        {
            "file": "wrong.yaml",
            "line": 5,
            "column": 23,
            "severity": "error",
            "message": "unknown operator or block 'nrm'",
            "hint": "did you mean 'norm'?",
            "fixes": [
                {"title": "Write norm", "edits": [{"line": 5, "column": 23, "end_line": 5, "end_column": 26, "text": "norm"}]}
            ],
        }
    ]


def test_schema_is_json(archdsl: Run) -> None:
    assert json.loads(archdsl("schema")[1])["properties"]["net"]


# -- files ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["first", "first.yaml", "no", "1e3", "a: b", "x'y"])
def test_a_new_spec_can_be_used_at_once(name: str, archdsl: Run) -> None:
    code, out, _ = archdsl("new", name)
    path = name if name.endswith(".yaml") else f"{name}.yaml"
    assert code == 0
    assert path in out
    assert archdsl("check", "--strict", path)[0] == 0
    assert json.loads(archdsl("cost", path, "--json")[1])["name"] == Path(path).stem
    assert archdsl("new", name)[0] == 1
    assert archdsl("new", name, "--force")[0] == 0
    assert sorted(p.name for p in Path().iterdir() if p.name.startswith(".")) == []


# -- processes -----------------------------------------------------------------------------------------------------------------


def test_the_program_says_what_is_wrong_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_bytes(b"net: [\xff]\n")
    found = program("cost", "net.yaml", cwd=tmp_path)
    assert found.returncode == 1
    assert found.stdout == ""
    assert found.stderr.startswith("net.yaml:1:7: error: the file is not UTF-8\n")


def test_a_reader_that_goes_away_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "archdsl", "cost", "resnet50"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
        assert process.wait(timeout=60) == 0


@pytest.mark.parametrize(
    "line", ["cost dpnet", "cost dpnet --json", "check dpnet", "whatif dpnet --set width=2", "list", "schema"]
)
def test_what_needs_no_torch_imports_none(line: str) -> None:
    script = (
        "import sys; from archdsl.cli.main import run; code = run(sys.argv[1:]); "
        "print(*sorted({'torch', 'networkx', 'torchvision', 'matplotlib'} & set(sys.modules)), file=sys.stderr); sys.exit(code)"
    )
    found = subprocess.run([sys.executable, "-c", script, *line.split()], capture_output=True, text=True, timeout=60)
    assert found.returncode == 0
    assert found.stderr.strip() == ""
    assert found.stdout


def test_one_network_needs_no_numpy() -> None:
    """NumPy is for grids; without it the program starts in half the time."""
    script = "import sys, archdsl; archdsl.load('dpnet').cost().macs; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], timeout=60).returncode == 0


@pytest.mark.parametrize("option", [(), ("--memory",), ("--json",)])
def test_the_cost_command_of_one_network_needs_no_numpy(option: tuple[str, ...]) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "archdsl", "cost", "dpnet", *option]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    imported = {line.rpartition("|")[2].strip() for line in found.stderr.splitlines()}
    assert "archdsl.cost.counting.bill" in imported
    assert not imported & {"numpy", "networkx", "torch"}
