"""Models of PyTorch and files in the place of a SPEC."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from types import ModuleType

import onnxruntime
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import nn

from archdsl.cli.main import run

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


KNOWN = """

def known():
    import torch

    torch.manual_seed(5)
    return small()
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


def _outputs_of_onnx(path: Path, image: torch.Tensor) -> torch.Tensor:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {session.get_inputs()[0].name: image.numpy()})
    return torch.from_numpy(found)


def test_weights_come_along(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An export, feature maps and a build have those of the model, and again where the export stands for a SPEC."""
    image = torch.rand(2, 3, 32, 32)
    (folder / "a_shop.py").write_text(SHOP + KNOWN)
    assert run(["export", "a_shop:known@1x3x32x32", "--to", "onnx", "-o", "known.onnx"]) == 0
    assert "of a_shop:known" in capsys.readouterr().out
    with torch.no_grad():
        wanted = importlib.import_module("a_shop").known().eval()(image)
    assert torch.allclose(_outputs_of_onnx(folder / "known.onnx", image), wanted, atol=1e-5)
    assert run(["export", "known.onnx", "--optimize", "-o", "again.onnx", "--to", "onnx"]) == 0
    assert torch.allclose(_outputs_of_onnx(folder / "again.onnx", image), wanted, atol=1e-5)
    capsys.readouterr()
    Image.fromarray((image[0].permute(1, 2, 0).numpy() * 255).astype("uint8")).save("image.png")
    command = ["featuremaps", "a_shop:known@1x3x32x32", "--image", "image.png", "--layer", "conv", "-o", "maps.png", "--json"]
    assert run(command) == 0
    assert told(capsys)["weights"] == "a_shop:known@1x3x32x32"
    assert run(["build", "a_shop:known@1x3x32x32", "-o", "built", "--json"]) == 0
    kept = load_file(folder / "built" / "weights.safetensors")
    assert torch.equal(kept["conv.weight"], importlib.import_module("a_shop").known()[0].weight)


def test_weights_that_do_not_fit_what_knobs_make_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a_shop.py").write_text(SHOP + KNOWN)
    assert run(["export", "a_shop:known@1x3x32x32", "--set", "classes=7", "--to", "onnx", "-o", "known.onnx"]) == 1
    assert "do not fit what --set makes of it" in capsys.readouterr().err
    assert not (folder / "known.onnx").exists()


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
