"""`archdsl render` and `archdsl diff --render` as a person meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archdsl.cli.main import run


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("args", "file"),
    [
        ("dpnet", "dpnet.svg"),
        ("dpnet --row 5", "dpnet_row5.svg"),
        ("dpnet --block dp_a_3 --rankdir LR -o a.dot", "a.dot"),
        ("dpnet --heat macs", "dpnet_macs.svg"),
        ("dpnet --peak --block dp_b_1", "dpnet_dp_b_1_peak.svg"),
        ("dpnet --depth all -o all.svg --set width=0.5", "all.svg"),
        ("resnet18 -o a.pdf", "a.pdf"),
        ("resnet18 -o a.PNG", "a.PNG"),
    ],
)
def test_a_picture_and_a_line_about_it(args: str, file: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["render", *args.split()]) == 0
    assert [path.name for path in folder.iterdir()] == [file]
    assert capsys.readouterr().out.startswith(f"{file}: ")


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        ("dpnet -o a.jpg", 1, "a.jpg: a picture ends in .svg, .png, .pdf, .dot, .gv"),
        ("dpnet --row 99", 1, "DP-Net has no row 99; its table has rows 1 to 20"),
        ("resnet18 --row 1", 1, "ResNet18 has no table, so no rows; name a block instead"),
        ("dpnet --block dp_aa", 1, "DP-Net: unknown block 'dp_aa'; did you mean 'dp_a'?"),
        ("dpnet --heat latency", 1, "latency of which device? Say latency.NAME; shipped: raspberry-pi-3b"),
        ("dpnet --heat mac", 1, "unknown heat 'mac'; did you mean 'macs'?"),
        ("dpnet --row 0", 2, "0 is not in the range"),
        ("dpnet --row 1 --block dp_a", 2, "--block and --row exclude each other"),
        ("dpnet --peak --heat macs", 2, "--heat and --peak exclude each other"),
        ("dpnet --depth deep", 2, "'deep' is no int of at least 0, and not 'all'"),
        ("dpnet --rankdir UP", 2, "'UP' is not one of"),
        ("dpnet -o no/such/a.svg", 1, "no/such/a.svg cannot be written: No such file"),
    ],
)
def test_mistakes(args: str, code: int, message: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["render", *args.split()]) == code
    assert message in capsys.readouterr().err
    assert list(folder.iterdir()) == []


def test_rows_are_those_that_are_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Row 5 of Table 1 is the second DP-block B: 72 channels in the middle, 40 out, squeeze and excitation, stride 2."""
    assert run(["render", "dpnet", "--row", "5", "-o", "a.dot", "--no-legend"]) == 0
    assert "row 5 of DP-Net: dp_b_2" in capsys.readouterr().out
    text = (folder / "a.dot").read_text(encoding="utf-8")
    for word in ("56²×24", "56²×36", "28²×20", "28²×40", "5x5 depthwise conv, stride 2, pad 2", "squeeze_excite"):
        assert word in text
    assert "split or join" not in text


def test_json_is_the_structure_of_the_drawing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["render", "dpnet", "--heat", "macs", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["written"] == "dpnet_macs.svg"
    assert data["boxes"][2]["lines"][0].startswith("dp_a   exp 16")
    assert data["boxes"][2]["tone"] in {look for look, _ in data["legends"][1]["swatches"]}
    assert {"source", "target", "label", "node"} <= data["edges"][0].keys()
    assert run(["figures", "fig5", "--to", "dot", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"written": ["figures/fig5.dot"]}


def test_diff_draws_beside_its_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["diff", "resnet18", "p_resnet18a", "--render"]) == 0
    printed = capsys.readouterr().out
    assert "Totals" in printed
    assert "drawn: resnet18_p_resnet18a.svg" in printed
    assert "basic → partial_basic" in (folder / "resnet18_p_resnet18a.svg").read_text(encoding="utf-8")
    gate = ["--set", "width=2", "--fail-if", "macs>+10%", "--json"]
    assert run(["diff", "dpnet", "dpnet", *gate, "--render", "-o", "b.dot"]) == 3
    assert json.loads(capsys.readouterr().out)["failed"] == ["macs>+10%"]
    assert "B: DP-Net width=2" in (folder / "b.dot").read_text(encoding="utf-8")
    assert run(["diff", "dpnet", "dpnet", "-o", "c.svg"]) == 2
    assert "add --render" in capsys.readouterr().err
    assert run(["diff", "dpnet", "dpnet", "--render", "-o", "c.gif"]) == 1
    assert not (folder / "c.gif").exists()
