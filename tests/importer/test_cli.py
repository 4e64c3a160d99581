"""`archdsl import` of a callable: what it prints and writes, its exit codes, and its mistakes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import archdsl
from archdsl.cli.main import run

MODULE = """
import torch
from torch import nn


def small(classes=10, width=8):
    return nn.Sequential(
        nn.Conv2d(3, width, 3, 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, classes),
    )


class Spectrum(nn.Module):
    def forward(self, x):
        return torch.relu(torch.cumsum(x, 1))


class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.table, self.head = nn.Embedding(20, 8), nn.Linear(8, 20)

    def forward(self, ids):
        return self.head(self.table(ids))


def broken():
    raise ValueError("no weights here")


number = int
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with a module of somebody, from which modules are imported."""
    (tmp_path / "importable_models.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_spec_goes_to_the_output_and_the_proof_beside_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", "importable_models:small", "--input", "1x3x32x32"]) == 0
    captured = capsys.readouterr()
    assert archdsl.loads(captured.out).cost().params == 3 * 8 * 9 + 16 + 90
    assert "runs the code of that package" in captured.err
    assert "outputs in float64" in captured.err
    assert "DIFFERS" not in captured.err


def test_arguments_reach_the_callable(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["import", "importable_models:small", "--input", "1x3x32x32", "--args", "classes=4", "--args", "width=16"]
    assert run(command) == 0
    net = archdsl.loads(capsys.readouterr().out)
    assert net.graph()[net.graph().output].shape == (4,)
    assert net.cost().params == 3 * 16 * 9 + 32 + 68


def test_ids_are_an_input(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", "importable_models:Words", "--input", "ids:1x6", "--name", "Words of ours"]) == 0
    out = capsys.readouterr().out
    assert "name: Words of ours" in out
    assert "embedding" in out


def test_json_has_the_proof_and_the_spec(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", "importable_models:small", "--input", "1x3x32x32", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["holds"] is True
    assert found["opaque"] == []
    assert {row["what"]: row["verdict"] for row in found["proof"]}["parameters"] == "equal"
    assert archdsl.loads(found["spec"]).cost().params == 322


def test_what_the_language_lacks_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", "importable_models:Spectrum", "--input", "1x4x8x8", "-o", "s.yaml"]) == 0
    assert "stands for aten.cumsum" in capsys.readouterr().out
    assert run(["import", "importable_models:Spectrum", "--input", "1x4x8x8", "-o", "t.yaml", "--weights"]) == 1
    assert not (folder / "t.yaml").exists()


def test_the_spec_and_its_weights_are_exported(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", "importable_models:small", "--input", "1x3x32x32", "-o", "x.yaml", "--weights"]) == 0
    assert "x.safetensors" in capsys.readouterr().out
    assert run(["export", "x.yaml", "--weights", "x.safetensors", "--to", "onnx", "-o", "out/net.onnx"]) == 0
    capsys.readouterr()
    assert run(["import", "out/net.onnx"]) == 0
    assert archdsl.loads(capsys.readouterr().out).cost().macs == archdsl.load(folder / "x.yaml").cost().macs


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nothing.onnx"], 1, "no such file"),
        (["importable_models.py"], 1, "neither .onnx nor .pt2"),
        (["importable_models:smal"], 1, "has no 'smal'"),
        (["module_of_nobody:net"], 1, "there is no module 'module_of_nobody'"),
        (["importable_models:broken"], 1, "no weights here"),
        (["importable_models:number"], 1, "gives a int"),
        (["importable_models:small", "--args", "classes"], 2, "expected NAME=VALUE"),
        (["importable_models:small", "--args", "colour=4"], 1, "colour"),
        (["importable_models:small", "--input", "3xbig"], 2, "expected sizes"),
        (["importable_models:small", "--input", "1x4x8x8"], 1, "torch.export cannot trace the model"),
        (["importable_models:small", "-o", "x.onnx"], 2, "ends in .yaml"),
        (["importable_models:small", "--weights"], 2, "name it with -o"),
    ],
)
def test_mistakes_are_said(arguments: list[str], code: int, said: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", *arguments]) == code
    assert said in " ".join(capsys.readouterr().err.split())


def test_modules_of_the_working_folder_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "model_of_this_folder.py").write_text("from torch import nn\n\n\ndef net():\n    return nn.Conv2d(3, 4, 1)\n")
    (tmp_path / "broken_model_of_this_folder.py").write_text("1 / 0\n")
    monkeypatch.chdir(tmp_path)
    before = list(sys.path)
    assert run(["import", "model_of_this_folder:net", "--input", "1x3x8x8", "-o", "net.yaml"]) == 0
    assert run(["import", "broken_model_of_this_folder:net"]) == 1
    assert "cannot be imported: ZeroDivisionError" in capsys.readouterr().err
    assert sys.path == before
