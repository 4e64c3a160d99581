"""`archdsl featuremaps` as a person and a script meet it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.torch import save_file

import archdsl
from archdsl.cli.main import run

SPEC = """\
import: [blocks/residual]
input: [3, 16, 16]
net:
  - {conv: {out: 8, kernel: 3}, name: stem}
  - {basic: {width: 8, s: 1}, name: first}
  - pool
  - linear: 4
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.yaml").write_text(SPEC, encoding="utf-8")
    ramp = np.linspace(0, 255, 20 * 30 * 3).reshape(20, 30, 3).astype(np.uint8)
    Image.fromarray(ramp).save(tmp_path / "ramp.jpg")
    return tmp_path


def test_random_initialisation_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["featuremaps", "net.yaml", "--image", "ramp.jpg"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("net, first.relu: 8 feature maps of 16×16\n")
    assert "ramp.jpg; random initialisation, seed 0" in out
    assert "Roy & Vetterli 2007" in out
    assert (here / "net-featuremaps.png").is_file()
    assert run(["featuremaps", "net.yaml", "--image", "ramp.jpg", "-o", "a.svg"]) == 0
    assert "random initialisation, seed 0" in (here / "a.svg").read_text(encoding="utf-8")


def test_weights_and_json(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_file(archdsl.load(here / "net.yaml").module().state_dict(), here / "w.safetensors")
    args = [
        "featuremaps",
        "net.yaml",
        "--image",
        "ramp.jpg",
        "--weights",
        "w.safetensors",
        "--layer",
        "stem",
        "-o",
        "a.svg",
        "--json",
    ]
    assert run(args) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["layer"], data["shape"], data["maps"], data["pairs"]) == ("stem", [8, 16, 16], 8, 28)
    assert (data["weights"], data["random_initialisation"]) == ("w.safetensors", False)
    assert 1 <= data["effective_rank"] <= 8
    assert data["drawing"] == "a.svg"
    text = (here / "a.svg").read_text(encoding="utf-8")
    assert "weights of w.safetensors" in text
    assert "random" not in text
    capsys.readouterr()
    assert run([*args[:-2], "b.png", "--json", "--threshold", "-1", "--maps", "2"]) == 0
    assert json.loads(capsys.readouterr().out)["share_above"] == 1


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--image", "none.png"], "none.png: no such file"),
        (["--image", "net.yaml"], "net.yaml cannot be read as an image"),
        (["--image", "ramp.jpg", "--layer", "frist"], "unknown layer 'frist'; did you mean 'first'?"),
        (["--image", "ramp.jpg", "--weights", "net.yaml"], "net.yaml holds no weights: it is a spec of archdsl"),
        (["--image", "ramp.jpg", "-o", "a.gif"], "a.gif: feature maps are written as .png, .svg, .pdf"),
        (["--image", "ramp.jpg", "-o", "no/a.png"], "no/a.png cannot be written"),
    ],
)
def test_errors(here: Path, args: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path.name for path in here.iterdir()}
    assert run(["featuremaps", "net.yaml", *args]) == 1
    assert message in capsys.readouterr().err
    assert {path.name for path in here.iterdir()} == before
