"""`archdsl bench` and `reproduce table7` as a person meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archdsl.cli.main import run

SPEC = """
archdsl: 1
name: Tiny
input: [3, 16, 16]
knobs: {out: {default: 8, range: [1, 64]}}
net:
  - {conv: {out: $out, kernel: 3}}
  - norm
  - relu
"""


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tiny.yaml").write_text(SPEC, encoding="utf-8")
    Path("wide.yaml").write_text(SPEC.replace("Tiny", "Wide").replace("default: 8", "default: 16"), encoding="utf-8")


def test_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run(["bench", "tiny.yaml", "wide.yaml", "--runtime", "eager", "--batch", "1,2", "--threads", "1", "--rounds", "3"]) == 0
    )
    out = capsys.readouterr().out
    lines = [line.split() for line in out.splitlines()]
    assert out.startswith("eager, batch 1, 1 thread: 3 rounds\n")
    assert "\neager, batch 2, 1 thread: 3 rounds\n" in out
    assert ["network", "ms", "quartiles", "/", "Tiny", "quartiles", "MACs", "moved", "kernels"] in lines
    wide = next(line for line in lines if line[:1] == ["Wide"])
    assert wide[-6:] == ["(2.00)", wide[-5], "MiB", wide[-3], "3", "(1.00)"]
    assert "archdsl 0.1.0" in out


def test_json_and_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "tiny.yaml", "--set", "out=4", "--runtime", "eager", "--rounds", "2", "--json", "-o", "found.json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data == json.loads(Path("found.json").read_text(encoding="utf-8"))
    assert data["rows"][0]["macs"] == 4 * 3 * 9 * 16 * 16
    assert data["machine"]["versions"]["archdsl"] == "0.1.0"


def test_int8(capsys: pytest.CaptureFixture[str]) -> None:
    line = ["bench", "tiny.yaml", "wide.yaml", "--int8", "--both", "--runtime", "openvino", "--threads", "1", "--rounds", "3"]
    assert run([*line, "-o", "found.json"]) == 0
    lines = capsys.readouterr().out.splitlines()
    names = [line.partition("  ")[2].partition("  ")[0] for line in lines if line.startswith(("  Tiny", "  Wide"))]
    both = [f"{name}{version}{kind}" for name in ("Tiny", "Wide") for version in ("", ", optimised") for kind in ("", ", int8")]
    assert names == both
    rows = json.loads(Path("found.json").read_text(encoding="utf-8"))["rows"]
    assert [row["network"] for row in rows if "over_float32" in row] == both[1::2]


def test_plot(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "tiny.yaml", "wide.yaml", "--runtime", "eager", "--rounds", "2", "-o", "found.svg"]) == 0
    assert capsys.readouterr().out.endswith("  written   found.svg\n")
    assert Path("found.svg").read_text(encoding="utf-8").startswith("<?xml")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["bench"], 2, "Missing argument 'SPEC...'"),
        (["bench", "tiny.yaml", "--batch", "1,x"], 2, "'1,x' is not a list of positive numbers, as 1,16"),
        (["bench", "tiny.yaml", "--threads", "0"], 2, "'0' is not a list of positive numbers, as 1,16"),
        (["bench", "tiny.yaml", "--runtime", ","], 2, "--runtime names no runtime"),
        (["bench", "tiny.yaml", "--rounds", "3", "--seconds", "1"], 2, "--rounds and --seconds exclude each other"),
        (["bench", "tiny.yaml", "--runtime", "eager,openvinno"], 1, "unknown runtime 'openvinno'; did you mean 'openvino'?"),
        (["bench", "tiny.yaml", "--int8", "--runtime", "eager"], 1, "eager runs no network in int8; onnxruntime and openvino do"),
        (["bench", "tiny.yaml", "-o", "a.gif"], 1, "a.gif: a bench ends in .json, its plot in .html, .png, .svg, .pdf"),
        (["bench", "tine.yaml"], 1, "no such file: tine.yaml; did you mean 'tiny'?"),
        (
            ["reproduce", "table7", "--counts-only"],
            2,
            "table7 holds running times, which are measured; --counts-only is for table2",
        ),
        (["reproduce", "table6", "--counts-only", "--batch", "1"], 2, "--batch is for table7; table6 is computed"),
        (["reproduce", "table6", "--counts-only", "--optimize"], 2, "--optimize is for table7; table6 is computed"),
        (["reproduce", "table9"], 1, "no result 'table9'; did you mean"),
        (["reproduce", "table7", "--runtime", "egaer"], 1, "unknown runtime 'egaer'; did you mean 'eager'?"),
    ],
)
def test_mistakes(arguments: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == code
    assert message in capsys.readouterr().err
    assert sorted(path.name for path in Path().iterdir()) == ["tiny.yaml", "wide.yaml"]
