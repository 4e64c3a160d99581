"""The command line as a person and a script meet it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from archdsl.cli.main import COMMANDS, run

TINY = """\
import: [blocks/mobile]
input: [3, 32, 32]
net:
  - table:
      columns: [op, kernel, exp, out, se, nl, s]
      rows:
        - [conv3x3, ~, ~, 16, ~, hswish, 2]
        - [bottleneck, 3, 64, 24, false, relu, 2]
  - pool
  - linear: 10
"""
BROKEN = TINY.replace("bottleneck", "bottelneck")


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.yaml").write_text(TINY, encoding="utf-8")
    (tmp_path / "broken.yaml").write_text(BROKEN, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["cost", "tiny.yaml"], 0),
        (["cost", "dpnet", "--json"], 0),
        (["cost", "broken.yaml"], 1),
        (["cost", "missing.yaml"], 1),
        (["cost", "tiny.yaml", "--set", "widht=1"], 1),
        (["cost", "tiny.yaml", "--by", "lnie"], 2),
        (["cost"], 2),
        (["csot", "dpnet"], 2),
        (["check", "tiny.yaml"], 0),
        (["check", "tiny.yaml", "broken.yaml"], 3),
        (["check", "missing.yaml"], 1),
        (["diff", "resnet18", "resnet18", "--fail-if", "macs>+0%"], 0),
        (["diff", "resnet18", "resnet34", "--fail-if", "macs>+2%"], 3),
        (["whatif", "dpnet"], 0),
        (["whatif", "dpnet", "--set", "width=0.5"], 0),
        (["reproduce", "table3", "--counts-only"], 0),
        (["reproduce", "table9", "--counts-only"], 1),
        (["reproduce", "eq2"], 0),
        (["reproduce", "eq3"], 0),
        (["reproduce", "eq4", "--set", "split=3/8", "--set", "kernels=[3,5,7]"], 0),
        (["reproduce", "eq4", "--set", "split=2"], 1),
        (["reproduce", "eq4", "--counts-only"], 2),
        (["reproduce", "table3", "--counts-only", "--set", "split=1/4"], 2),
        (["compare", "resnet18", "dpnet"], 0),
        (["schema"], 0),
        (["--version"], 0),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_exit_codes(tiny: Path, args: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(args) == code
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err + printed.out
    assert "internal error" not in printed.err
    assert (printed.err if code in (1, 2) else printed.out).strip()


def test_a_mistyped_command_gets_the_near_miss(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["biuld", "dpnet"]) == 2
    assert "did you mean 'build'" in capsys.readouterr().err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name, "--help"]) == 0
    assert "Usage: archdsl" in capsys.readouterr().out


def test_json_of_cost_has_the_fixed_keys(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cost", "dpnet", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert list(data) == ["name", "params", "macs", "flops", "memory", "layers"]
    assert (data["params"], data["macs"]) == (3_458_986, 106_148_272)
    assert set(data["flops"]) == {"thop", "fvcore", "ptflops", "torchinfo", "torch"}
    assert list(data["memory"]) == ["weights_bytes", "buffers_bytes", "state_bytes", "peak_activation_bytes"]
    weights, buffers, state, _ = data["memory"].values()
    assert (weights, state) == (4 * data["params"], weights + buffers)
    assert all(set(layer) == {"name", "op", "input", "output", "params", "macs", "line"} for layer in data["layers"])
    assert sum(layer["macs"] for layer in data["layers"]) == data["macs"]


def test_build_writes_every_artifact(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from safetensors import safe_open

    assert run(["build", "tiny.yaml"]) == 0
    target = tiny / "build" / "tiny"
    found = {path.name for path in target.iterdir()}
    assert found == {"graph.json", "cost.json", "table.md", "diagram.svg", "weights.safetensors"}
    assert (
        json.loads((target / "cost.json").read_text(encoding="utf-8"))["params"]
        == json.loads(_json(capsys, "tiny.yaml"))["params"]
    )
    assert "<svg" in (target / "diagram.svg").read_text(encoding="utf-8")
    with safe_open(target / "weights.safetensors", framework="numpy") as weights:
        assert "linear.weight" in set(weights.keys())


def _json(capsys: pytest.CaptureFixture[str], spec: str) -> str:
    capsys.readouterr()
    assert run(["cost", spec, "--json"]) == 0
    return capsys.readouterr().out


def test_a_failed_build_leaves_the_last_one(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(["build", "tiny.yaml", "-o", "out"]) == 0
    before = {path.name: path.read_bytes() for path in (tiny / "out").iterdir()}
    (tiny / "tiny.yaml").write_text(BROKEN, encoding="utf-8")
    assert run(["build", "tiny.yaml", "-o", "out"]) == 1
    (tiny / "tiny.yaml").write_text(TINY, encoding="utf-8")
    monkeypatch.setattr("archdsl.compilers.torch.weights.save_weights", lambda *_: (_ for _ in ()).throw(OSError(28, "no space")))
    assert run(["build", "tiny.yaml", "-o", "out"]) == 1
    assert {path.name: path.read_bytes() for path in (tiny / "out").iterdir()} == before
    assert not [path for path in tiny.iterdir() if path.name.startswith(".out")]


def test_build_keeps_files_that_are_not_its_own(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tiny / "out").mkdir()
    (tiny / "out" / "thesis.tex").write_text("years of work", encoding="utf-8")
    assert run(["build", "tiny.yaml", "-o", "out"]) == 1
    assert "thesis.tex" in capsys.readouterr().err
    assert (tiny / "out" / "thesis.tex").read_text(encoding="utf-8") == "years of work"


def test_new_writes_a_sound_spec_and_replaces_nothing(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new", "mine"]) == 0
    assert run(["check", "--strict", "mine.yaml"]) == 0
    assert run(["new", "mine.yaml"]) == 1
    assert "--force" in capsys.readouterr().err


def test_schema_accepts_the_zoo_and_refuses_a_misspelt_argument() -> None:
    import jsonschema
    import yaml

    from archdsl.spec.locate import zoo
    from archdsl.spec.schema import schema

    validator = jsonschema.Draft202012Validator(schema())
    for path in sorted(path for path in zoo().rglob("*.yaml") if path.parent.name != "recipes"):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        if "rows" in data:
            data["rows"] = {str(number): cells for number, cells in data["rows"].items()}
        assert [f"{path.name}: {e.message}" for e in validator.iter_errors(data)] == []
    assert list(validator.iter_errors({"net": [{"conv": {"out": 3, "kernl": 3}}]}))
    assert list(validator.iter_errors({"nett": []}))


def test_memory_and_movement(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cost", "dpnet", "--memory", "--json"]) == 0
    memory = json.loads(capsys.readouterr().out)
    assert memory["peak"]["bytes"] == 4_616_192 == max(moment["bytes"] for moment in memory["timeline"])
    assert sum(memory["peak"]["alive"].values()) + memory["peak"]["scratch"] == memory["peak"]["bytes"]
    assert memory["training_peak_bytes"].keys() == memory["training"].keys() == {"sgd_momentum", "adamw"}
    assert memory["training_peak_bytes"]["adamw"] > memory["training_peak_bytes"]["sgd_momentum"] > 3 * 4 * 3_000_000
    assert run(["cost", "resnet18", "--movement", "--json"]) == 0
    layers = json.loads(capsys.readouterr().out)
    assert layers[0]["receptive_field"] == "7"
    assert layers[-1]["receptive_field"] == "whole image"
    for option in ("--memory", "--movement"):
        assert run(["cost", "p_resnet18a", option]) == 0
    assert run(["cost", "dpnet", "--memory", "--movement"]) == 2


@pytest.mark.parametrize("form", ["--csv", "--markdown", "--html"])
def test_forms_of_cost(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cost", "dpnet", "--by", "operator", form]) == 0
    printed = capsys.readouterr().out
    assert "conv" in printed
    assert "http" not in printed


def test_no_traceback_for_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fault(*_: object, **__: object) -> Callable[..., None]:
        raise RuntimeError("boom")

    monkeypatch.setattr("archdsl.cost.counting.lints.lint", fault)
    assert run(["check", "dpnet"]) == 1
    assert "internal error: RuntimeError: boom" in capsys.readouterr().err
