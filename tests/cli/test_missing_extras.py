"""Every command with the core package alone: it works, or says in a sentence what to install."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from archdsl.cli.main import COMMANDS
from archdsl.extras import EXTRAS, NAMES

ROOT = Path(__file__).parents[2]

SPEC = """\
import: [blocks/mobile]
input: [3, 16, 16]
knobs:
  width: {default: 8, range: [4, 16], step: 4, reading: true}
reported:
  - {params: 1K, source: Table 1}
net:
  - conv3x3: {out: $width}
  - pool
  - linear: 10
"""

ALONE = """
import importlib.machinery, json, sys

class Core(importlib.machinery.PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in hidden else super().find_spec(name, path, target)

hidden = set(json.loads(sys.argv[1]))
sys.meta_path[:] = [Core if finder is importlib.machinery.PathFinder else finder for finder in sys.meta_path]
from archdsl.viz import layout
layout.shutil.which = lambda name: None
import contextlib, io
from archdsl.cli.main import run
found = []
for line in json.loads(sys.stdin.read()):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(line.split())
    found.append([code, out.getvalue(), err.getvalue()])
print(json.dumps(found))
"""

NOTHING, TORCH, VIZ, PLOT = "", "torch", "viz", "plot"
LINES = {
    "build net.yaml": NOTHING,
    "build net.yaml --json": NOTHING,
    "transform net.yaml --act silu": NOTHING,
    "prune net.yaml --keep macs=50%": NOTHING,
    "bench net.yaml": "onnx,openvino,torch",
    "bench net.yaml --int8": "onnx,openvino,torch",
    "bench net.yaml --int8 --runtime openvino": "onnx",
    "bench net.yaml --runtime eager": TORCH,
    "bench net.yaml --runtime onnxruntime": "onnx",
    "bench net.yaml --runtime openvino": "openvino",
    "calibrate -o here.yaml": "onnx",
    "calibrate -o here.yaml --runtime eager": TORCH,
    "check net.yaml": NOTHING,
    "compare net.yaml net.yaml": NOTHING,
    "cost net.yaml": NOTHING,
    "cost net.yaml --optimize": NOTHING,
    "cost net.yaml --memory": NOTHING,
    "cost net.yaml --verify": NOTHING,
    "diff net.yaml net.yaml --set width=4": NOTHING,
    "diff net.yaml net.yaml --render": VIZ,
    "export net.yaml --to python": TORCH,
    "export net.yaml --to onnx": TORCH,
    "export net.yaml --to onnx --int8 --calibrate digits": "onnx",
    "export net.yaml --to openvino --int8 --calibrate digits": "int8",
    "export net.yaml --to pt2 --autotune": TORCH,
    "featuremaps net.yaml --image a.png": "torch,viz",
    "figures fig4": VIZ,
    "figures fig4 --to dot": VIZ,
    "import json:loads": TORCH,
    "list": NOTHING,
    "new fresh": NOTHING,
    "reconcile net.yaml": NOTHING,
    "render net.yaml": VIZ,
    "render net.yaml -o a.png": VIZ,
    "render net.yaml -o a.pdf": VIZ,
    "render net.yaml -o a.html": NOTHING,
    "render net.yaml -o a.mmd": NOTHING,
    "render net.yaml -o a.json": NOTHING,
    "reproduce table2 --counts-only": NOTHING,
    "reproduce eq3": NOTHING,
    "reproduce table7": "onnx,openvino,torch",
    "schema": NOTHING,
    "search net.yaml width --minimize params": "search",
    "search --dashboard --storage a.log": "search",
    "solve net.yaml --free width --max params=300 --maximize macs": NOTHING,
    "studio net.yaml --no-browser": "studio",
    "sweep net.yaml width=4:16:4": NOTHING,
    "sweep net.yaml width=4:16:4 -o a.csv": NOTHING,
    "sweep net.yaml width=4:16:4 -o a.parquet": "parquet",
    "sweep net.yaml width=4:16:4 --plot a.html": PLOT,
    "sweep net.yaml width=4:16:4 --plot a.pdf": PLOT,
    "sweep net.yaml width=4:16:4 --cluster auto": "cluster",
    "table net.yaml": NOTHING,
    "train net.yaml": "train",
    "evaluate net.yaml --weights w.safetensors --data digits": "train",
    "reproduce table4 --data digits --scale small": "train",
    "whatif net.yaml --set width=4": NOTHING,
    "whatif net.yaml --plot a.png": PLOT,
}
"""What a command line lacks, by the extras that it names."""


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, tuple[int, str, str]]]:
    """Each line run with the core package alone: the exit code and what it prints."""
    folder = tmp_path_factory.mktemp("alone")
    (folder / "net.yaml").write_text(SPEC, encoding="utf-8")
    hidden = json.dumps(
        [package for packages in EXTRAS.values() for package in packages] + ["fvcore", "ptflops", "thop", "torchinfo"]
    )
    lines = json.dumps(list(LINES))
    done = subprocess.run(
        [sys.executable, "-c", ALONE, hidden], input=lines, capture_output=True, text=True, cwd=folder, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder, dict(zip(LINES, map(tuple, json.loads(done.stdout)), strict=True))


@pytest.mark.parametrize("line", LINES)
def test_every_command(line: str, alone: tuple[Path, dict[str, tuple[int, str, str]]]) -> None:
    code, out, err = alone[1][line]
    assert "internal error" not in err
    if LINES[line]:
        assert (code, out) == (1, "")
        assert re.search(rf"(needs|no) .*: pip install 'archdsl\[{LINES[line]}\]'", err), err
    else:
        assert code in (0, 3), err


def test_no_command_is_left_out() -> None:
    assert {line.split()[0] for line in LINES} == set(COMMANDS)


def test_build_keeps_what_can_be_made(alone: tuple[Path, dict[str, tuple[int, str, str]]]) -> None:
    folder, found = alone
    _, out, err = found["build net.yaml"]
    assert err == ""
    assert "left out          forward pass, weights.safetensors: a module needs torch, which is not installed" in out
    assert "left out          diagram.svg: a drawing needs graphviz, which is not installed: pip install 'archdsl[viz]'" in out
    assert sorted(path.name for path in (folder / "build" / "net").iterdir()) == ["cost.json", "graph.json", "table.md"]
    told = json.loads(found["build net.yaml --json"][1])
    assert [entry["what"] for entry in told["left_out"]] == ["forward pass", "weights.safetensors", "diagram.svg"]
    assert told["written"] == [f"build/net/{name}" for name in ("cost.json", "graph.json", "table.md")]


def test_nothing_is_left_behind_by_what_fails(alone: tuple[Path, dict[str, tuple[int, str, str]]]) -> None:
    written = {"net.yaml", "build", "fresh.yaml", "a.html", "a.mmd", "a.json", "a.csv"}
    assert {path.name for path in alone[0].iterdir()} == written


def test_extras_bring_what_the_table_says() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for extra, packages in EXTRAS.items():
        named = {re.split(r"[\[>=<~! ]", entry)[0].lower() for entry in declared[extra]} - {"archdsl"}
        known = {NAMES.get(package, package).lower() for package in packages}
        assert named <= known, extra
        assert known - named <= {"reportlab", "sqlalchemy", "grpcio"}, extra  # which come with those
