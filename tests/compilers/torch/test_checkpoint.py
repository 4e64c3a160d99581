"""Weights from disk: what fits is taken, what does not is named, and nothing that runs is loaded."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import torch
from graphs import chain
from safetensors.torch import save_file

from archdsl.compilers.torch import Network, compile
from archdsl.compilers.torch.checkpoint import load_checkpoint
from archdsl.errors import InputError

GRAPH = chain((3, 8, 8), ("conv", {"out": 4, "kernel": 3}), "norm", "relu")


def fresh(seed: int) -> Network:
    torch.manual_seed(seed)
    return compile(GRAPH)


def same(a: torch.nn.Module, b: torch.nn.Module) -> bool:
    return all(torch.equal(x, y) for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True))


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda state: state,
        lambda state: {"state_dict": state, "epoch": 3},
        lambda state: {"model": state, "optimizer": {"lr": 0.1}},
        lambda state: {f"module.{key}": value for key, value in state.items()},
        lambda state: {"state_dict": {f"module._orig_mod.{key}": value for key, value in state.items()}},
    ],
    ids=["plain", "lightning", "model", "parallel", "parallel and compiled"],
)
def test_torch_checkpoints(wrapped, tmp_path: Path) -> None:
    trained, other = fresh(1), fresh(2)
    torch.save(wrapped(trained.state_dict()), tmp_path / "a.pt")
    assert not same(trained, other)
    assert load_checkpoint(other, tmp_path / "a.pt") == len(trained.state_dict())
    assert same(trained, other)


def test_safetensors_and_a_checkpoint_without_counters(tmp_path: Path) -> None:
    trained, other = fresh(1), fresh(2)
    save_file({key: v for key, v in trained.state_dict().items() if "num_batches" not in key}, tmp_path / "a.safetensors")
    load_checkpoint(other, tmp_path / "a.safetensors")
    assert same(trained, other)


def test_what_does_not_fit_is_named_and_nothing_is_changed(tmp_path: Path) -> None:
    state = fresh(1).state_dict()
    state["conv_0.wieght"] = state.pop("conv_0.weight")
    state["norm_1.bias"] = torch.zeros(5)
    torch.save(state, tmp_path / "a.pt")
    module, before = fresh(2), fresh(2)
    with pytest.raises(InputError) as error:
        load_checkpoint(module, tmp_path / "a.pt")
    assert str(error.value) == (
        f"{tmp_path / 'a.pt'} does not fit the network:\n"
        "  missing (1):\n"
        "    conv_0.weight  (did you mean 'conv_0.wieght'?)\n"
        "  unexpected (1):\n"
        "    conv_0.wieght  (did you mean 'conv_0.weight'?)\n"
        "  of another shape (1):\n"
        "    norm_1.bias: 4 wanted, 5 came"
    )
    assert same(module, before)


def test_long_lists_are_cut(tmp_path: Path) -> None:
    torch.save({f"x{n}": torch.zeros(1) for n in range(20)}, tmp_path / "a.pt")
    with pytest.raises(InputError, match=r"unexpected \(20\):\n(    x\d+\n){8}    and 12 more"):
        load_checkpoint(fresh(0), tmp_path / "a.pt")


class Runs:
    def __reduce__(self):
        return (Path.touch, (Path("was_run"),))


def test_code_in_a_checkpoint_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"x": Runs()}, tmp_path / "a.pt")
    (tmp_path / "b.pt").write_bytes(pickle.dumps(Runs()))
    for name in ("a.pt", "b.pt"):
        with pytest.raises(InputError, match="cannot be read"):
            load_checkpoint(fresh(0), tmp_path / name)
    assert not (tmp_path / "was_run").exists()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.pt", None, "no such file"),
        ("text.pt", b"hello", "it is a text"),
        ("empty.pt", b"", "it is empty"),
        ("text.safetensors", b"hello", "it is a text"),
        ("zip.pt", b"PK\x03\x04" + bytes(40), "cannot be read"),
    ],
)
def test_files_that_are_none(name: str, content: bytes | None, message: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        load_checkpoint(fresh(0), tmp_path / name)


@pytest.mark.parametrize(
    ("data", "came"), [([1], "a list came"), ({"lr": 1, "b": 2}, "a mapping with lr, b came"), ({}, "empty mapping")]
)
def test_checkpoints_without_weights(data: object, came: str, tmp_path: Path) -> None:
    torch.save(data, tmp_path / "a.pt")
    with pytest.raises(InputError, match=came):
        load_checkpoint(fresh(0), tmp_path / "a.pt")
