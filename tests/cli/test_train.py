"""`archdsl train` and `archdsl evaluate` as a user types them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from training import SPEC

from archdsl.cli import main

Run = Callable[..., tuple[int, str, str]]
FAST = ["--set", "epochs=1", "--device", "cpu"]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Exit code, output and messages of a command line."""

    def call(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main.run(list(words))
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "tiny.yaml").write_text(SPEC)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_run_leaves_all_that_a_person_needs(here: Path, run: Run) -> None:
    code, out, _ = run("train", "tiny.yaml", *FAST)
    folder = here / "runs" / "tiny-digits-0"
    assert code == 0
    assert {"run.json", "last.ckpt", "record.json", "report.html", "weights.safetensors"} <= {
        one.name for one in folder.iterdir()
    }
    assert any(one.name.startswith("events.out.tfevents") for one in folder.iterdir())
    assert "1 epoch of 11 steps, batches of 128, recipe short, seed 0" in out
    assert "test: top-1" in out
    record = json.loads((folder / "record.json").read_text())
    code, out, _ = run("evaluate", str(folder), "--json", "--device", "cpu")
    found = json.loads(out)
    assert code == 0
    assert (found["top1"], found["top5"], found["loss"]) == tuple(record["final"][name] for name in ("top1", "top5", "loss"))
    code, out, _ = run("evaluate", "tiny.yaml", "--weights", str(folder / "weights.safetensors"), "--data", "digits", "--json")
    assert json.loads(out)["top1"] == found["top1"]


def test_several_networks_stand_side_by_side(here: Path, run: Run) -> None:
    (here / "wide.yaml").write_text(SPEC.replace("name: tiny", "name: wide").replace("out: 16", "out: 24"))
    code, out, _ = run("train", "--compare", "tiny.yaml", "wide.yaml", "--seeds", "2", *FAST, "-o", "both")
    assert code == 0
    assert (here / "both" / "comparison.html").is_file()
    assert {one.name for one in (here / "both").iterdir() if one.is_dir()} == {"tiny-0", "tiny-1", "wide-0", "wide-1"}
    assert "latency" in out
    code, out, _ = run("train", "--compare", "tiny.yaml", "wide.yaml", "--seeds", "2", *FAST, "-o", "both", "--json")
    assert code == 0
    assert len(json.loads(out)["networks"]) == 2


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("", 2, "give a SPEC, or --resume"),
        ("tiny.yaml --resume x", 2, "--resume knows its SPEC"),
        ("--resume x --set epochs=5", 2, "--set: a run goes on as it began"),
        ("--resume tiny.yaml", 1, "tiny.yaml is a file"),
        ("-", 1, "write the spec to a file"),
        ("tiny.yaml tiny.yaml", 2, "several SPECs are for --compare"),
        ("tiny.yaml --seeds 2", 2, "--seeds are for --compare"),
        ("--resume nowhere", 1, "no run in nowhere"),
        ("tiny.yaml --data digit", 1, "did you mean 'digits'"),
        ("tiny.yaml --data cifar10", 1, "cifar10:DIR"),
        ("tiny.yaml --data cifar10:nowhere", 1, "nowhere"),
        ("tiny.yaml --set epoch=3", 1, "did you mean 'epochs'"),
        ("tiny.yaml --set learning-rate=0.1", 1, "did you mean 'lr'"),
        ("tiny.yaml --set lerning_rate=0.1", 1, "did you mean 'lr'"),
        ("tiny.yaml --set epochs=0", 1, "--set epochs: expected an int from 1"),
        ("tiny.yaml --recipe papr", 1, "did you mean 'paper'"),
        ("tiny.yaml --set precision=float16 --device cpu", 1, "float16 needs CUDA"),
        ("tiny.yaml --batch many", 1, "--set batch: expected an int"),
        ("--compare tiny.yaml --batch auto", 2, "--batch auto is for one new run"),
        ("tiny.yaml --subset 9999", 1, "1,438 training images"),
        ("siamese_resnet18", 1, "does not take one image"),
        ("unet", 1, "does not end in one vector"),
        ("dpnet --set classes=7", 1, "tells 7 classes apart"),
    ],
)
def test_mistakes(line: str, code: int, said: str, here: Path, run: Run) -> None:
    found, _, err = run("train", *line.split())
    assert found == code, err
    assert said in err
    assert "Traceback" not in err
    assert not (here / "runs").exists()


def test_a_table_is_trained_and_gone_on_with(here: Path, run: Run) -> None:
    line = ["reproduce", "table4", "--data", "digits", "--scale", "small", "--seeds", "1", "--only", "dpnet", "--device", "cpu"]
    code, out, _ = run(*line, "--json")
    assert code == 0
    (dpnet,) = [one for one in json.loads(out)["accuracies"] if one["spec"] == "dpnet"]
    assert dpnet["reported"] == "68.63"
    assert dpnet["difference"] == pytest.approx(dpnet["mean"] - 68.63)
    assert dpnet["label"] == "stand-in: digits, not CIFAR-100; small scale"
    checkpoint = here / "runs" / "table4-digits-small" / "dpnet-0" / "last.ckpt"
    before = checkpoint.stat().st_mtime_ns
    code, out, _ = run(*line)
    assert checkpoint.stat().st_mtime_ns == before
    assert "stand-in: digits" in out


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("table4 --seeds 3", "--seeds is for training, which needs --data"),
        ("eq2 --data digits", "--data is for table2"),
        ("table4 --data digits --counts-only", "exclude each other"),
    ],
)
def test_options_of_training_that_do_not_fit(line: str, said: str, run: Run) -> None:
    code, _, err = run("reproduce", *line.split())
    assert code == 2
    assert said in err
