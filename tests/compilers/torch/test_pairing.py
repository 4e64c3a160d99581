"""State dicts of other libraries: the same network, named and ordered in another way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from small import small
from torch import Tensor, nn
from torch.nn import functional

from archdsl.cli.main import run
from archdsl.compilers.torch.pairing import load_weights, pair
from archdsl.errors import InputError


class Block(nn.Module):
    """A residual block with the names that libraries use."""

    def __init__(self, before: int, width: int, stride: int):
        super().__init__()
        self.conv1 = nn.Conv2d(before, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        if stride > 1:
            self.downsample = nn.Sequential(nn.Conv2d(before, width, 1, stride, bias=False), nn.BatchNorm2d(width))

    def forward(self, x: Tensor) -> Tensor:
        y = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))
        return (y + (self.downsample(x) if hasattr(self, "downsample") else x)).relu()


class ResNet18(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        widths = [64, 64, 128, 256, 512]
        for i in range(1, 5):
            first = Block(widths[i - 1], widths[i], 1 if i == 1 else 2)
            self.add_module(f"layer{i}", nn.Sequential(first, Block(widths[i], widths[i], 1)))
        self.fc = nn.Linear(512, 1000)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.max_pool2d(self.bn1(self.conv1(x)).relu(), 3, 2, 1)
        for i in range(1, 5):
            x = self.get_submodule(f"layer{i}")(x)
        return self.fc(x.mean((2, 3)))


def _filled(module: nn.Module) -> nn.Module:
    """The module with numbers that no two of its tensors share."""
    generator = torch.Generator().manual_seed(5)
    for key, value in module.state_dict().items():
        if key.endswith("running_var"):
            value.uniform_(0.5, 1.5, generator=generator)
        elif value.is_floating_point():
            value.normal_(0, 0.05, generator=generator)
    return module.eval()


@pytest.mark.parametrize("wrap", [dict, lambda state: {"epoch": 3, "state_dict": {f"module.{k}": v for k, v in state.items()}}])
def test_a_residual_network(wrap: Callable[[dict[str, Tensor]], object], tmp_path: Path) -> None:
    reference = _filled(ResNet18())
    torch.save(wrap(reference.state_dict()), tmp_path / "resnet18.pth")
    module = small("resnet18").module()
    image = torch.randn(2, 3, 64, 64)
    assert load_weights(module, tmp_path / "resnet18.pth", image) is True
    assert module.training, "the mode is left alone"
    with torch.no_grad():
        assert torch.allclose(module.eval()(image), reference(image), atol=1e-5)


def _renamed(name: str) -> Callable[[str], str]:
    """Names as timm has them for what is no layer of torch.nn, numbers for the others."""
    special = {"class_token.weight": "cls_token", "position.weight": "pos_embed"}

    def rename(key: str) -> str:
        layer, _, part = key.rpartition(".")
        if layer.endswith("layer_scale"):
            return f"{layer.replace('.', '_')}.gamma"
        return special.get(key, f"net.{layer.replace('.', '_')}.{part}")

    return rename


@pytest.mark.parametrize("name", ["vit_small", "convnext_tiny", "mobilenet_v3_small", "ghostnet", "googlenet", "densenet121"])
def test_other_names_and_shapes(name: str) -> None:
    net = small(name)
    source, target = _filled(net.module()), net.module()
    rename = _renamed(name)
    found = {}
    for key, value in source.state_dict().items():
        other = rename(key)
        if other in ("cls_token", "pos_embed"):
            value = value[None]
        elif other.endswith("gamma"):
            value = value[:, None, None]
        elif value.dim() == 2:  # a linear layer as a 1x1 convolution
            value = value[:, :, None, None]
        found[other] = value
    image = torch.randn(1, *net.graph().input.shape)
    paired = pair(target, found, image)
    wanted = {key: value for key, value in source.state_dict().items() if not key.endswith("num_batches_tracked")}
    assert paired.keys() == wanted.keys()
    assert all(torch.equal(paired[key], wanted[key]) for key in wanted)


def test_what_is_left_over(tmp_path: Path) -> None:
    state = ResNet18().state_dict()
    module, image = small("resnet18").module(), torch.zeros(1, 3, 64, 64)
    before = {key: value.clone() for key, value in module.state_dict().items()}
    torch.save({**state, "head.weight": torch.zeros(10, 512)}, tmp_path / "more.pth")
    with pytest.raises(InputError, match=r"cannot be paired: 1 layers are left over, the first is 'head' \(weight 10×512\)"):
        load_weights(module, tmp_path / "more.pth", image)
    torch.save({key: value for key, value in state.items() if not key.startswith("fc")}, tmp_path / "less.pth")
    with pytest.raises(InputError, match=r"no layer is left that fits 'linear' \(weight 1000×512, bias 1000\)"):
        load_weights(module, tmp_path / "less.pth", image)
    assert all(torch.equal(before[key], value) for key, value in module.state_dict().items())


def test_a_pairing_by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Two layers of one shape that nothing tells apart: the file of pairs is written, edited, and taken."""
    monkeypatch.chdir(tmp_path)
    net = "archdsl: 1\ninput: [4, 8, 8]\nnet:\n  - {conv: 4, name: one}\n  - {relu: }\n  - {conv: 4, name: two}\n"
    Path("net.yaml").write_text(net)
    weights = {
        f"{name}.weight": torch.full((4, 4, 1, 1), value) for name, value in (("beta", 2.0), ("alpha", 3.0), ("gone", 0.0))
    }
    del weights["gone.weight"]
    torch.save(dict(reversed(weights.items())), "sorted.pt")
    assert run(["export", "net.yaml", "-o", "net.py", "--weights", "sorted.pt"]) == 1
    assert "'alpha' and 'beta' both fit 'one', and nothing tells which is meant" in capsys.readouterr().err
    command = ["export", "net.yaml", "-o", "net.py", "--weights", "sorted.pt", "--pairing", "pairs.yaml"]
    assert run(command) == 1
    assert "the most likely pairs were written to it" in capsys.readouterr().err
    assert Path("pairs.yaml").read_text().splitlines()[1:] == ["one: alpha", "two: beta"]
    Path("pairs.yaml").write_text("one: beta\ntwo: alpha\n")
    assert run(command) == 0
    found = load_file("net.safetensors")
    assert (found["one.weight"] == 2).all()
    assert (found["two.weight"] == 3).all()
    Path("pairs.yaml").write_text("one: bete\n")
    assert run(command) == 1
    assert "unknown layer of the file 'bete'; did you mean 'beta'?" in capsys.readouterr().err
    Path("pairs.yaml").write_text("one: beta\ntwo: beta\n")
    assert run(command) == 1
    assert "the pairing names 'beta' twice" in capsys.readouterr().err


def test_weights_that_are_read_are_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text("archdsl: 1\ninput: [4, 8, 8]\nnet:\n  - {conv: 4, name: one}\n")
    save_file({"one.weight": torch.ones(4, 4, 1, 1)}, "net.safetensors")
    before = Path("net.safetensors").read_bytes()
    assert run(["export", "net.yaml", "--weights", "net.safetensors", "-o", "net.py"]) == 1
    assert "net.safetensors is read, and would be overwritten" in capsys.readouterr().err
    assert Path("net.safetensors").read_bytes() == before
