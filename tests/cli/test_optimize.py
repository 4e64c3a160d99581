"""`--optimize` and `--autotune` as a person meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archdsl.cli.main import run
from archdsl.measure import autotune

TINY = """archdsl: 1
name: Tiny
import: [blocks/mobile, blocks/partial]
input: [3, 16, 16]
net:
  - {conv3x3: {out: 16, nl: hswish}}
  - {dp_a: {exp: 32, out: 16}}
  - {conv1x1: {out: 24}}
  - pool
  - linear: 10
reported:
  - {params: 1k}
"""


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(autotune, "SECONDS", 0.05)
    Path("tiny.yaml").write_text(TINY)


def test_the_bill_of_what_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cost", "tiny.yaml", "--optimize"]) == 0
    out = capsys.readouterr().out
    assert "dp_a.k3_k5.depthwise.conv" in out
    assert "rewritten for inference" in out
    assert "dp_a.k3_k5.expand.conv: 2 paths as one, 5 operators merged" in out
    assert "reported" not in out, "what a source prints is of the network as it is written"
    assert run(["cost", "tiny.yaml"]) == 0
    assert "rewritten" not in capsys.readouterr().out


def test_the_change_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cost", "tiny.yaml", "--json"]) == 0
    written = json.loads(capsys.readouterr().out)
    assert run(["cost", "tiny.yaml", "--optimize", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    costs = data["rewritten"]["costs"]
    assert costs["macs"] == {"before": written["macs"], "after": data["macs"]}
    assert costs["params"] == {"before": written["params"], "after": data["params"]}
    assert costs["kernels"]["after"] < costs["kernels"]["before"]
    assert {change["pass"] for change in data["rewritten"]["changes"]} >= {"fold_norms", "order_channels", "merge_paths"}


def test_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["render", "tiny.yaml", "--optimize", "--depth", "all", "-o", "tiny.dot"]) == 0
    assert "k3_k5" in Path("tiny.dot").read_text()


def test_exported_in_the_forms_that_were_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "tiny.yaml", "-o", "tiny.onnx", "--autotune", "--threads", "1", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["largest_difference"] < 1e-4
    assert "fold_norms" in {change["pass"] for change in data["changes"]}
    assert Path("cache/archdsl/autotune.json").is_file()


def test_what_no_runtime_runs_is_not_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "tiny.yaml", "--to", "executorch", "--autotune"]) == 2
    assert "--autotune cannot measure for executorch: no runtime of `archdsl bench` runs it" in capsys.readouterr().err


def test_exported_as_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "tiny.yaml", "--to", "python", "--optimize"]) == 0
    out = capsys.readouterr().out
    assert "rewritten dp_a.k3_k5.expand.conv: 2 paths as one, 5 operators merged" in out
    text = Path("tiny.py").read_text()
    assert "Rewritten for inference: the table is of the network as its spec has it." in text
    assert "BatchNorm" not in text
