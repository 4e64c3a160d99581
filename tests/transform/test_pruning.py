"""`archdsl prune`: what is kept, exactly, and which weights are carried over."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

import archdsl
from archdsl.cli.main import run
from archdsl.errors import InputError

CHAIN = """\
archdsl: 1
input: [3, 16, 16]
net:
  - {conv: {out: 16, kernel: 3}, name: first}
  - norm
  - relu
  - {conv: {out: $in, kernel: 3, stride: 2, groups: $in}, name: depthwise}
  - {conv: {out: 32}, name: second}
  - fork:
    paths: [{conv: {out: 32, kernel: 3}, name: third}, []]
    join: add
  - adaptive_pool
  - flatten
  - linear: 10
"""


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v2", "vgg16_bn", "densenet121", "convnext_tiny", "poolformer_s12"])
@pytest.mark.parametrize("by", ["uniform", "stage"])
def test_the_bound_is_kept_and_the_next_step_would_not(name: str, by: str) -> None:
    net = archdsl.load(name)
    made = net.prune("macs=60%", by=by)
    again = archdsl.loads(made.text)
    assert again.cost().macs == made.design.cost().macs
    assert made.reached == Fraction(again.cost().macs, net.cost().macs)
    assert 0.4 < made.reached <= 0.6
    assert [node.op.word for node in again.graph()] == [node.op.word for node in net.graph()], "only narrower"
    if by == "uniform":
        wider = again.set(width=again.knobs["width"] + net.knobs.get("width", 1) / 1000)
        assert wider.cost().macs > 0.6 * net.cost().macs
    else:
        stages = again.knobs["stages"]
        wider = [[*stages[:at], part + 1 / 8, *stages[at + 1 :]] for at, part in enumerate(stages) if part < 1]
        assert all(again.set(stages=each).cost().macs > 0.6 * net.cost().macs for each in wider)


def test_channels_without_weight_go_first_and_nothing_changes(tmp_path: Path) -> None:
    """A network with channels that are zero all the way computes the same without them."""
    (tmp_path / "net.yaml").write_text(CHAIN)
    net = archdsl.load(tmp_path / "net.yaml")
    module = net.module().eval()
    state = module.state_dict()
    generator = torch.Generator().manual_seed(0)
    for name, tensor in state.items():
        if tensor.is_floating_point() and "running" not in name:
            tensor.copy_(torch.randn(tensor.shape, generator=generator) * 0.1)
    for name in ("first.weight", "norm.bias", "depthwise.weight"):
        state[name][::2] = 0
    for name in ("second.weight", "third.weight"):
        state[name][16:] = 0
    save_file(state, tmp_path / "net.safetensors")
    line = [
        "prune",
        str(tmp_path / "net.yaml"),
        "--keep",
        "macs=50%",
        "--by",
        "norm",
        "--weights",
        str(tmp_path / "net.safetensors"),
    ]
    assert run([*line, "-o", str(tmp_path / "small.yaml")]) == 0
    small = archdsl.load(tmp_path / "small.yaml")
    assert small.cost().macs <= net.cost().macs / 2
    shapes = {node.name: node.shape[0] for node in small.graph()}
    assert (shapes["first"], shapes["second"]) == (8, 16), "as many as have weights"
    narrow = small.module().eval()
    narrow.load_state_dict(load_file(tmp_path / "small.safetensors"))
    image = torch.randn(2, 3, 16, 16, generator=generator)
    with torch.no_grad():
        assert torch.allclose(narrow(image), module(image), atol=1e-5)


@pytest.mark.parametrize("by", ["uniform", "stage"])
def test_weights_are_carried_over_by_any_way(by: str, tmp_path: Path) -> None:
    net = archdsl.load("mobilenet_v2", resolution=32)
    save_file(net.module().state_dict(), tmp_path / "net.safetensors")
    made = net.prune("macs=60%", by=by, weights=tmp_path / "net.safetensors")
    assert made.weights is not None
    module = made.design.module()
    module.load_state_dict({name: torch.from_numpy(tensor) for name, tensor in made.weights.items()})


@pytest.mark.parametrize(
    ("name", "asked", "message"),
    [
        ("resnet18", {"keep": "mac=50%"}, "did you mean 'macs'"),
        ("resnet18", {"keep": "macs"}, "a share or a size"),
        ("resnet18", {"keep": "macs=200%"}, "already"),
        ("resnet18", {"keep": "macs=50%", "by": "row"}, "one of uniform, stage, norm"),
        ("resnet18", {"keep": "macs=50%", "by": "norm"}, "--weights"),
        ("resnet18", {"keep": "macs=1"}, "no factor of width"),
        ("gpt2", {"keep": "macs=50%", "by": "stage"}, "no stages"),
    ],
)
def test_what_cannot_be_pruned_says_why(name: str, asked: dict[str, str], message: str) -> None:
    with pytest.raises(InputError) as error:
        archdsl.load(name).prune(**asked)
    assert message in str(error.value)


def test_weights_of_another_network(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(1)}, tmp_path / "a.safetensors")
    with pytest.raises(InputError, match="another network"):
        archdsl.load("resnet18").prune("macs=50%", by="norm", weights=tmp_path / "a.safetensors")
    (tmp_path / "b.safetensors").write_bytes(b"nothing")
    with pytest.raises(InputError, match="cannot be read"):
        archdsl.load("resnet18").prune("macs=50%", by="norm", weights=tmp_path / "b.safetensors")
    assert run(["prune", "resnet18", "--keep", "macs=50%", "--weights", str(tmp_path / "a.safetensors")]) == 1
