"""Models of PyTorch and files in the place of a SPEC."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType

import onnxruntime
import pytest
import torch
from torch import nn

from archdsl.cli.main import run
from archdsl.measure.networks import model as measured
from archdsl.net.importing import from_module

SHOP = """
from torch import nn


def small(width=8):
    return nn.Sequential(nn.Conv2d(3, width, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, 10))


def wide():
    return small(16)


class Told(nn.Module):
    default_cfg = {"input_size": (3, 48, 48)}

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 1)

    def forward(self, x):
        return self.conv(x)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "a_shop.py").write_text(SHOP)
    (tmp_path / "a_closed_shop.py").write_text("import keys_of_nobody\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "a_shop", raising=False)
    return tmp_path


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_a_model_is_costed_at_its_own_size_or_another(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for target, pixels in (("a_shop:Told", 48), ("a_shop:Told@1x3x20x30", None), ("a_shop:small", 224)):
        assert run(["cost", target, "--json"]) == 0
        macs = told(capsys)["macs"]
        places = 600 if pixels is None else pixels * pixels
        assert macs == (24 * places if "Told" in target else 216 * places + 80)


def test_other_commands_take_models(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["diff", "a_shop:small@1x3x32x32", "a_shop:wide@1x3x32x32", "--json"]) == 0
    assert told(capsys)
    assert run(["render", "a_shop:small", "-o", "small.dot"]) == 0
    assert (folder / "small.dot").exists()
    capsys.readouterr()
    assert run(["sweep", "a_shop:small@1x3x32x32", "resolution=32,64", "--json"]) == 0
    rows = told(capsys)["rows"]
    assert isinstance(rows, list)
    assert [row["macs"] for row in rows] == [216 * 32 * 32 + 80, 216 * 64 * 64 + 80]


def test_files_stand_there_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = torch.export.export(nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU()), (torch.randn(2, 3, 8, 8),))
    torch.export.save(program, folder / "program.pt2")
    assert run(["cost", "program.pt2", "--json"]) == 0
    assert told(capsys)["macs"] == 12 * 64


def normed() -> nn.Module:
    model = nn.Sequential(nn.Conv2d(3, 8, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    model.append(nn.Linear(8, 4))
    with torch.no_grad():
        for tensor in [*model.parameters(), model[1].running_mean]:
            tensor.uniform_(-1, 1)
    return model.eval()


def same(exported: Path, original: nn.Module, shape: tuple[int, ...]) -> bool:
    """Whether an ONNX file gives the outputs of a model."""
    image = torch.randn(shape)
    session = onnxruntime.InferenceSession(exported)
    (found,) = session.run(None, {session.get_inputs()[0].name: image.numpy()})
    return torch.allclose(torch.from_numpy(found), original(image), rtol=1e-4, atol=1e-5)


def sold(model: nn.Module, monkeypatch: pytest.MonkeyPatch) -> nn.Module:
    """The model as that of a package."""
    shop = ModuleType("a_shop")
    shop.normed = model  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "a_shop", shop)
    return model


def test_weights_of_a_module_come_along(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model = sold(normed(), monkeypatch)
    assert run(["export", "a_shop:normed@1x3x16x16", "-o", "out.onnx"]) == 0
    assert "weights   a_shop:normed@1x3x16x16" in capsys.readouterr().out
    assert same(folder / "out.onnx", model, (2, 3, 16, 16))
    assert run(["export", "a_shop:normed@1x3x16x16", "--set", "classes=5", "-o", "more.onnx"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "weights fresh, seed 0; those of a_shop:normed@1x3x16x16 do not fit: linear.weight is 5×8, there 4×8" in out


def test_weights_of_files_come_along(folder: Path) -> None:
    model = normed()
    torch.export.save(torch.export.export(model, (torch.randn(2, 3, 16, 16),)), folder / "program.pt2")
    for source in ("program.pt2", "program.onnx"):  # the second is what the first gives
        target = folder / "program.onnx" if source == "program.pt2" else folder / "again.onnx"
        assert run(["export", source, "-o", str(target)]) == 0
        assert same(target, model, (1, 3, 16, 16))


def test_other_weights_take_their_place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sold(normed(), monkeypatch)
    other = normed()
    found = from_module(other, torch.randn(1, 3, 16, 16), tools=False)
    found.save(folder / "other.yaml", weights=True)
    assert run(["export", "a_shop:normed@1x3x16x16", "--weights", "other.safetensors", "-o", "out.onnx"]) == 0
    assert same(folder / "out.onnx", other, (1, 3, 16, 16))


def test_other_uses_of_weights() -> None:
    model = normed()
    net = from_module(model, torch.randn(1, 3, 16, 16), tools=False).net
    image = torch.randn(1, 3, 16, 16)
    for module in (net.module().eval(), measured(net).module, net.set(resolution=32).module().eval()):
        assert torch.allclose(module(image), model(image), atol=1e-5)
    assert net.has_weights
    assert not net.set(classes=9).has_weights


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("a_shop:smal", "a_shop has no 'smal'; did you mean 'small'?"),
        ("b_shop:small", "there is no module 'b_shop'; did you mean 'a_shop'?"),
        ("torch.exprot:Linear", "there is no module 'torch.exprot'; did you mean 'export'?"),
        ("a_shop.shelf:small", "there is no module 'a_shop.shelf'\n"),
        ("a_closed_shop:small", "a_closed_shop cannot be imported: No module named 'keys_of_nobody'"),
        ("a_shop:small@1x3x8y8", "expected sizes as 1x3x224x224"),
        ("a_shop:small@1x4x8x8", "torch.export cannot trace the model"),
        ("absent.onnx", "absent.onnx: no such file"),
        ("absent.pt2", "absent.pt2: no such file"),
    ],
)
def test_mistakes(folder: Path, capsys: pytest.CaptureFixture[str], target: str, message: str) -> None:
    assert run(["cost", target]) != 0
    assert message in capsys.readouterr().err


def test_a_name_of_timm_has_its_near_miss(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"a_model_of_{number}" for number in range(2000)] + ["resnet18", "vgg11"]
    made = ModuleType("timm")
    made.list_models, made.is_model = lambda: names, names.__contains__  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "timm", made)
    assert run(["cost", "timm:resnet19"]) == 1
    assert "timm has no model 'resnet19'; did you mean 'resnet18'?" in capsys.readouterr().err


def test_a_spec_needs_no_torch_to_be_told_from_a_model() -> None:
    from archdsl.cli.models import is_model

    assert not any(map(is_model, ("dpnet", "specs/dpnet.yaml", "-", "a.yaml", "C:/net.yaml")))
    assert all(map(is_model, ("timm:resnet18", "torchvision.models:resnet18", "net.onnx", "net.pt2", "timm:resnet18@1x3x64x64")))
