"""`archdsl export` as a person meets it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import torch

import archdsl
from archdsl.cli.main import run
from archdsl.compilers.source.export import network
from archdsl.compilers.torch.checkpoint import load_checkpoint

SMALL = ["squeezenet", "--set", "resolution=64"]


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_default_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", *SMALL, "--to", "python"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].strip() == "written   squeezenet.py, squeezenet.safetensors"
    assert out[1].strip() == "weights   fresh, seed 0"
    checked, float32 = out[2].strip(), out[3].strip()
    assert re.match(
        r"checked   largest difference 0\.0e\+00 of the output's size, \d\.\de-05 allowed, on random 1×3×64×64", checked
    )
    assert re.fullmatch(r"float32   \d\.\de-0[67] of the output's size from float64, in torch", float32)
    text = Path("squeezenet.py").read_text(encoding="utf-8")
    assert text.startswith('"""SqueezeNet')
    assert "64²×3" in text
    load_checkpoint(network(text), Path("squeezenet.safetensors"))


def test_form_by_ending_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", *SMALL, "-o", "made/net.py", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert list(data) == [
        *("file", "files", "to", "weights", "inputs"),
        *("tolerance", "largest_difference", "differences", "float32_from_float64", "seconds"),
    ]
    assert data["tolerance"] == pytest.approx(2e-5 + 5 * data["float32_from_float64"])
    assert data["file"] == "made/net.py"
    assert data["inputs"] == [[1, 3, 64, 64], [3, 3, 64, 64]]
    assert data["largest_difference"] <= data["tolerance"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "--to or -o is needed; forms: python, onnx, pt2, openvino, executorch"),
        (
            ["-o", "net.tflite"],
            "net.tflite does not tell the form; name it with --to, or end the file in .py (python), .onnx (onnx)",
        ),
        (["--to", "onnx", "-o", "m.py"], "-o m.py ends as python does, and onnx is asked for; end the name in .onnx"),
        (["--to", "python", "-o", "m.onnx"], "-o m.onnx ends as onnx does, and python is asked for; end the name in .py"),
        (["--to", "python", "--int8", "--calibrate", "digits"], "--int8 is written as onnx and openvino, not as python"),
        (["--to", "onnx", "--int8"], "--int8 needs images that decide its scales: --calibrate NAME"),
        (["--to", "onnx", "--calibrate", "digits"], "--calibrate is of --int8; give both"),
        (["--to", "onnx", "--tests", "10"], "--tests is of --int8; give both"),
        (["--to", "openvino", "-o", "m.yaml"], "-o m.yaml ends as a spec does, and openvino is asked for; end the name in .xml"),
    ],
)
def test_wrong_usage(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "squeezenet", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_seed(capsys: pytest.CaptureFixture[str]) -> None:
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        assert run(["export", *SMALL, "-o", f"{name}.py", "--seed", seed]) == 0
    weights = [Path(f"{name}.safetensors").read_bytes() for name in "abc"]
    assert weights[0] == weights[1] != weights[2]


def test_weights(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", *SMALL, "-o", "a.py", "--seed", "1"]) == 0
    assert run(["export", *SMALL, "-o", "b.py", "--weights", "a.safetensors"]) == 0
    assert "weights   a.safetensors, by name" in capsys.readouterr().out
    assert Path("a.safetensors").read_bytes() == Path("b.safetensors").read_bytes()


def test_weights_that_do_not_fit(capsys: pytest.CaptureFixture[str]) -> None:
    torch.save({"features.0.weight": torch.zeros(3, 3)}, "other.pt")
    assert run(["export", *SMALL, "-o", "a.py", "--weights", "other.pt"]) == 1
    error = capsys.readouterr().err
    assert error.startswith(
        "other.pt has other names than the network, and its layers cannot be paired: no layer is left that fits"
    )
    assert run(["export", *SMALL, "-o", "a.py", "--weights", "none.pt"]) == 1
    assert capsys.readouterr().err == "none.pt: no such file\n"
    assert not Path("a.py").exists()


LEARNED = """
name: Learned
import: [blocks/mobile]
input: [1, 16, 16]
knobs: {classes: {default: 1000, range: [2, 1000]}}
net:
  - {conv: {out: 16, kernel: 3, stride: 2, padding: 1}}
  - norm
  - relu
  - {conv: {out: 32, kernel: 3, stride: 2, padding: 1}}
  - norm
  - hswish
  - pool
  - {linear: $classes}
"""


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network that has learned digits, with its weights beside it."""
    from safetensors.torch import save_file

    folder = tmp_path_factory.mktemp("learned")
    (folder / "learned.yaml").write_text(LEARNED, encoding="utf-8")
    found = archdsl.load(folder / "learned.yaml").train("digits", epochs=8, crop=0, mirror=False)
    save_file(found.weights, folder / "learned.safetensors")
    return folder


def test_int8_of_a_network_that_has_learned(learned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = ["export", str(learned / "learned.yaml"), "-o", "net.onnx", "--weights", str(learned / "learned.safetensors")]
    assert run([*line, "--int8", "--calibrate", "digits", "--images", "100", "--optimize", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [path.name for path in Path().iterdir()] == ["net.onnx"]
    assert found["largest_difference"] <= found["tolerance"]
    told = found["int8"]
    assert (told["data"], told["runtime"]) == ("digits of 8×8 pixels", "ONNX Runtime")
    assert (told["calibration_images"], told["test_images"]) == (100, 359)
    assert told["top1"]["float32"] > 0.6
    assert abs(told["top1"]["int8"] - told["top1"]["float32"]) < 0.05
    assert told["changed"] < 0.1 * 359
    assert told["decibels"]["output"] > 20
    assert run([*line, "--int8", "--calibrate", "digits", "--tests", "50"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"int8      [\d,]+ bytes, \d\.\d\d of float32; scales by 256 training images of digits of 8×8 pixels", out)
    assert "judged    on 50 test images, in ONNX Runtime" in out
    assert re.search(r"top-1     \d+\.\d\d% in float32, \d+\.\d\d% in int8\n", out)


def test_int8_without_classes_or_weights(capsys: pytest.CaptureFixture[str]) -> None:
    Path("maps.yaml").write_text("name: Maps\ninput: [1, 16, 16]\nnet: [{conv: {out: 4, kernel: 3}}, relu]\n", encoding="utf-8")
    assert run(["export", "maps.yaml", "--to", "onnx", "--int8", "--calibrate", "digits", "--tests", "20"]) == 0
    out = capsys.readouterr().out
    assert "by its outputs, not by accuracy: Maps does not end in one vector of the 10 classes" in out
    assert "top-1" not in out
    assert re.search(r"noise     signal-to-noise ratio of the output \d\d\.\d dB", out)
    Path("classes.yaml").write_text(LEARNED, encoding="utf-8")
    assert run(["export", "classes.yaml", "--to", "onnx", "--int8", "--calibrate", "digits", "--tests", "20"]) == 0
    assert "in int8; the weights are fresh, so this says nothing" in capsys.readouterr().out
    assert run(["export", "classes.yaml", "-o", "a.onnx", "--int8", "--calibrate", "digit"]) == 1
    assert capsys.readouterr().err == "unknown set of images 'digit'; did you mean 'digits'?\n"
    assert not Path("a.onnx").exists()
