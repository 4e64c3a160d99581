"""What may happen to a program: it is killed, interrupted, the disk is full, the loss explodes. Nothing that was kept is lost."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from training import RECIPE, SPEC, conductor, tiny, train

from archdsl.errors import InputError
from archdsl.train.checkpoint import load, save
from archdsl.train.diagnose import first_not_finite
from archdsl.train.loop import NotFinite
from archdsl.train.run import CHECKPOINT, WEIGHTS

ARGUMENTS = ["--set", "epochs=3", "--set", "batch=64", "--keep-every", "0", "--device", "cpu"]
LIMIT = 180


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "archdsl", "train", *arguments]


def _environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1"}


def _wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    """Until a file is there."""
    until = time.monotonic() + LIMIT
    while not path.exists() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.005)
    assert path.exists()


@pytest.fixture
def spec(tmp_path: Path) -> str:
    path = tmp_path / "tiny.yaml"
    path.write_text(SPEC)
    return str(path)


def test_killed_anywhere_it_goes_on_to_the_same_bits(tmp_path: Path, spec: str) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    subprocess.run(
        _command(spec, *ARGUMENTS, "-o", str(whole)), check=True, timeout=LIMIT, env=_environment(), capture_output=True
    )
    chance = random.Random()
    first = _command(spec, *ARGUMENTS, "-o", str(killed))
    for _ in range(4):
        process = subprocess.Popen(first, env=_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)
        _wait_for(killed / CHECKPOINT, process)
        time.sleep(chance.random() * 0.4)
        process.send_signal(signal.SIGKILL)
        process.wait(LIMIT)
        first = _command("--resume", str(killed))
    subprocess.run(first, check=True, timeout=LIMIT, env=_environment(), capture_output=True)
    theirs, ours = load_file(whole / WEIGHTS), load_file(killed / WEIGHTS)
    assert theirs.keys() == ours.keys()
    assert all(torch.equal(theirs[name], ours[name]) for name in theirs)


def test_ctrl_c_leaves_a_checkpoint_and_says_how_to_go_on(tmp_path: Path, spec: str) -> None:
    folder = tmp_path / "run"
    arguments = [*ARGUMENTS, "--set", "epochs=10000"]
    arguments.remove("epochs=3")
    arguments.remove("--set")
    command = _command(spec, *arguments, "-o", str(folder))
    process = subprocess.Popen(command, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    _wait_for(folder / CHECKPOINT, process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=LIMIT)
    assert process.returncode == 130
    assert f"--resume {folder}" in said
    assert load(folder / CHECKPOINT)["step"] > 0


def test_a_full_disk_loses_no_earlier_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / CHECKPOINT
    save(path, {"step": 1, "weights": torch.zeros(10)})
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, old[1]))
    try:
        with pytest.raises(InputError, match="the last checkpoint is as it was"):
            save(path, {"step": 2, "weights": torch.zeros(100_000)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, handler)
    assert load(path)["step"] == 1
    assert [one.name for one in tmp_path.iterdir()] == [CHECKPOINT]


def test_a_loss_that_explodes_names_step_layer_and_the_last_good_checkpoint(tmp_path: Path) -> None:
    spec = (
        "name: wild\nimport: [blocks/mobile]\ninput: [1, 16, 16]\nnet: [{conv: {out: 8, kernel: 3}}, relu, pool, {linear: 10}]\n"
    )
    recipe = RECIPE.changed({"lr": 100, "schedule": "constant", "warmup": 4, "epochs": 6, "momentum": 0.99})
    with pytest.raises(NotFinite) as raised:
        train(tmp_path / "run", spec=spec, recipe=recipe)
    said = str(raised.value)
    assert "not finite at step" in said
    assert "the largest answer is" in said
    kept = load(tmp_path / "run" / CHECKPOINT)
    assert str(tmp_path / "run" / CHECKPOINT) in said
    assert all(bool(torch.isfinite(value).all()) for value in kept["model"].values())


def test_the_first_layer_that_is_not_finite_is_named() -> None:
    module = tiny("tiny", ()).module()
    images = torch.ones(4, 1, 16, 16)
    kept = {name: value.clone() for name, value in module.state_dict().items()}
    assert "every layer's output is" in first_not_finite(module, images)
    assert all(torch.equal(value, kept[name]) for name, value in module.state_dict().items())
    second = [layer for layer in module.modules() if isinstance(layer, torch.nn.Conv2d)][1]
    name = next(name for name, layer in module.named_modules() if layer is second)
    with torch.no_grad():
        second.weight.fill_(1e38)
    assert first_not_finite(module, images) == f"the first layer whose output is not finite is {name} (Conv2d)"
    with torch.no_grad():
        second.weight[0, 0, 0, 0] = torch.nan
    assert first_not_finite(module, images) == f"the weights {name}.weight are not finite"


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda data: data[: len(data) // 2], "cannot be read as a checkpoint"),
        (lambda data: b"", "cannot be read as a checkpoint"),
        (lambda data: b"not a zip file", "cannot be read as a checkpoint"),
    ],
)
def test_a_damaged_checkpoint_is_told(tmp_path: Path, damage: object, said: str) -> None:
    path = tmp_path / CHECKPOINT
    save(path, {"step": 1})
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(InputError, match=said):
        load(path)


def test_a_file_that_would_run_something_is_not_read(tmp_path: Path) -> None:
    class Hostile:
        def __reduce__(self) -> tuple[object, ...]:
            return os.mkdir, (str(tmp_path / "made"),)

    torch.save({"kind": "archdsl checkpoint", "bad": Hostile()}, tmp_path / CHECKPOINT)
    with pytest.raises(InputError, match="cannot be read as a checkpoint"):
        load(tmp_path / CHECKPOINT)
    assert not (tmp_path / "made").exists()


def test_a_checkpoint_of_another_network_is_told(tmp_path: Path) -> None:
    train(tmp_path / "a", recipe=RECIPE.changed({"epochs": 1}))
    train(tmp_path / "b", recipe=RECIPE.changed({"epochs": 1}), spec=SPEC.replace("out: 16", "out: 24"))
    (tmp_path / "a" / CHECKPOINT).replace(tmp_path / "b" / CHECKPOINT)
    (tmp_path / "b" / "record.json").unlink()
    with pytest.raises(InputError, match="is of another network"):
        conductor().go_on(tmp_path / "b")
