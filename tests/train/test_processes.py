"""Two processes on this machine learn what one learns from the same batches."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from training import SPEC

from archdsl.train.run import RECORD, WEIGHTS

TORCHRUN = ["-m", "torch.distributed.run", "--standalone", "--local-addr", "127.0.0.1", "--nproc-per-node", "2"]
LIMIT = 240


def _run(spec: Path, folder: Path, processes: int, *arguments: str) -> None:
    head = [sys.executable, *(TORCHRUN if processes == 2 else []), "-m", "archdsl"]
    local = {"OMP_NUM_THREADS": "1", "MASTER_ADDR": "127.0.0.1", "GLOO_SOCKET_IFNAME": "lo"}
    command = [*head, "train", str(spec), "--device", "cpu", "-o", str(folder), *arguments]
    done = subprocess.run(command, timeout=LIMIT, env={**os.environ, **local}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


SETTINGS = ["epochs=1", "batch=128", "dropout=0", "lr=0.05", "clip=0.5", "ema=0.9"]
"""What is dropped differs from process to process, so nothing is."""


def test_two_processes_have_the_loss_of_one(tmp_path: Path) -> None:
    spec = tmp_path / "tiny.yaml"
    spec.write_text(SPEC)
    fields = [item for field in SETTINGS for item in ("--set", field)]
    for name, processes in (("one", 1), ("two", 2)):
        _run(spec, tmp_path / name, processes, *fields)
    one, two = (json.loads((tmp_path / name / RECORD).read_text()) for name in ("one", "two"))
    assert two["epochs"][0]["loss"] == pytest.approx(one["epochs"][0]["loss"], rel=1e-5)
    assert two["final"]["images"] == one["final"]["images"] == 359
    assert two["final"]["loss"] == pytest.approx(one["final"]["loss"], rel=1e-4)
    assert two["final"]["confusion"] == one["final"]["confusion"]
    assert [worst["index"] for worst in two["final"]["worst"]] == [worst["index"] for worst in one["final"]["worst"]]
    _run(spec, tmp_path / "half", 2, *fields, "--set", "precision=bfloat16")
    half = json.loads((tmp_path / "half" / RECORD).read_text())
    assert half["epochs"][0]["loss"] == pytest.approx(one["epochs"][0]["loss"], rel=0.02)
    theirs, ours = load_file(tmp_path / "one" / WEIGHTS), load_file(tmp_path / "two" / WEIGHTS)
    assert all(torch.allclose(theirs[name].double(), ours[name].double(), rtol=1e-3, atol=1e-5) for name in theirs)
