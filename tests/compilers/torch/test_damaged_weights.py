"""Files that are no weights, damaged ones, and tensors that are none that a network has: told, never a crash."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from graphs import chain
from safetensors.torch import save_file
from torch import Tensor

from archdsl.compilers.torch import Network, compile
from archdsl.compilers.torch.checkpoint import load_checkpoint
from archdsl.compilers.torch.pairing import load_weights
from archdsl.errors import InputError

GRAPH = chain((3, 8, 8), ("conv", {"out": 4, "kernel": 3}), "norm", "relu")
DAMAGED = 150


def fresh() -> Network:
    torch.manual_seed(1)
    return compile(GRAPH)


def told(path: Path) -> str:
    """Why a file is refused, by both ways of loading; "" where it is taken."""
    found = []
    for load in (load_checkpoint, lambda module, path: load_weights(module, path, torch.zeros(1, 3, 8, 8))):
        try:
            load(fresh(), path)
            found.append("")
        except InputError as error:
            found.append(str(error))
    return found[0] and found[1]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it is empty"),
        (b"archdsl: 1\nname: a\ninput: [3, 8, 8]\nnet: [relu]\n", "it is a spec of archdsl"),
        (b"input: [3, 8, 8]\nnet: [relu]\n", "it is a spec of archdsl"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1234\nsize 12\n", "a pointer of Git LFS, not the file itself"),
        (b"<!DOCTYPE html><html></html>", "a web page"),
        (b'{"archdsl": 1, "nodes": []}', "it is JSON"),
        ("über\n".encode() * 400, "it is a text"),
        (b"\x89HDF\r\n\x1a\n", "HDF5"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (bytes(range(255, 0, -1)), "damaged or cut off"),
        (b"\x80\x02}q\x00.", "damaged or cut off"),
        (b"PK\x03\x04", "damaged or cut off"),
    ],
)
@pytest.mark.parametrize("name", ["a.pt", "a.safetensors", "a.yaml"])
def test_what_is_no_weights(tmp_path: Path, content: bytes, message: str, name: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert message in told(tmp_path / name).replace("cannot be read", "damaged or cut off")


@pytest.mark.parametrize(
    ("path", "message"),
    [("/dev/null", "no regular file"), (".", "a folder"), ("no.pt", "no such file"), ("a\0b", "no such file")],
)
def test_what_is_no_file(path: str, message: str) -> None:
    assert message in told(Path(path))


def test_either_form_under_either_name(tmp_path: Path) -> None:
    torch.save(fresh().state_dict(), tmp_path / "a.safetensors")
    save_file(fresh().state_dict(), tmp_path / "a.pt")
    assert (told(tmp_path / "a.safetensors"), told(tmp_path / "a.pt")) == ("", "")


def changed(state: dict[str, Any], key: str, change: Callable[[Tensor], Tensor]) -> dict[str, Any]:
    return {**state, key: change(state[key])}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: torch.quantize_per_tensor(t, 0.1, 0, torch.qint8), "'conv_0.weight' is quantised; weights are plain tensors"),
        (lambda t: t.to(torch.complex64), "'conv_0.weight' is complex"),
        (lambda t: t.to_sparse(), "'conv_0.weight' is sparse"),
        (lambda t: t.to("meta"), "'conv_0.weight' is without values"),
        (lambda t: t.to(torch.int8), "of another type (1):\n    conv_0.weight: float32 wanted, int8 came"),
        (lambda t: t > 0, "conv_0.weight: float32 wanted, bool came"),
        (lambda t: t[0], "of another shape (1)"),
    ],
)
def test_tensors_that_are_no_weights(tmp_path: Path, change: Callable[[Tensor], Tensor], message: str) -> None:
    torch.save(changed(fresh().state_dict(), "conv_0.weight", change), tmp_path / "a.pt")
    assert message in told(tmp_path / "a.pt")


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_floats_are_taken(tmp_path: Path, dtype: torch.dtype) -> None:
    torch.save(changed(fresh().state_dict(), "conv_0.weight", lambda t: t.to(dtype)), tmp_path / "a.pt")
    assert told(tmp_path / "a.pt") == ""


def harmed(content: bytes, dice: random.Random) -> bytes:
    """A file that was cut off, overwritten in places, or lost a piece."""
    data = bytearray(content)
    kind = dice.randrange(4)
    if kind == 0:
        return bytes(data[: dice.randrange(len(data))])
    if kind == 1:
        start = dice.randrange(len(data))
        del data[start : start + dice.choice([1, 8, 64])]
        return bytes(data)
    for _ in range(dice.choice([1, 3, 20])):
        data[dice.randrange(len(data) if kind == 2 else min(len(data), 1500))] = dice.choice([0, 255, dice.randrange(256)])
    return bytes(data)


@pytest.mark.parametrize("form", ["zip", "pickle", "safetensors"])
def test_damaged_files_never_crash(tmp_path: Path, form: str) -> None:
    path = tmp_path / "a.pt"
    if form == "safetensors":
        save_file(fresh().state_dict(), path)
    else:
        torch.save(fresh().state_dict(), path, _use_new_zipfile_serialization=form == "zip")
    content = path.read_bytes()
    dice = random.Random(13)
    refused = 0
    for _ in range(DAMAGED):
        os.truncate(path, 0)
        path.write_bytes(harmed(content, dice))
        refused += bool(told(path))
    assert refused > DAMAGED / 4
